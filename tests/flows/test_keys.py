"""Keys made, certified, rotated, retired, revoked, watched, over the real store and files. 密钥"""

import base64
import hashlib
import json
import resource
import stat
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from asn1crypto import x509

from gateway.dates import SHANGHAI
from gateway.errors import Code, GatewayError
from gateway.flows import key_acts
from gateway.flows.key_parts import Keys
from gateway.flows.keys import check_keys, list_keys, watch_certificates
from gateway.ports import Algorithm, Grade, Reply, Signed, Verdict
from gateway.signing.keys.anchors import require_trusted, trust_of
from gateway.signing.keys.certificates import (
    Usage,
    chain_of_pem,
    fingerprint_of,
    pem_of,
    read_certificate,
    self_signed,
)
from gateway.signing.keys.keyring import Purpose
from gateway.signing.keys.lifetimes import Standing
from gateway.signing.keys.register import Wanted
from gateway.signing.primitives.algorithms import load_signer
from gateway.store import alarms, journal, leases, outbox
from gateway.store.outbox import Draft
from gateway.wiring.keyring_file import KeyringFile
from gateway.wiring.keys import load_ring
from tests.signing.pairs import pair_of

DAY = timedelta(days=1)
LONG_AGO = datetime(2001, 1, 1, tzinfo=SHANGHAI)
PASSPHRASE = "a passphrase that a machine has drawn"


@pytest.fixture
def keys(store, tmp_path) -> Keys:
    """An empty ring in a directory of its own."""
    secrets = tmp_path / "secrets"
    secrets.mkdir(mode=0o700)
    files = KeyringFile(secrets)
    files.write("key_passphrase", PASSPHRASE.encode())
    files.write("keyring.json", b"[]")
    return Keys(store, files, "operator")


def wanted(clock, kid="gw-1", **changes) -> Wanted:
    use = ("990001", Purpose.OUR_MESSAGE, Algorithm.ED25519)
    return replace(Wanted(kid, *use, clock.now(), 365 * DAY, 365 * DAY), **changes)


def refusal(call) -> Code:
    with pytest.raises(GatewayError) as refused:
        call()
    return refused.value.code


def journaled(keys) -> list[tuple[str, str, dict]]:
    with keys.store.begin() as work:
        entries = list(journal.read(work.connection))
    return [(one.event, one.subject, json.loads(one.facts)) for one in entries]


def facts_of(keys, kid, **more) -> dict:
    """What every act says of a key, and what this one says beside it."""
    entry = next(one for one in keys.files.entries() if one.kid == kid)
    return {
        "purpose": entry.purpose.value,
        "algorithm": entry.algorithm.value,
        "public_sha256": der_sha256(keys, kid),
        "user": "operator",
        **more,
    }


def der_sha256(keys, kid) -> str:
    """As openssl and sha256sum would have it: the DER is the PEM's base64."""
    lines = keys.files.read(f"keys/{kid}.pem").splitlines()
    return hashlib.sha256(base64.b64decode(b"".join(lines[1:-1]))).hexdigest()


def sign(keys, kid, message_id="m-1", counterparty="990001"):
    """A message of which the bytes signed with this key have left."""
    with keys.store.begin() as work:
        draft = Draft(message_id, counterparty, "test.kind", "night-1", message_id, b"payload")
        outbox.draft(keys.store, work, draft)
    with keys.store.begin() as work:
        claimed = leases.claim(work, message_id, "worker")
    with keys.store.begin() as work:
        outbox.intend(keys.store, work, claimed, Signed(b"signed with " + kid.encode(), kid))
    return claimed


def answer(keys, claimed, verdict=Verdict.ACCEPTED):
    with keys.store.begin() as work:
        outbox.take_reply(work, claimed, Reply(verdict, Grade.A, b"answer"))


