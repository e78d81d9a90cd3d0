"""Detached seals: openssl agrees, and what was changed or is a stranger's is refused. 签章"""

import hashlib
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from asn1crypto import cms

from gateway.errors import Code, GatewayError
from gateway.signing.keys.anchors import Anchors, Trust, trust_of
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.seals.cms import Seal, add_stamp, check_cms, imprint_of, seal_of, sign_cms
from tests.signing import sealing
from tests.signing.pairs import signer_of, verifier_of
from tests.signing.sealing import AT, P256, SEALING, seal, stamped, trust

CONTENT = b"what is sealed"
DIGEST = hashlib.sha256(CONTENT).digest()


def refused(der: bytes, digest: bytes = DIGEST, who: Trust | None = None, at=AT) -> Code:
    with pytest.raises(GatewayError) as raised:
        check_cms(der, digest, who or trust(), at)
    return raised.value.code


def changed(der: bytes, change) -> bytes:
    """The same envelope with something in it changed."""
    envelope = cms.ContentInfo.load(der)
    change(envelope["content"])
    return envelope.dump()


@pytest.mark.parametrize("algorithm", SEALING, ids=lambda one: one.value)
def test_openssl_verifies_our_seal_as_cades_before_and_after_it_is_stamped(
    algorithm, tmp_path, require_peer
):
    require_peer(None if shutil.which("openssl") else "openssl")
    plain = sign_cms(seal(algorithm), DIGEST, AT)
    token = stamped(imprint_of(plain)).token
    (tmp_path / "content").write_bytes(CONTENT)
    for der in (plain, add_stamp(plain, token)):
        (tmp_path / "p7s").write_bytes(der)
        told = subprocess.run(
            ["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "p7s",
             "-content", "content", "-CAfile", str(sealing.root_pem()), "-purpose", "any",
             "-out", "out"],
            cwd=tmp_path, capture_output=True, text=True,
        )  # fmt: skip
        assert "CAdES Verification successful" in told.stderr, told.stderr
        assert check_cms(der, DIGEST, trust(seal(algorithm)), AT).signed_at == AT


def test_a_stamp_beside_a_seal_changes_nothing_that_was_signed():
    plain = sign_cms(seal(), DIGEST, AT)
    stamp = stamped(imprint_of(plain))
    both = add_stamp(plain, stamp.token)
    before, after = (
        cms.ContentInfo.load(der)["content"]["signer_infos"][0] for der in (plain, both)
    )
    for part in ("signed_attrs", "signature"):
        assert before[part].dump() == after[part].dump()
    assert stamp.token in both
    assert check_cms(both, DIGEST, trust(), AT).stamp == stamp


def test_a_seal_is_stamped_once():
    plain = sign_cms(seal(), DIGEST, AT)
    token = stamped(imprint_of(plain)).token
    with pytest.raises(GatewayError) as raised:
        add_stamp(add_stamp(plain, token), token)
    assert raised.value.code is Code.STAMP_NOT_OURS


def test_another_seals_stamp_is_refused():
    one, two = sign_cms(seal(), DIGEST, AT), sign_cms(seal(), DIGEST, AT)
    assert refused(add_stamp(one, stamped(imprint_of(two)).token)) is Code.STAMP_NOT_OURS


def test_a_stamp_keeps_a_seal_good_after_its_certificate_has_run_out():
    short = seal(days=60)
    plain = sign_cms(short, DIGEST, AT)
    later = AT + timedelta(days=365)
    assert refused(plain, who=trust(short), at=later) is Code.CERTIFICATE_UNTRUSTED
    both = add_stamp(plain, stamped(imprint_of(plain)).token)
    assert check_cms(both, DIGEST, trust(short), later).stamp is not None


def test_a_stamp_from_after_the_certificate_ran_out_does_not_help():
    short = seal(days=60)
    plain = sign_cms(short, DIGEST, AT)
    late = stamped(imprint_of(plain), timedelta(days=30)).token
    assert refused(add_stamp(plain, late), who=trust(short)) is Code.CERTIFICATE_UNTRUSTED


def test_other_content_is_refused():
    der = sign_cms(seal(), DIGEST, AT)
    assert refused(der, hashlib.sha256(b"other").digest()) is Code.SIGNATURE_WRONG


def test_a_key_of_another_certificate_is_refused():
    der = sign_cms(Seal(signer_of(P256, 2), seal().chain), DIGEST, AT)
    assert refused(der) is Code.SIGNATURE_WRONG


@pytest.mark.parametrize("anchors", ["none", "other root", "other pin"])
def test_a_seal_of_nobody_we_know_is_refused(anchors):
    root = seal().chain[-1]
    known = {
        "none": Anchors(()),
        "other root": Anchors((sealing.certified(P256, 2, "seal", 3650).chain[0],)),
        "other pin": Anchors((root,), frozenset({"00" * 32})),
    }[anchors]
    der = sign_cms(seal(), DIGEST, AT)
    assert refused(der, who=replace(trust(), signers=known)) is Code.CERTIFICATE_UNTRUSTED


