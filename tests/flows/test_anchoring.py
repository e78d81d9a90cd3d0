"""Anchoring: one signed head for what happened; a rewritten history is refused, and rings. 锚定"""

import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from gateway.errors import Code, SignatureInvalid
from gateway.flows.anchoring import HOLDER, Anchoring, anchor, verify_heads
from gateway.flows.journal_pack import journal_pack
from gateway.flows.stamping import Stamping, stamp_of, stamp_waiting
from gateway.ports import Algorithm
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.proofs import outsider
from gateway.signing.seals.timestamps import Imprint
from gateway.store import alarms, heads, journal
from gateway.store.database import connect
from gateway.store.publication import Publication
from gateway.web.time_authority import NoTimeAuthority
from sandbox.tsa import authority, credentials
from tests.signing.pairs import pair_of, signer_of, verifier_of


def ring_of(algorithm: Algorithm, at, number: int = 1) -> KeyRing:
    """A ring with one key for heads."""
    signer, window = signer_of(algorithm, number), timedelta(days=365)
    public = pair_of(algorithm, number).public_pem
    return KeyRing(
        [
            Key(
                signer.kid, HOLDER, Purpose.JOURNAL_HEAD, verifier_of(algorithm, number),
                at - window, at + window, at + window, signer=signer, public_pem=public,
            )
        ]
    )  # fmt: skip


def unstamped(store, ring: KeyRing, directory: Path) -> Anchoring:
    """Anchoring at a site that has agreed on no time-stamping authority yet."""
    stamping = Stamping(store, ring, NoTimeAuthority())
    return Anchoring(store, ring, Publication(directory), stamping)


@pytest.fixture
def anchoring(store, clock, tmp_path) -> Anchoring:
    ring = ring_of(Algorithm.SM2_SM3, clock.now())
    return unstamped(store, ring, tmp_path / "public")


@pytest.fixture
def act(store):
    """Something happens: so many entries."""

    def run(count: int = 3) -> None:
        with store.begin() as work:
            for number in range(count):
                work.note("night_moved", f"night-{number}", number=number, name="沙箱甲银行")

    return run


@pytest.fixture
def behind_its_back(access):
    """Changes the tables as the database's administrator, whom no trigger stops."""

    def run(change) -> None:
        with connect(access.server.admin("gateway")).begin() as admin:
            admin.execute(text("set local session_replication_role = replica"))
            change(admin) if callable(change) else admin.execute(text(change))

    return run


def chain_anew(admin) -> None:
    """Recompute every hash from the first: the chain alone will find nothing."""
    previous = journal.GENESIS
    for entry in list(journal.read(admin)):
        what = (entry.event, entry.subject, entry.facts)
        hashed = journal.entry_hash(previous, entry.seq, entry.at, what)
        admin.execute(
            text("update journal set previous = :p, hash = :h where seq = :s"),
            {"p": previous, "h": hashed, "s": entry.seq},
        )
        previous = hashed
    assert journal.verify(admin)[0] > 0


def published(anchoring) -> list[str]:
    return sorted(path.name for path in anchoring.publication.directory.iterdir())


def rung(store) -> set[Code]:
    with store.begin() as work:
        return {alarm.code for alarm in alarms.ringing(work)}


def test_what_has_happened_is_put_under_a_head_signed_and_published(anchoring, act):
    act()
    counts = anchor(anchoring).counts
    assert counts == {"made": 1, "stamped": 0, "published": 1}
    assert published(anchoring) == ["head-3.json", "head-3.pem", "head-3.sig"]
    assert verify_heads(anchoring) == 1


def test_where_nothing_has_happened_no_head_is_made(anchoring, act):
    assert anchor(anchoring).counts == {"made": 0, "stamped": 0, "published": 0}
    act()
    anchor(anchoring)
    # the journal has grown by what was noted of the head itself: that asks for no other
    assert anchor(anchoring).counts == {"made": 0, "stamped": 0, "published": 0}
    act(1)
    assert anchor(anchoring).counts == {"made": 1, "stamped": 0, "published": 1}
    assert verify_heads(anchoring) == 2


def test_openssl_verifies_the_published_head(anchoring, act, require_peer):
    require_peer(None if shutil.which("openssl") else "openssl")
    act()
    anchor(anchoring)
    at = anchoring.publication.directory
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "head-3.pem", "-rawin",
         "-digest", "sm3", "-pkeyopt", "distid:1234567812345678",
         "-in", "head-3.json", "-sigfile", "head-3.sig"],
        cwd=at, capture_output=True, text=True,
    )  # fmt: skip
    assert "Verified Successfully" in done.stdout, done.stderr


REWRITINGS = {
    "a row altered": ["update journal set facts = '{}' where seq = 2"],
    "a row altered, all chained anew": [
        "update journal set subject = 'night-9' where seq = 2",
        chain_anew,
    ],
    "the last row taken away": ["delete from journal where seq >= 3"],
    "a row taken away, all chained anew": [
        "delete from journal where seq = 2",
        "update journal set seq = seq + 1000 where seq > 2",
        "update journal set seq = seq - 1001 where seq > 1000",
        chain_anew,
    ],
    "the head altered with it": [
        "update journal set subject = 'night-9' where seq = 2",
        chain_anew,
        "update journal_head set root = repeat('0', 64)",
    ],
    "the signature altered": ["update journal_head set signature = '\\x3000'"],
    "the moment altered": ["update journal_head set at = at + interval '1 microsecond'"],
}