@pytest.mark.parametrize("algorithm", Algorithm, ids=lambda algorithm: algorithm.value)
def test_a_new_key_is_whole_and_nobody_else_can_read_it(keys, clock, algorithm):
    entry = key_acts.make(keys, wanted(clock, algorithm=algorithm, subject="住房公积金网关"))
    secrets = keys.files.secrets
    for name in ("keys/gw-1.key", "keys/gw-1.pem", "keys/gw-1.csr", "keys/gw-1.crt"):
        assert stat.S_IMODE((secrets / name).stat().st_mode) == 0o600
    assert keys.files.read(entry.private).startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    (own,) = chain_of_pem(keys.files.read(entry.chain))
    assert read_certificate(own).subject == "CN=住房公积金网关,C=CN"
    ring = load_ring(secrets)
    signer = ring.signer(Purpose.OUR_MESSAGE, "990001", clock.now())
    assert ring.verifier("gw-1").verify(signer.sign((b"data",)), (b"data",))
    assert journaled(keys) == [("key_made", "gw-1", facts_of(keys, "gw-1"))]
    assert all(result.ok for result in check_keys(keys))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kid": "../../etc/gw"}, Code.SETTING_INVALID),
        ({"purpose": Purpose.DOCUMENT_SEAL}, Code.SETTING_INVALID),
        ({"purpose": Purpose.BANK_FILE}, Code.SETTING_INVALID),
        ({"signs": timedelta()}, Code.SETTING_INVALID),
        ({"not_before": LONG_AGO}, Code.SETTING_INVALID),
        ({"subject": "长" * 65}, Code.SETTING_INVALID),
        ({"kid": "there"}, Code.DUPLICATE_SETTING),
    ],
)
def test_a_key_that_cannot_be_is_not_made_and_leaves_nothing(keys, clock, changes, code):
    key_acts.make(keys, wanted(clock, "there"))
    before = sorted(path.name for path in keys.files.secrets.rglob("*"))
    assert refusal(lambda: key_acts.make(keys, wanted(clock, **changes))) is code
    assert sorted(path.name for path in keys.files.secrets.rglob("*")) == before
    assert len(journaled(keys)) == len(keys.files.entries()) == 1


def test_entries_and_fields_of_others_stay_as_they_are(keys, clock):
    key_acts.make(keys, wanted(clock))
    path = keys.files.secrets / "keyring.json"
    (row,) = json.loads(path.read_text())
    path.write_text(json.dumps([row | {"remark": "机房甲"}]))
    key_acts.make(keys, wanted(clock, "gw-b", holder="990002"))
    key_acts.revoke(keys, "gw-1", "机房失窃")
    first, second = json.loads(path.read_text())
    assert first == row | {"remark": "机房甲", "revoked_at": first["revoked_at"]}
    assert second["kid"] == "gw-b"


def test_a_rotation_overlaps_and_the_signer_changes_at_its_start(keys, clock):
    key_acts.make(keys, wanted(clock))
    start = clock.now() + 7 * DAY
    assert key_acts.rotate(keys, "gw-1", start, 365 * DAY).kid == "gw-2"
    ring = load_ring(keys.files.secrets)
    use = (Purpose.OUR_MESSAGE, "990001")
    moments = {start - DAY: "gw-1", start: "gw-2", start + 300 * DAY: "gw-2"}
    assert {at: ring.signer(*use, at).kid for at in moments} == moments
    for kid in ("gw-1", "gw-2"):
        stated = (kid, Algorithm.ED25519.value)
        assert ring.refusal(*use, stated, start + DAY) is None
    assert journaled(keys)[-1] == (
        "key_rotated",
        "gw-1",
        facts_of(keys, "gw-1", successor="gw-2", successor_sha256=der_sha256(keys, "gw-2")),
    )