def test_what_is_no_cms_of_this_profile_is_refused():
    der = sign_cms(seal(), DIGEST, AT)

    def twice(data):
        data["signer_infos"] = [data["signer_infos"][0], data["signer_infos"][0].copy()]

    def with_content(data):
        data["encap_content_info"] = {"content_type": "data", "content": CONTENT}

    def without_certificates(data):
        data["certificates"] = []

    def attribute_twice(data):
        signer = data["signer_infos"][0]
        signer["signed_attrs"] = [*signer["signed_attrs"], signer["signed_attrs"][0].copy()]

    def foreign_unsigned(data):
        data["signer_infos"][0]["unsigned_attrs"] = [
            {"type": "signing_time", "values": [cms.Time({"utc_time": AT})]}
        ]

    rubbish = [b"", b"\x30\x80", b"\0" * 100, der[:-1], der + b"\0", b"\x30\x84\xff\xff\xff\xff"]
    shapes = (twice, with_content, without_certificates, attribute_twice, foreign_unsigned)
    for bad in [*rubbish, *(changed(der, shape) for shape in shapes), der * 40]:
        assert refused(bad) is Code.SIGNATURE_UNREADABLE


def test_another_digest_than_sha256_is_refused():
    def sha1(data):
        data["signer_infos"][0]["digest_algorithm"] = {"algorithm": "sha1"}

    der = sign_cms(seal(), DIGEST, AT)
    assert refused(changed(der, sha1)) is Code.ALGORITHM_NOT_ALLOWED


def test_no_seal_with_one_bit_turned_is_another_seal():
    der, believed = sign_cms(seal(), DIGEST, AT), []
    for place in range(0, len(der), 11):
        bad = bytearray(der)
        bad[place] ^= 1
        try:
            check_cms(bytes(bad), DIGEST, trust(), AT)
            believed.append(place)
        except GatewayError:
            pass
    assert believed == []


def key(kid="seal-1", **windows) -> Key:
    far = AT + timedelta(days=100)
    times = {"not_before": AT, "sign_until": far, "verify_until": far} | windows
    return Key(
        kid, "branch", Purpose.DOCUMENT_SEAL, verifier_of(P256), **times,
        signer=signer_of(P256), chain=seal().chain,
    )  # fmt: skip


def test_the_ring_says_whose_seals_count():
    ring = KeyRing([key("k1")])
    der = sign_cms(seal_of(ring, "branch", AT), DIGEST, AT)
    who = replace(trust_of(ring, AT), authorities=trust().authorities)
    assert check_cms(der, DIGEST, who, AT).fingerprint
    revoked = KeyRing([key("k1", revoked_at=AT)])
    assert refused(der, who=trust_of(revoked, AT)) is Code.CERTIFICATE_UNTRUSTED


def test_a_seal_without_certificate_seals_nothing():
    ring = KeyRing([replace(key("k1"), chain=())])
    with pytest.raises(GatewayError) as raised:
        seal_of(ring, "branch", AT)
    assert raised.value.code is Code.KEY_MISSING


def stamping_key(**windows) -> Key:
    """The authority as the ring knows it."""
    far = AT + timedelta(days=1)
    times = {"not_before": AT, "sign_until": far, "verify_until": far} | windows
    chain = tuple(one.dump() for one in sealing.credentials().chain)
    return Key("tsa-1", "tsa", Purpose.TIME_STAMP, verifier_of(P256), **times, chain=chain)


def test_a_stamped_seal_outlives_the_rotation_of_both_keys_but_not_their_revocation():
    until = AT + timedelta(days=1)
    ring = KeyRing([key("k1", sign_until=until, verify_until=until), stamping_key()])
    plain = sign_cms(seal_of(ring, "branch", AT), DIGEST, AT)
    both, years = add_stamp(plain, stamped(imprint_of(plain)).token), AT + timedelta(days=900)
    assert check_cms(both, DIGEST, trust_of(ring, years), years).stamp is not None
    assert refused(plain, who=trust_of(ring, years), at=years) is Code.CERTIFICATE_UNTRUSTED
    leaked = {"revoked_at": AT + timedelta(hours=1)}
    # whoever stole a key may state that it was not yet stolen then
    for held, code in (
        ([key("k1", **leaked), stamping_key()], Code.CERTIFICATE_UNTRUSTED),
        ([key("k1"), stamping_key(**leaked)], Code.STAMP_UNTRUSTED),
    ):
        assert refused(both, who=trust_of(KeyRing(held), years), at=years) is code


def test_a_stamp_from_outside_its_authoritys_window_is_refused():
    ring = KeyRing([key("k1"), stamping_key(not_before=AT + timedelta(seconds=1))])
    plain = sign_cms(seal_of(ring, "branch", AT), DIGEST, AT)
    both, later = add_stamp(plain, stamped(imprint_of(plain)).token), AT + timedelta(hours=1)
    assert refused(both, who=trust_of(ring, later), at=later) is Code.STAMP_UNTRUSTED