@pytest.mark.parametrize("how", REWRITINGS, ids=str)
def test_a_rewritten_history_is_refused_and_rings(how, anchoring, act, store, behind_its_back):
    act()
    anchor(anchoring)
    for change in REWRITINGS[how]:
        behind_its_back(change)
    for look in (anchor, verify_heads):
        with pytest.raises(SignatureInvalid) as refused:
            look(anchoring)
        assert refused.value.code is Code.JOURNAL_BROKEN
    assert rung(store) == {Code.JOURNAL_BROKEN}
    assert published(anchoring) == ["head-3.json", "head-3.pem", "head-3.sig"]


def test_who_takes_the_head_away_too_is_found_by_the_published_one_and_gets_no_other(
    anchoring, act, behind_its_back, store
):
    act()
    anchor(anchoring)
    behind_its_back("delete from journal_head")
    behind_its_back("update journal set subject = 'night-9' where seq = 2")
    behind_its_back(chain_anew)
    act()
    for look in (verify_heads, anchor):
        with pytest.raises(SignatureInvalid) as refused:
            look(anchoring)
        assert refused.value.code is Code.PUBLICATION_DIFFERS
    assert rung(store) == {Code.PUBLICATION_DIFFERS}
    assert published(anchoring) == ["head-3.json", "head-3.pem", "head-3.sig"]
    with store.begin() as work:
        assert heads.newest(work) is None


def test_a_head_under_another_key_is_not_ours(anchoring, act, clock):
    act()
    anchor(anchoring)
    other = ring_of(Algorithm.SM2_SM3, clock.now(), number=2)
    with pytest.raises(SignatureInvalid):
        verify_heads(replace(anchoring, ring=other))


def test_a_foreign_file_under_our_name_rings_and_stays_as_evidence(anchoring, act, store):
    act()
    at = anchoring.publication.directory
    at.mkdir()
    (at / "head-3.json").write_bytes(b"{}")
    with pytest.raises(SignatureInvalid) as refused:
        anchor(anchoring)
    assert refused.value.code is Code.PUBLICATION_DIFFERS
    assert rung(store) == {Code.PUBLICATION_DIFFERS}
    assert (at / "head-3.json").read_bytes() == b"{}"
    (at / "head-3.json").unlink()
    anchor(anchoring)
    assert rung(store) == set()


def test_two_at_once_make_one_head_and_publish_it_once(anchoring, act, store, at_once):
    act(40)
    for _ in range(3):
        assert sorted(at_once(*[lambda: anchor(anchoring).counts["made"]] * 4)) == [0, 0, 0, 1]
        act(2)
    with store.begin() as work:
        events = [entry.event for entry in journal.read(work.connection)]
        assert len(heads.every(work)) == events.count("head_made") == 3
    assert events.count("head_published") == 3


def test_a_head_whose_worker_died_before_publishing_is_published_by_the_next(
    anchoring, act, tmp_path
):
    act()
    blocked = tmp_path / "a file"
    blocked.write_text("")
    with pytest.raises(Exception, match="SETTING_INVALID"):
        anchor(replace(anchoring, publication=Publication(blocked)))
    assert anchor(anchoring).counts == {"made": 0, "stamped": 0, "published": 1}
    assert Path(anchoring.publication.directory / "head-3.sig").exists()


@pytest.fixture
def stamped(anchoring, clock, tmp_path) -> Anchoring:
    """The same, with the sandbox's authority at hand."""
    keys = credentials.credentials_of(tmp_path / "authority")
    answers = SimpleNamespace(ask=lambda request: authority.reply(request, keys, clock.now()))
    (ours,), chain = anchoring.ring.keys(), tuple(one.dump() for one in keys.chain)
    theirs = replace(
        ours, kid="tsa", purpose=Purpose.TIME_STAMP, chain=chain, signer=None,
        verifier=verifier_of(Algorithm.ECDSA_P256_SHA256),
    )  # fmt: skip
    stamping = Stamping(anchoring.store, KeyRing([ours, theirs]), answers)
    return replace(anchoring, stamping=stamping)


def test_a_head_is_stamped_and_published_in_one_go(stamped, act):
    act()
    assert anchor(stamped).counts == {"made": 1, "stamped": 1, "published": 1}
    assert published(stamped)[-1] == "head-3.tsr"


def test_a_stamp_had_later_is_published_beside_its_head(anchoring, act, stamped, clock):
    act()
    anchor(anchoring)
    # asked for once, it is the waiting that brings it: anchoring does not press the authority
    assert anchor(stamped).counts == {"made": 0, "stamped": 0, "published": 0}
    clock.forward(3600)
    assert stamp_waiting(stamped.stamping).taken == 1
    assert anchor(stamped).counts == {"made": 0, "stamped": 1, "published": 1}
    assert published(anchoring)[-1] == "head-3.tsr"
    assert anchor(stamped).counts == {"made": 0, "stamped": 0, "published": 0}