def test_a_rotation_that_leaves_a_gap_or_is_another_s_is_refused(keys, clock):
    key_acts.make(keys, wanted(clock, signs=10 * DAY))
    late = clock.now() + 11 * DAY
    window = f"须在 {clock.now():%Y-%m-%d %H:%M} 之后、{clock.now() + 10 * DAY:%Y-%m-%d %H:%M} 之前"
    with pytest.raises(GatewayError, match=window) as refused:
        key_acts.rotate(keys, "gw-1", late, DAY)
    assert refused.value.code is Code.KEY_GAP
    theirs = wanted(clock, "bank-1", purpose=Purpose.BANK_FILE)
    key_acts.register(keys, theirs, pair_of(Algorithm.ED25519).public_pem)
    assert refusal(lambda: key_acts.rotate(keys, "bank-1", late, DAY)) is Code.SETTING_INVALID
    assert refusal(lambda: key_acts.rotate(keys, "none", late, DAY)) is Code.NOT_FOUND


def certified_for(keys, clock, kid, days):
    """Have a key's certificate end after some days, whatever its window says."""
    entry = next(one for one in keys.files.entries() if one.kid == kid)
    private, public = (keys.files.read(name) for name in (entry.private, entry.public))
    signer = load_signer(kid, entry.algorithm, private, PASSPHRASE.encode())
    dates = (clock.now() - DAY, clock.now() + days * DAY)
    own = self_signed(signer, public, "an authority would say so", *dates, Usage.MESSAGE)
    return key_acts.certify(keys, kid, pem_of("CERTIFICATE", own))


def test_a_rotation_after_the_certificate_s_end_leaves_a_gap_too(keys, clock):
    key_acts.make(keys, wanted(clock))
    certified_for(keys, clock, "gw-1", 10)
    late = clock.now() + 11 * DAY
    assert refusal(lambda: key_acts.rotate(keys, "gw-1", late, DAY)) is Code.KEY_GAP
    key_acts.rotate(keys, "gw-1", clock.now() + 9 * DAY, 365 * DAY)


def test_a_key_whose_certificate_has_ended_follows_nobody(keys, clock):
    for kid in ("gw-1", "gw-2"):
        key_acts.make(keys, wanted(clock, kid))
    certified_for(keys, clock, "gw-2", 10)
    clock.forward((11 * DAY).total_seconds())
    assert refusal(lambda: key_acts.retire(keys, "gw-1")) is Code.KEY_IN_USE
    key_acts.retire(keys, "gw-2")


def test_a_key_is_retired_only_when_nothing_is_open_under_it(keys, clock):
    key_acts.make(keys, wanted(clock))
    claimed = [sign(keys, "gw-1", f"m-{n}") for n in range(3)]
    key_acts.rotate(keys, "gw-1", clock.now() + DAY, 365 * DAY)
    clock.forward(2 * DAY.total_seconds())
    answer(keys, claimed[0])
    answer(keys, claimed[1], Verdict.PENDING)
    with pytest.raises(GatewayError, match="未了结 2 件") as refused:
        key_acts.retire(keys, "gw-1")
    assert refused.value.code is Code.KEY_IN_USE
    answer(keys, claimed[2])
    clock.forward(3600)
    with keys.store.begin() as work:
        held = leases.claim(work, "m-1", "worker")
    answer(keys, held)
    entry = key_acts.retire(keys, "gw-1")
    assert entry.sign_until < entry.verify_until <= clock.now()
    assert journaled(keys)[-1] == ("key_retired", "gw-1", facts_of(keys, "gw-1"))
    standing = {line.key.kid: line.standing for line in list_keys(keys)}
    assert standing == {"gw-1": Standing.ENDED, "gw-2": Standing.SIGNING}


def test_a_message_to_be_sent_again_is_open_under_the_key_that_signed_it(keys, clock):
    """A resend is the same bytes: provably never seen, it leaves again under the old key."""
    key_acts.make(keys, wanted(clock))
    claimed = sign(keys, "gw-1")
    with keys.store.begin() as work:
        outbox.nothing_sent(work, claimed, Code.NO_CONNECTION)
    (line,) = list_keys(keys)
    assert line.outstanding == 1
    clock.forward(3600)
    with keys.store.begin() as work:
        again = leases.claim(work, "m-1", "worker")
    assert (again.signed_kid, again.signed_digest is None) == ("gw-1", False)


