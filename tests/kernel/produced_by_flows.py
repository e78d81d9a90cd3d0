"""Codes that come up while a night runs: the store, the flows, the wire. 流程、存储与传输错误"""

import json
from dataclasses import replace
from datetime import date, timedelta

from connectors.bank.flows import checking, matching, proving, receiving
from connectors.bank.transport import SftpWire
from connectors.core_system.flows import PostingCourier
from gateway.errors import Code
from gateway.flows import bank_night, showing
from gateway.launcher.alone import alone
from gateway.ports import Grade, Outgoing, Reply, Signed, Verdict
from gateway.signing.keys.ssh import new_ssh_key
from gateway.store import journal, leases, outbox
from gateway.store.database import connect, require_current
from gateway.store.outbox import Draft
from gateway.wiring.connections import Connections
from sandbox.bank.wire_faults import FAULTS_FILE
from tests.archives import new_archive
from tests.branch import free_port
from tests.kernel.ground import Ground, raised

BANK = "990001"


# ------------------------------------------------------------------ the store


def database_unreachable(ground: Ground) -> Code | None:
    nobody = connect(f"postgresql+psycopg://x@127.0.0.1:{free_port()}/x")
    return raised(lambda: require_current(nobody))


def store_refused(ground: Ground) -> Code | None:
    def no_digest() -> None:
        with ground.store.begin() as work:
            work.keep("no digest", 5)

    return raised(no_digest)


def migration_needed(ground: Ground) -> Code | None:
    access = ground.request.getfixturevalue("access")
    return raised(lambda: require_current(connect(access.server.admin("postgres"))))


def drafted(ground: Ground) -> str:
    with ground.store.begin() as work:
        draft = Draft("postings-1", "core_system", "core.postings", "night-1", "x", b"payload")
        outbox.draft(ground.store, work, draft)
    return "postings-1"


def claimed_elsewhere(ground: Ground) -> Code | None:
    message_id = drafted(ground)
    with ground.store.begin() as work:
        leases.claim(work, message_id, "one")

    def again() -> None:
        with ground.store.begin() as work:
            leases.claim(work, message_id, "two")

    return raised(again)


def launcher_running(ground: Ground) -> Code | None:
    run = ground.place / "run"
    with alone(run):
        return raised(lambda: alone(run).__enter__())


def message_rejected(ground: Ground) -> Code | None:
    message_id = drafted(ground)
    with ground.store.begin() as work:
        claimed = leases.claim(work, message_id, "one")
    with ground.store.begin() as work:
        outbox.intend(ground.store, work, claimed, Signed(b"signed"))
    with ground.store.begin() as work:
        outbox.take_reply(work, claimed, Reply(Verdict.REJECTED, Grade.C, b"no"))
    (code,) = ground.rung()
    return code


def answer_contradicts(ground: Ground) -> Code | None:
    message_id = drafted(ground)
    for verdict in (Verdict.ACCEPTED, Verdict.REJECTED):
        with ground.store.begin() as work:
            claimed = leases.claim(work, message_id, "one")
        with ground.store.begin() as work:
            if verdict is Verdict.ACCEPTED:
                outbox.intend(ground.store, work, claimed, Signed(b"signed"))
        with ground.store.begin() as work:
            outbox.take_reply(work, claimed, Reply(verdict, Grade.C, b"answer"))
    (code,) = ground.rung()
    return code


def journal_broken(ground: Ground) -> Code | None:
    drafted(ground)
    ground.behind_its_back("update journal set facts = '{}' where seq = 1")
    with ground.store.begin() as work:
        return raised(lambda: journal.verify(work.connection))


def archive_unreachable(ground: Ground) -> Code | None:
    no_directory = ground.place / "archive"
    no_directory.write_bytes(b"")
    return raised(lambda: new_archive(no_directory).put(b"payload"))


def archive_damaged(ground: Ground) -> Code | None:
    digest = ground.store.archive.put(b"raw bytes")
    ground.store.archive.path(digest).write_bytes(b"raw byte5")
    return raised(lambda: ground.store.archive.get(digest))


def not_found(ground: Ground) -> Code | None:
    return raised(lambda: showing.show(ground.store, "night-0123456789"))


def send_outcome_unknown(ground: Ground) -> Code | None:
    """The ledger took the postings and then says nothing of them."""
    ledger = ground.site().ledger
    ledger.booked = type("Forgets", (dict,), {"__contains__": lambda self, key: False})()
    message = Outgoing("postings-1", "core_system", "core.postings", "x", b"")
    return raised(lambda: PostingCourier(ledger).send(message, b""))


# ------------------------------------------------------------------ a night


def file_absent(ground: Ground) -> Code:
    """The bank has flagged a file that is not there."""
    site = ground.site()
    del site.wire.directories["/outgoing"][f"DKJG_{BANK}_ZH01_20260228_V01.txt"]
    receiving.receive(site.bank, site.key)
    (code,) = ground.rung()
    return code


def file_name_unknown(ground: Ground) -> Code:
    site = ground.site()
    site.wire.directories["/outgoing"] |= {"hello.txt": b"?", "hello.txt.ok": b"?"}
    receiving.receive(site.bank, site.key)
    (code,) = ground.rung()
    return code


def file_not_owed(ground: Ground) -> Code:
    """A well-named file of a Sunday, for which nothing is owed."""
    site = ground.site()
    owes = tuple(replace(owed, first=date(2026, 2, 1)) for owed in site.bank.profile.owes)
    site.bank = replace(site.bank, profile=replace(site.bank.profile, owes=owes))
    sunday = f"DKJG_{BANK}_ZH01_20260222_V01.txt"
    site.wire.directories["/outgoing"] |= {sunday: b"?", f"{sunday}.ok": b"?"}
    receiving.receive(site.bank, site.key)
    (code,) = ground.rung()
    return code


