"""Time-stamps: openssl agrees on ours, and nothing an authority does wrong is believed. 时间戳"""

import hashlib
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from asn1crypto import core

from gateway.errors import Code, GatewayError
from gateway.signing.keys.anchors import Anchors
from gateway.signing.primitives.digests import DigestName
from gateway.signing.seals.timestamps import Imprint, check_stamp, take_stamp
from sandbox.tsa import authority
from sandbox.tsa.authority import POLICY, reply
from sandbox.tsa.credentials import Credentials
from sandbox.tsa.faults import StampFault
from tests.signing import sealing
from tests.signing.sealing import AT, InProcessAuthority, seal, stamped, terms

IMPRINT = Imprint(hashlib.sha256(b"head").digest())
WRONG = {
    StampFault.REFUSES: Code.STAMP_REFUSED,
    StampFault.WRONG_NONCE: Code.STAMP_NOT_OURS,
    StampFault.NO_NONCE: Code.STAMP_NOT_OURS,
    StampFault.WRONG_IMPRINT: Code.STAMP_NOT_OURS,
    StampFault.WRONG_POLICY: Code.STAMP_NOT_OURS,
    StampFault.HOUR_OFF: Code.STAMP_CLOCK_WRONG,
    StampFault.OTHER_KEY: Code.STAMP_UNTRUSTED,
    StampFault.RUBBISH: Code.STAMP_UNREADABLE,
    StampFault.CUT: Code.STAMP_UNREADABLE,
    StampFault.HUGE: Code.STAMP_UNREADABLE,
}


def code_of(call) -> Code:
    with pytest.raises(GatewayError) as raised:
        call()
    return raised.value.code


@pytest.mark.parametrize("name", DigestName)
def test_openssl_verifies_the_stamp_we_believe(name, tmp_path, require_peer):
    require_peer(None if shutil.which("openssl") else "openssl")
    authority = InProcessAuthority()
    imprint = Imprint(hashlib.new(name.value, b"head").digest(), name)
    stamp = take_stamp(authority, imprint, terms(), AT)
    (tmp_path / "q").write_bytes(authority.asked[0])
    (tmp_path / "r").write_bytes(authority.replies[0])
    (tmp_path / "t").write_bytes(stamp.token)
    head = ["openssl", "ts", "-verify", "-CAfile", str(sealing.root_pem())]
    for rest in (
        ["-in", "r", "-queryfile", "q"],
        ["-in", "t", "-token_in", "-digest", imprint.digest.hex()],
    ):
        told = subprocess.run([*head, *rest], cwd=tmp_path, capture_output=True, text=True)
        assert "Verification: OK" in told.stdout + told.stderr
    assert stamp.gen_time == AT
    assert stamp.policy == POLICY


@pytest.mark.parametrize("fault", WRONG)
def test_a_reply_that_is_wrong_is_not_believed(fault):
    authority = InProcessAuthority(fault=fault)
    assert code_of(lambda: take_stamp(authority, IMPRINT, terms(), AT)) is WRONG[fault]


def test_every_fault_that_a_reply_can_have_is_tried():
    of_the_wire = {StampFault.DOWN, StampFault.SLOW}
    assert set(WRONG) == set(StampFault) - of_the_wire


def test_a_reply_is_never_asked_for_twice_with_one_nonce():
    authority = InProcessAuthority()
    for _ in range(2):
        take_stamp(authority, IMPRINT, terms(), AT)
    assert authority.asked[0] != authority.asked[1]

    class Replaying:
        def ask(self, request):
            return authority.replies[0]

    assert code_of(lambda: take_stamp(Replaying(), IMPRINT, terms(), AT)) is Code.STAMP_NOT_OURS


def test_a_stamp_of_nobody_pinned_is_not_believed():
    token = stamped(IMPRINT).token
    for anchors in (Anchors(()), Anchors(terms().anchors.roots, frozenset({"00"}))):
        other = replace(terms(), anchors=anchors)
        assert code_of(lambda o=other: check_stamp(token, IMPRINT, o)) is Code.STAMP_UNTRUSTED


def test_a_certificate_that_is_not_for_stamping_alone_stamps_nothing():
    """A seal of ours, below the same root, signs a token as well as the authority could."""
    own = seal()

    class Pretender:
        def ask(self, request):
            from asn1crypto import x509
            from cryptography.hazmat.primitives import serialization

            from tests.signing.pairs import PASSPHRASE, pair_of

            pem = pair_of(sealing.P256).private_pem
            key = serialization.load_pem_private_key(pem, PASSPHRASE)
            chain = tuple(x509.Certificate.load(one) for one in own.chain)
            return reply(request, Credentials(key, chain), AT.astimezone(UTC))

    loose = replace(terms(), anchors=Anchors(terms().anchors.roots))
    assert code_of(lambda: take_stamp(Pretender(), IMPRINT, loose, AT)) is Code.STAMP_UNTRUSTED


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_that_differs_too_much_is_noticed(minutes):
    authority = InProcessAuthority(lambda: AT + timedelta(minutes=minutes))
    assert code_of(lambda: take_stamp(authority, IMPRINT, terms(), AT)) is Code.STAMP_CLOCK_WRONG


def test_a_kept_stamp_is_verified_again_and_only_over_its_own_digest():
    stamp = stamped(IMPRINT)
    assert check_stamp(stamp.token, IMPRINT, terms()) == stamp
    other = Imprint(hashlib.sha256(b"tail").digest())
    assert code_of(lambda: check_stamp(stamp.token, other, terms())) is Code.STAMP_NOT_OURS
    as_sm3 = Imprint(IMPRINT.digest, DigestName.SM3)
    assert code_of(lambda: check_stamp(stamp.token, as_sm3, terms())) is Code.STAMP_NOT_OURS


def test_no_token_with_one_bit_turned_is_another_stamp():
    """Each eleventh byte of it: refused, in words of ours."""
    stamp, believed = stamped(IMPRINT), []
    for place in range(0, len(stamp.token), 11):
        changed = bytearray(stamp.token)
        changed[place] ^= 1
        try:
            check_stamp(bytes(changed), IMPRINT, terms())
            believed.append(place)
        except GatewayError as refused:
            assert refused.code.name.startswith("STAMP_")
    assert believed == []


def test_a_moment_without_a_zone_is_no_moment(monkeypatch):
    said = authority._info

    def zoneless(*asked):
        moment = f"{AT.astimezone(UTC):%Y%m%d%H%M%S}".encode()
        return said(*asked) | {"gen_time": core.GeneralizedTime.load(b"\x18\x0e" + moment)}

    monkeypatch.setattr(authority, "_info", zoneless)
    assert (
        code_of(lambda: take_stamp(InProcessAuthority(), IMPRINT, terms(), AT))
        is Code.STAMP_UNREADABLE
    )