def test_the_last_key_is_not_retired(keys, clock):
    key_acts.make(keys, wanted(clock))
    with pytest.raises(GatewayError, match="没有接替") as refused:
        key_acts.retire(keys, "gw-1")
    assert refused.value.code is Code.KEY_IN_USE


def test_a_counterparty_s_key_waits_for_its_replies(keys, clock):
    public = pair_of(Algorithm.ED25519).public_pem
    for kid in ("bank-1", "bank-2"):
        key_acts.register(keys, wanted(clock, kid, purpose=Purpose.THEIR_MESSAGE), public)
    claimed = sign(keys, "gw-1")
    sign(keys, "gw-1", "m-2", counterparty="990002")
    with pytest.raises(GatewayError, match="未了结 1 件"):
        key_acts.retire(keys, "bank-1")
    answer(keys, claimed)
    key_acts.retire(keys, "bank-1")


def test_a_revocation_waits_for_nothing_and_is_in_force_at_use(keys, clock):
    key_acts.make(keys, wanted(clock))
    sign(keys, "gw-1")
    entry, count = key_acts.revoke(keys, "gw-1", "机房失窃")
    assert count == 1
    ring, use = load_ring(keys.files.secrets), (Purpose.OUR_MESSAGE, "990001")
    assert refusal(lambda: ring.signer(*use, clock.now())) is Code.KEY_MISSING
    stated = ("gw-1", Algorithm.ED25519.value)
    assert ring.refusal(*use, stated, clock.now()) is Code.KEY_REVOKED
    assert ring.refusal(*use, stated, entry.revoked_at - timedelta(microseconds=1)) is None
    assert journaled(keys)[-1] == (
        "key_revoked",
        "gw-1",
        facts_of(keys, "gw-1", reason="机房失窃"),
    )


def test_a_certificate_is_installed_only_for_its_own_key(keys, clock):
    key_acts.make(keys, wanted(clock))
    key_acts.make(keys, wanted(clock, "gw-b", holder="990002"))
    one, other = (keys.files.read(f"keys/{kid}.crt") for kid in ("gw-1", "gw-b"))
    assert refusal(lambda: key_acts.certify(keys, "gw-1", other)) is Code.KEY_MISSING
    rubbish = pem_of("CERTIFICATE", b"rubbish")
    assert refusal(lambda: key_acts.certify(keys, "gw-1", rubbish)) is Code.CERTIFICATE_UNREADABLE
    broken = one + other
    assert refusal(lambda: key_acts.certify(keys, "gw-1", broken)) is Code.CERTIFICATE_UNTRUSTED
    assert keys.files.read("keys/gw-1.crt") == one
    key_acts.certify(keys, "gw-1", one)
    assert journaled(keys)[-1] == ("key_certified", "gw-1", facts_of(keys, "gw-1"))


def test_a_counterparty_s_certificate_registers_its_key(keys, clock):
    key_acts.make(keys, wanted(clock))
    given = keys.files.read("keys/gw-1.crt")
    theirs = wanted(clock, "peer-1", purpose=Purpose.THEIR_MESSAGE)
    key_acts.register(keys, theirs, given)
    ring = load_ring(keys.files.secrets)
    (mark,) = {key.fingerprint for key in ring.keys()}  # noqa: SIM118 - a ring is no dict
    found = ring.by_certificate(Purpose.THEIR_MESSAGE, "990001", mark)
    assert found is not None
    assert (found.kid, found.signer) == ("peer-1", None)
    ours = wanted(clock, "gw-2")
    assert refusal(lambda: key_acts.register(keys, ours, given)) is Code.SETTING_INVALID


def test_the_list_opens_no_private_key_and_shows_none(keys, clock):
    key_acts.make(keys, wanted(clock))
    (keys.files.secrets / "key_passphrase").unlink()
    (line,) = list_keys(keys)
    assert (line.standing, line.days, line.outstanding) == (Standing.SIGNING, 364, 0)
    assert line.key.signer is None
    assert "PRIVATE" not in repr(line)