def file_not_yet(ground: Ground) -> Code | None:
    site = ground.site(result_is_there=False)
    receiving.receive(site.bank, site.key)
    return raised(lambda: checking.require_present(site.bank, site.key))


def file_overdue(ground: Ground) -> Code | None:
    ground.wait(timedelta(hours=12).total_seconds())
    return file_not_yet(ground)


def file_quarantined(ground: Ground) -> Code | None:
    return raised(lambda: bank_night.run(ground.site("wrong_total").night()))


def night_not_ready(ground: Ground) -> Code | None:
    site = ground.site()
    return raised(lambda: matching.match(site.bank, site.key))


def night_unproved(ground: Ground) -> Code | None:
    site = ground.site()
    return raised(lambda: proving.sheet_of(site.bank, site.key))


def correction_waits(ground: Ground) -> Code:
    site = ground.site()
    bank_night.run(site.night())
    site.publish(2, ["altered_loan"], True)
    receiving.receive(site.bank, site.key)
    checking.check(site.bank, site.key)
    (code,) = ground.rung()
    return code


def lump_differs(ground: Ground) -> Code:
    branch = ground.request.getfixturevalue("branch")
    branch.publish(BANK, "statement_lump_off")
    branch.run(BANK)
    (code,) = {Code[name] for (name,) in branch.rows("select code from alarm")}
    return code


def proof_unequal(ground: Ground) -> Code | None:
    """A line of the used file is altered between matching and proving."""
    site = ground.site()
    night = site.night()
    for name in ("receive", "check", "match", "post"):
        bank_night.STAGES[name].run(night)
    ground.behind_its_back("update deduction_result set taken_fen = taken_fen + 1")
    return raised(lambda: bank_night.STAGES["prove"].run(night))


# ------------------------------------------------------------------ the wire


def wire(ground: Ground, **changes: object) -> SftpWire:
    """The wire to a real bank, with something wrong in its address."""
    address = Connections(ground.branch.options.secrets).sftp(f"bank_{BANK}")
    return SftpWire(replace(address, **changes), 100)


def publish(ground: Ground, **changes: object) -> Code | None:
    files = [("x.txt", b"x"), ("x.txt.ok", b"x")]
    return raised(lambda: wire(ground, **changes).publish("/incoming", files))


def no_connection(ground: Ground) -> Code | None:
    return publish(ground, port=free_port())


def login_refused(ground: Ground) -> Code | None:
    return publish(ground, user="nobody")


def host_key_differs(ground: Ground) -> Code | None:
    pair = new_ssh_key(b"x", "somebody else")
    return publish(ground, host_keys=(pair.public_pem.decode(),))


def connection_lost(ground: Ground) -> Code | None:
    """The bank hangs up in the middle of a file, as often as it is tried."""
    name = ground.branch.publish(BANK, only="result")[0]
    script = ground.branch.options.sandbox / FAULTS_FILE
    script.write_text(json.dumps([{"fault": "cut_read", "value": 10, "times": 9}]))
    try:
        return raised(lambda: wire(ground).read("/outgoing", name, 10**6))
    finally:
        script.unlink()


def listing_refused(ground: Ground) -> Code | None:
    return raised(lambda: wire(ground).flagged("/nowhere", ".ok"))


def file_too_large(ground: Ground) -> Code | None:
    name = ground.branch.publish(BANK, only="result")[0]
    return raised(lambda: wire(ground).read("/outgoing", name, 10))


PRODUCERS = {
    Code.DATABASE_UNREACHABLE: database_unreachable,
    Code.MIGRATION_NEEDED: migration_needed,
    Code.CLAIMED_ELSEWHERE: claimed_elsewhere,
    Code.ANSWER_CONTRADICTS: answer_contradicts,
    Code.LAUNCHER_RUNNING: launcher_running,
    Code.STORE_REFUSED: store_refused,
    Code.LUMP_DIFFERS: lump_differs,
    Code.MESSAGE_REJECTED: message_rejected,
    Code.JOURNAL_BROKEN: journal_broken,
    Code.ARCHIVE_DAMAGED: archive_damaged,
    Code.ARCHIVE_UNREACHABLE: archive_unreachable,
    Code.NOT_FOUND: not_found,
    Code.SEND_OUTCOME_UNKNOWN: send_outcome_unknown,
    Code.FILE_ABSENT: file_absent,
    Code.FILE_NAME_UNKNOWN: file_name_unknown,
    Code.FILE_NOT_OWED: file_not_owed,
    Code.FILE_NOT_YET: file_not_yet,
    Code.FILE_OVERDUE: file_overdue,
    Code.FILE_QUARANTINED: file_quarantined,
    Code.NIGHT_NOT_READY: night_not_ready,
    Code.NIGHT_UNPROVED: night_unproved,
    Code.CORRECTION_WAITS: correction_waits,
    Code.PROOF_UNEQUAL: proof_unequal,
    Code.NO_CONNECTION: no_connection,
    Code.LOGIN_REFUSED: login_refused,
    Code.HOST_KEY_DIFFERS: host_key_differs,
    Code.CONNECTION_LOST: connection_lost,
    Code.LISTING_REFUSED: listing_refused,
    Code.FILE_TOO_LARGE: file_too_large,
}
