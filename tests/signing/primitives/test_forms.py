"""The forms of an elliptic signature: raw or DER goes in, one strict DER comes out. X04、X05"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ports import Algorithm
from gateway.signing.primitives.forms import ORDERS
from gateway.signing.primitives.forms import normalised as normalised_for
from gateway.signing.primitives.forms import raw as raw_of
from sandbox.keys.der import INTEGER, SEQUENCE, element, integer
from tests.signing.pairs import signer_of, verifier_of

SM2 = Algorithm.SM2_SM3
# The order of the curve, from GM/T 0003.5-2012
N = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", 16)
numbers = st.integers(1, N - 1) | st.sampled_from([1, 0x7F, 0x80, 0xFF, 1 << 248, 1 << 255, N - 1])
outside = st.sampled_from([0, N, N + 1, (1 << 256) - 1])


def normalised(signature: bytes) -> bytes:
    return normalised_for(SM2, signature)


def der(r: int, s: int) -> bytes:
    return element(SEQUENCE, integer(r) + integer(s))


def raw(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@given(numbers, numbers)
def test_x04_raw_and_der_are_normalised_to_the_same_bytes(r, s):
    assert normalised(der(r, s)) == der(r, s)
    assert normalised(raw(r, s)) == der(r, s)


def test_x04_a_signature_verifies_in_both_forms():
    for _ in range(20):  # leading zeros come one time in 128
        signature = signer_of(SM2).sign((b"data",))
        r_end = 4 + signature[3]
        r, s = signature[4:r_end], signature[r_end + 2 :]
        both = raw(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        assert verifier_of(SM2).verify(both, (b"data",))
        assert verifier_of(SM2).verify(signature, (b"data",))


def test_x04_every_byte_of_a_raw_signature_counts():
    signature = signer_of(SM2).sign((b"data",))
    r_end = 4 + signature[3]
    good = raw(int.from_bytes(signature[4:r_end], "big"), int.from_bytes(signature[r_end + 2 :]))
    for place in range(64):
        altered = bytearray(good)
        altered[place] ^= 1
        assert not verifier_of(SM2).verify(bytes(altered), (b"data",)), place


@given(outside, numbers)
def test_x05_r_or_s_of_zero_or_beyond_the_order_is_refused(wrong, good):
    for pair in ((wrong, good), (good, wrong), (wrong, wrong)):
        for form in (der, raw):
            with pytest.raises(ValueError, match="range"):
                normalised(form(*pair))
            assert not verifier_of(SM2).verify(form(*pair), (b"data",))


R, S = 0x1234, N - 5
SLOPPY = {
    "trailing byte": der(R, S) + b"\x00",
    "trailing byte inside": element(SEQUENCE, integer(R) + integer(S) + b"\x00"),
    "leading byte": b"\x00" + der(R, S),
    "cut": der(R, S)[:-1],
    "padded r": element(SEQUENCE, element(INTEGER, b"\x00\x12\x34") + integer(S)),
    "padded s": element(
        SEQUENCE, integer(R) + element(INTEGER, b"\x00\x00" + S.to_bytes(32, "big"))
    ),
    "negative s": element(SEQUENCE, integer(R) + element(INTEGER, S.to_bytes(32, "big"))),
    "empty r": element(SEQUENCE, element(INTEGER, b"") + integer(S)),
    "one number": element(SEQUENCE, integer(S)),
    "three numbers": element(SEQUENCE, integer(R) + integer(S) + integer(R)),
    "long length": bytes([0x30, 0x81, len(der(R, S)) - 2]) + der(R, S)[2:],
    "long length of r": element(SEQUENCE, b"\x02\x81\x02\x12\x34" + integer(S)),
    "indefinite length": b"\x30\x80" + integer(R) + integer(S) + b"\x00\x00",
    "a set": element(0x31, integer(R) + integer(S)),
    "an octet string": element(SEQUENCE, element(0x04, b"\x12\x34") + integer(S)),
    "s is no integer": element(SEQUENCE, integer(R) + element(0x04, b"\x12\x34\x56")),
    "r swallows s": element(SEQUENCE, element(INTEGER, b"\x12" + integer(S))),
    "nothing": b"",
    "a tag": b"\x30",
    "63 raw bytes": raw(R, S)[1:],
    "65 raw bytes": raw(R, S) + b"\x00",
}


@pytest.mark.parametrize("signature", SLOPPY.values(), ids=SLOPPY)
def test_x05_sloppy_der_is_refused(signature):
    with pytest.raises(ValueError, match=r"DER|range"):
        normalised(signature)
    assert not verifier_of(SM2).verify(signature, (b"data",))


@given(numbers, numbers, st.integers(0, 71), st.integers(1, 255))
def test_x05_a_changed_byte_is_refused_or_another_pair_of_numbers(r, s, place, change):
    altered = bytearray(der(r, s))
    altered[place % len(altered)] ^= change
    try:
        found = normalised(bytes(altered))
    except ValueError:
        return
    assert found != der(r, s)


@given(st.binary(max_size=80))
def test_x05_whatever_is_accepted_is_strict_already_or_raw(found):
    try:
        strict = normalised(found)
    except ValueError:
        return
    assert len(found) == 64 or strict == found
    assert normalised(strict) == strict


@pytest.mark.parametrize("algorithm", ORDERS, ids=lambda algorithm: algorithm.value)
def test_both_curves_take_raw_and_give_raw(algorithm):
    verifier = verifier_of(algorithm)
    for number in range(20):
        data = (b"data", bytes([number]))
        signature = signer_of(algorithm).sign(data)
        assert verifier.verify(raw_of(algorithm, signature), data)
        assert normalised_for(algorithm, raw_of(algorithm, signature)) == signature
        assert raw_of(algorithm, raw_of(algorithm, signature)) == raw_of(algorithm, signature)


@pytest.mark.parametrize("algorithm", ORDERS, ids=lambda algorithm: algorithm.value)
def test_each_curve_has_its_own_order(algorithm):
    order = ORDERS[algorithm]
    for r, s in ((order, 1), (1, order), (0, 1), (1, 0)):
        for form in (der, raw):
            with pytest.raises(ValueError, match="range"):
                raw_of(algorithm, form(r, s))
            assert not verifier_of(algorithm).verify(form(r, s), (b"data",))
    assert raw_of(algorithm, der(order - 1, 1)) == raw(order - 1, 1)