def test_the_check_names_what_is_wrong_with_each_key(keys, clock):
    for kid, holder in (("gw-1", "990001"), ("gw-b", "990002"), ("gw-c", "990003")):
        key_acts.make(keys, wanted(clock, kid, holder=holder))
    keys.files.write("keys/gw-1.key", keys.files.read("keys/gw-b.key"))
    keys.files.write("keys/gw-c.crt", keys.files.read("keys/gw-b.crt"))
    keys.files.secrets.chmod(0o755)
    (keys.files.secrets / "keys" / "gw-b.key").chmod(0o640)
    keys.files.write("key_passphrase", b"short")
    results = {result.item: result for result in check_keys(keys)}
    assert not any(result.ok for result in results.values())
    assert "SECRETS_EXPOSED" in results["密钥目录"].detail
    assert ".、keys/gw-b.key" in results["密钥目录"].detail
    assert "不足 32" in results["密钥口令"].detail
    keys.files.write("key_passphrase", PASSPHRASE.encode())
    said = {result.item: result.detail for result in check_keys(keys)}
    assert "不是一对" in said["密钥 gw-1"]
    assert "证书不是这把密钥的" in said["密钥 gw-c"]
    assert said["密钥 gw-b"].startswith("使用中")


def ringing(keys) -> set[tuple[Code, str]]:
    with keys.store.begin() as work:
        return {(alarm.code, alarm.subject) for alarm in alarms.ringing(work)}


def test_each_warning_rings_once_and_is_cleared_by_the_next_or_by_a_successor(keys, clock):
    key_acts.make(keys, wanted(clock, signs=100 * DAY))
    ring = load_ring(keys.files.secrets)
    expected = {0: None, 41: 60, 71: 30, 94: 7, 99.5: 1, 100.5: 0}
    passed = 0.0
    for days, due in expected.items():
        clock.forward((days - passed) * DAY.total_seconds())
        passed = days
        for _ in range(2):
            assert watch_certificates(keys.store, ring) == (due is not None)
        code = Code.CERTIFICATE_EXPIRES if due else Code.CERTIFICATE_EXPIRED
        assert ringing(keys) == (set() if due is None else {(code, f"gw-1@{due}")})
    key_acts.make(keys, wanted(clock, "gw-2"))
    assert watch_certificates(keys.store, load_ring(keys.files.secrets)) == 0
    assert ringing(keys) == set()
    rung = [facts["code"] for event, _, facts in journaled(keys) if event == "alarm_rung"]
    assert rung == ["CERTIFICATE_EXPIRES"] * 4 + ["CERTIFICATE_EXPIRED"]


def test_the_end_of_a_counterparty_s_key_that_nobody_replaced_goes_on_ringing(keys, clock):
    theirs = wanted(clock, "bank-1", purpose=Purpose.BANK_FILE, signs=5 * DAY, verifies=5 * DAY)
    key_acts.register(keys, theirs, pair_of(Algorithm.ED25519).public_pem)
    clock.forward((10 * DAY).total_seconds())
    assert watch_certificates(keys.store, load_ring(keys.files.secrets)) == 1
    assert ringing(keys) == {(Code.CERTIFICATE_EXPIRED, "bank-1@0")}
    key_acts.revoke(keys, "bank-1", "机房失窃")
    assert watch_certificates(keys.store, load_ring(keys.files.secrets)) == 0
    assert ringing(keys) == set()


def test_two_at_once_change_the_ring_one_after_the_other(keys, clock):
    from threading import Thread

    makers = [
        Thread(target=key_acts.make, args=(keys, wanted(clock, f"gw-{n}", holder=f"99000{n}")))
        for n in range(6)
    ]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert {entry.kid for entry in keys.files.entries()} == {f"gw-{n}" for n in range(6)}