def test_openssl_verifies_the_stamp_and_so_does_the_outsider_s_script(
    act, store, stamped, require_peer, tmp_path
):
    require_peer(None if shutil.which("openssl") else "openssl")
    act()
    anchor(stamped)
    root = tmp_path / "authority" / "public" / "ca" / "root.pem"
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-in", "head-3.tsr", "-data", "head-3.json", "-CAfile", root],
        cwd=stamped.publication.directory, capture_output=True, text=True,
    )  # fmt: skip
    assert "Verification: OK" in done.stdout, done.stderr
    for name, data in journal_pack(store, None):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)

    def check(*words):
        command = [sys.executable, "-I", "-S", outsider.__file__, tmp_path, *words]
        return subprocess.run(command, capture_output=True, text=True)

    assert "时间戳未核验：未给 --ca" in check().stdout
    assert "✓ 时间戳成立：2026-02-28" in check("--ca", root).stdout
    (tmp_path / "journal" / "head.tsr").write_bytes(b"\x30\x00")
    assert check("--ca", root).returncode == 1


def test_a_stamp_that_comes_while_its_head_is_being_published_is_published_too(
    stamped, act, store, clock
):
    act()
    waiting = replace(stamped, stamping=replace(stamped.stamping, authority=NoTimeAuthority()))
    anchor(waiting)
    clock.forward(3600)
    stamp_waiting(stamped.stamping)
    with store.begin() as work:
        (slow,) = heads.every(work)
        imprint = Imprint(bytes.fromhex(slow.digest))
        heads.set_stamp(work, slow.size, stamp_of(stamped.stamping, slow.head_id, imprint).digest)
    with store.begin() as work:
        # the worker who has read the head before its stamp came, and has published it so
        assert not heads.set_published(work, slow)
    assert anchor(stamped).counts["published"] == 1
    assert published(stamped)[-1] == "head-3.tsr"


@pytest.mark.parametrize("name", ["head-3.json", "head-3.sig", "head-3.pem", "head-3.tsr"])
@pytest.mark.parametrize("how", ["altered", "taken away", "a directory", "added"])
def test_whatever_is_done_to_a_published_file_is_found_and_no_head_is_signed_over_it(
    name, how, stamped, act, store
):
    act()
    anchor(stamped)
    assert verify_heads(stamped) == 1
    path = stamped.publication.directory / name
    (path.with_name("head-3.json.x7.part")).write_bytes(b"left by a worker that died")
    if how == "altered":
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    elif how == "added":
        path.with_name(name.replace("3", "4")).write_bytes(path.read_bytes())
    else:
        path.unlink()
        if how == "a directory":
            path.mkdir()
    act()
    for look in (verify_heads, anchor):
        with pytest.raises(SignatureInvalid) as refused:
            look(stamped)
        assert refused.value.code is Code.PUBLICATION_DIFFERS
    assert rung(store) == {Code.PUBLICATION_DIFFERS}
    with store.begin() as work:
        assert len(heads.every(work)) == 1


def test_every_bell_of_anchoring_is_cleared_when_it_is_sound_again(anchoring, act, clock, store):
    act()
    anchor(anchoring)
    with pytest.raises(SignatureInvalid) as refused:
        anchor(replace(anchoring, ring=KeyRing([])))
    assert rung(store) == {refused.value.code} == {Code.KEY_UNKNOWN}
    anchor(anchoring)
    assert rung(store) == set()


def test_a_head_under_a_key_revoked_since_is_followed_by_one_that_holds(anchoring, act, clock):
    act()
    anchor(anchoring)
    (leaked,) = anchoring.ring.keys()
    revoked = replace(leaked, revoked_at=leaked.not_before)
    (fresh,) = ring_of(Algorithm.ED25519, clock.now()).keys()
    fresh = replace(fresh, kid="k2", signer=replace(fresh.signer, kid="k2"))
    after = replace(anchoring, ring=KeyRing([revoked, fresh]))
    act()
    assert anchor(after).counts["made"] == 1
    with pytest.raises(SignatureInvalid) as refused:
        verify_heads(after)
    assert refused.value.code is Code.KEY_REVOKED
    # it is no cover for what is done to the published ones
    (anchoring.publication.directory / "head-3.json").unlink()
    with pytest.raises(SignatureInvalid) as refused:
        anchor(after)
    assert refused.value.code is Code.PUBLICATION_DIFFERS


def test_a_revoked_key_is_no_cover_for_a_head_that_is_not_its_own(anchoring, act, behind_its_back):
    act()
    anchor(anchoring)
    (leaked,) = anchoring.ring.keys()
    after = replace(anchoring, ring=KeyRing([replace(leaked, revoked_at=leaked.not_before)]))
    behind_its_back("update journal_head set signature = decode('00', 'hex')")
    act()
    with pytest.raises(SignatureInvalid) as refused:
        anchor(after)
    assert refused.value.code is Code.JOURNAL_BROKEN