def test_what_was_sealed_under_a_former_certificate_or_a_retired_key_stays_provable(keys, clock):
    """With a stamp, that is: at its moment the key was in force."""
    seal = {"purpose": Purpose.DOCUMENT_SEAL, "algorithm": Algorithm.ECDSA_P256_SHA256}
    for kid in ("seal-1", "seal-2"):
        key_acts.make(keys, wanted(clock, kid, **seal))
    then, first = clock.now(), load_ring(keys.files.secrets).key("seal-1").chain
    certified_for(keys, clock, "seal-1", 300)
    certified_for(keys, clock, "seal-1", 200)
    second = load_ring(keys.files.secrets).key("seal-1").chain
    clock.forward(DAY.total_seconds())
    key_acts.retire(keys, "seal-1")
    clock.forward(DAY.total_seconds())
    signers = trust_of(load_ring(keys.files.secrets), clock.now()).signers
    for chain in (first, second):
        assert require_trusted(signers, chain, then).fingerprint == fingerprint_of(chain[0])
        untrusted = refusal(lambda chain=chain: require_trusted(signers, chain, clock.now()))
        assert untrusted is Code.CERTIFICATE_UNTRUSTED
    key_acts.revoke(keys, "seal-1", "机房失窃")
    signers = trust_of(load_ring(keys.files.secrets), clock.now()).signers
    assert refusal(lambda: require_trusted(signers, first, then)) is Code.CERTIFICATE_UNTRUSTED


def test_of_what_a_counterparty_gives_only_its_public_key_is_kept(keys, clock):
    pair = pair_of(Algorithm.SM2_SM3)
    theirs = wanted(clock, "bank-1", purpose=Purpose.BANK_FILE, algorithm=Algorithm.SM2_SM3)
    both = pair.public_pem + pair.private_pem
    assert refusal(lambda: key_acts.register(keys, theirs, both)) is Code.KEY_MISSING
    assert not (keys.files.secrets / "keys").exists()
    key_acts.register(keys, theirs, b"Bag Attributes\n  friendlyName: bank\n" + pair.public_pem)
    assert keys.files.read("keys/bank-1.pem") == pair.public_pem
    # one put there by hand is told in the same way
    keys.files.write("keys/bank-1.pem", both)
    assert refusal(lambda: load_ring(keys.files.secrets)) is Code.KEY_MISSING


def test_a_new_key_takes_no_other_key_s_files(keys, clock):
    key_acts.make(keys, wanted(clock))
    path = keys.files.secrets / "keyring.json"
    (row,) = json.loads(path.read_text())
    keys.files.write("keys/gw-1.chain.pem", keys.files.read("keys/gw-1.crt"))
    path.write_text(json.dumps([row | {"chain": "keys/gw-1.chain.pem"}]))
    taken = wanted(clock, "gw-1.chain", holder="990002")
    assert refusal(lambda: key_acts.make(keys, taken)) is Code.DUPLICATE_SETTING
    assert load_ring(keys.files.secrets).key("gw-1").chain


def test_a_successor_s_certificate_asks_for_the_old_one_s_name(keys, clock):
    key_acts.make(keys, wanted(clock, subject="住房公积金网关"))
    key_acts.make(keys, wanted(clock, "gw-b", holder="990002"))
    start = clock.now() + DAY
    names = {
        read_certificate(chain_of_pem(keys.files.read(made.chain))[0]).subject
        for made in (key_acts.rotate(keys, kid, start, DAY) for kid in ("gw-1", "gw-b"))
    }
    assert names == {"CN=住房公积金网关,C=CN", "CN=gw-b-2,C=CN"}


@pytest.mark.parametrize("field", ["not_before", "sign_until", "verify_until", "revoked_at"])
def test_a_moment_without_a_zone_is_refused_when_the_ring_is_read(keys, clock, field):
    """Bug: comparing it with the clock was a TypeError at the first use of a key."""
    key_acts.make(keys, wanted(clock))
    (row,) = json.loads(keys.files.read("keyring.json"))
    keys.files.write("keyring.json", json.dumps([row | {field: "2026-03-01T00:00:00"}]).encode())
    with pytest.raises(GatewayError, match="gw-1: 时刻须带时区") as refused:
        load_ring(keys.files.secrets)
    assert refused.value.code is Code.SETTING_INVALID


@pytest.mark.parametrize(
    "name", ["key_passphrase", "keyring.json"], ids=["a secret", "a file of settings"]
)
def test_a_secret_in_another_encoding_is_named_and_not_carried_along(keys, name):
    keys.files.write(name, b'"geheim\xff"')
    with pytest.raises(GatewayError) as refused:
        load_ring(keys.files.secrets)
    assert refused.value.code is Code.SETTING_INVALID
    assert refused.value.__cause__ is None
    assert name in str(refused.value)


def test_a_certificate_without_its_authority_s_is_not_installed(keys, clock):
    key_acts.make(keys, wanted(clock))
    found = x509.Certificate.load(chain_of_pem(keys.files.read("keys/gw-1.crt"))[0])
    found["tbs_certificate"]["issuer"] = x509.Name.build({"common_name": "some authority"})
    alone = pem_of("CERTIFICATE", found.dump(force=True))
    with pytest.raises(GatewayError, match="some authority") as refused:
        key_acts.certify(keys, "gw-1", alone)
    assert refused.value.code is Code.CERTIFICATE_UNTRUSTED
    # a counterparty's is pinned as it is
    key_acts.register(keys, wanted(clock, "peer-1", purpose=Purpose.THEIR_MESSAGE), alone)


def test_a_key_whose_public_half_is_gone_can_still_be_revoked(keys, clock):
    key_acts.make(keys, wanted(clock))
    (keys.files.secrets / "keys" / "gw-1.pem").unlink()
    key_acts.revoke(keys, "gw-1", "机房失窃")
    assert journaled(keys)[-1][2]["public_sha256"] == ""


def test_a_counterparty_s_key_past_its_window_is_not_registered(keys, clock):
    public = pair_of(Algorithm.ED25519).public_pem
    theirs = wanted(clock, "bank-1", purpose=Purpose.BANK_FILE, signs=DAY, verifies=DAY)
    late = replace(theirs, not_before=clock.now() - 2 * DAY)
    with pytest.raises(GatewayError, match="已过") as refused:
        key_acts.register(keys, late, public)
    assert refused.value.code is Code.SETTING_INVALID
    # what it signed in time may still be on its way
    key_acts.register(keys, replace(late, verifies=2 * DAY), public)


@contextmanager
def no_space():
    """Every write of this process to a file fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    "act",
    [
        lambda keys, clock: key_acts.make(keys, wanted(clock, "gw-b", holder="990002")),
        lambda keys, clock: key_acts.certify(keys, "gw-1", keys.files.read("keys/gw-1.crt")),
        lambda keys, clock: key_acts.rotate(keys, "gw-1", clock.now() + DAY, DAY),
        lambda keys, clock: key_acts.retire(keys, "gw-1"),
        lambda keys, clock: key_acts.revoke(keys, "gw-1", "机房失窃"),
    ],
    ids=["make", "certify", "rotate", "retire", "revoke"],
)
def test_an_act_that_cannot_be_written_is_refused_in_words_and_not_journaled(keys, clock, act):
    """Bug: it was told as a bug of ours."""
    for kid in ("gw-1", "gw-0"):
        key_acts.make(keys, wanted(clock, kid))
    before = keys.files.entries()
    files = sorted(path.name for path in keys.files.secrets.rglob("*"))
    with no_space(), pytest.raises(GatewayError, match="写不进") as refused:
        act(keys, clock)
    assert refused.value.code is Code.SETTING_INVALID
    assert keys.files.entries() == before
    assert sorted(path.name for path in keys.files.secrets.rglob("*")) == files
    assert len(journaled(keys)) == 2


def test_a_directory_that_takes_no_file_is_named(keys, clock):
    """A user without the right is told so too; a file in the way stands for it where root runs."""
    (keys.files.secrets / "keys").write_bytes(b"")
    with pytest.raises(GatewayError, match=r"keys/gw-1\.key 写不进") as refused:
        key_acts.make(keys, wanted(clock))
    assert refused.value.code is Code.SETTING_INVALID
