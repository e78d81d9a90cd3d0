"""Detached signatures: exact bytes, a small JSON, and never an exception. 分离式签名"""

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dates import SHANGHAI
from gateway.errors import Code
from gateway.ports import Algorithm
from gateway.signing.detached import (
    SIGNATURE_FILE_BYTES_MAX,
    Verified,
    sign_detached,
    verify_detached,
)
from gateway.signing.keyring import Key, KeyRing, Purpose
from sandbox.keys.algorithms import ALGORITHMS
from sandbox.keys.signer import read_companion, signer
from tests.signing.keys import pair_of, signer_of, verifier_of

DATA = "D|1|沙箱䶮|\n".encode("gb18030")
NOW = datetime(2026, 3, 1, tzinfo=SHANGHAI)
each = pytest.mark.parametrize("algorithm", Algorithm, ids=lambda algorithm: algorithm.value)


def ring_of(algorithm, verifier=None):
    window = (NOW - timedelta(days=1), NOW + timedelta(days=1), NOW + timedelta(days=2))
    verifier = verifier or verifier_of(algorithm)
    return KeyRing([Key("k1", "990001", Purpose.BANK_FILE, verifier, *window)])


def verified(signature_file, data=DATA, algorithm=Algorithm.ED25519, at=NOW):
    ring = ring_of(algorithm)
    return verify_detached(ring, Purpose.BANK_FILE, "990001", (data, signature_file), at)


def signature_file(algorithm=Algorithm.ED25519, **changes):
    fields = json.loads(sign_detached(signer_of(algorithm), DATA))
    return json.dumps({**fields, **changes}).encode()


@each
def test_what_we_sign_verifies_over_exactly_its_bytes(algorithm):
    made = sign_detached(signer_of(algorithm), DATA)
    assert verified(made, algorithm=algorithm) == Verified(None, "k1")
    for other in (DATA[:-1], DATA + b"\n", b"", DATA.replace(b"\n", b"\r\n")):
        wrong = Verified(Code.SIGNATURE_WRONG, "k1")
        assert verified(made, other, algorithm=algorithm) == wrong


@each
def test_every_flipped_byte_of_a_signature_file_is_noticed(algorithm):
    """Bits of base64 that stand for nothing and letters of equal meaning aside."""
    made = signature_file(algorithm)
    good = json.loads(made)
    for place in range(0, len(made), 3):
        altered = bytearray(made)
        altered[place] ^= 1
        answer = verified(bytes(altered), algorithm=algorithm)
        if answer.code is None:
            same = json.loads(bytes(altered))
            assert base64.b64decode(same.pop("signature")) == base64.b64decode(good["signature"])


@each
def test_the_banks_of_the_sandbox_and_we_read_each_others_signatures(algorithm):
    theirs = ALGORITHMS[algorithm.value]
    private = theirs.new_private()
    bank = signer("k1", algorithm.value, private, theirs.public_pem(private))
    from gateway.signing.algorithms import load_verifier

    ring = ring_of(algorithm, load_verifier("k1", algorithm, bank.public_pem.encode()))
    given_file = bank.companion(DATA)
    pair = (DATA, given_file)
    assert verify_detached(ring, Purpose.BANK_FILE, "990001", pair, NOW) == Verified(None, "k1")
    ours = read_companion(sign_detached(signer_of(algorithm), DATA))
    assert (ours.kid, ours.alg) == ("k1", algorithm.value)
    public = pair_of(algorithm).public_pem.decode()
    assert theirs.verify(public, ours.value, DATA)


def test_a_missing_signature_is_called_missing():
    assert verified(None) == Verified(Code.SIGNATURE_MISSING)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kid": "k2"}, Code.KEY_UNKNOWN),
        ({"kid": ""}, Code.KEY_UNKNOWN),
        ({"alg": "sm2-sm3"}, Code.ALGORITHM_NOT_ALLOWED),
        ({"alg": "none"}, Code.ALGORITHM_NOT_ALLOWED),
        ({"signature": ""}, Code.SIGNATURE_WRONG),
        ({"signature": "AAAA"}, Code.SIGNATURE_WRONG),
        ({"signature": "AAAA\n"}, Code.SIGNATURE_UNREADABLE),
        ({"signature": "!"}, Code.SIGNATURE_UNREADABLE),
        ({"signature": "汉"}, Code.SIGNATURE_UNREADABLE),
        ({"signature": None}, Code.SIGNATURE_UNREADABLE),
        ({"signature": 7}, Code.SIGNATURE_UNREADABLE),
        ({"signature": ["AAAA"]}, Code.SIGNATURE_UNREADABLE),
        ({"kid": None}, Code.SIGNATURE_UNREADABLE),
        ({"kid": ["k1"]}, Code.SIGNATURE_UNREADABLE),
        ({"alg": {}}, Code.SIGNATURE_UNREADABLE),
        ({"more": "x"}, Code.SIGNATURE_UNREADABLE),
    ],
)
def test_each_wrong_field_has_its_code(changes, code):
    assert verified(signature_file(**changes)).code is code


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"{", b"[]", b"null", b'"kid"', b"1", b"[" * 5000, b"\xff\xfe", "汉".encode(),
     b"\xef\xbb\xbf{}", b"{}", b'{"kid": "k1"}', b'{"kid": 1' + b"0" * 9000 + b"}",
     b" " * (SIGNATURE_FILE_BYTES_MAX + 1)],
)  # fmt: skip
def test_rubbish_is_unreadable(rubbish):
    assert verified(rubbish) == Verified(Code.SIGNATURE_UNREADABLE)


def test_a_signature_file_of_more_than_its_bound_is_not_even_parsed():
    padded = signature_file() + b" " * SIGNATURE_FILE_BYTES_MAX
    assert verified(padded).code is Code.SIGNATURE_UNREADABLE


@given(st.binary(max_size=300))
def test_verifying_never_raises_for_any_bytes(found):
    assert verified(found).code is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "kid": st.just("k1") | json_values,
            "alg": st.sampled_from([one.value for one in Algorithm]) | json_values,
            "signature": st.binary(max_size=90).map(lambda b: base64.b64encode(b).decode())
            | json_values,
            "more": json_values,
        },
    )
)
def test_verifying_never_raises_for_any_json(fields):
    assert verified(json.dumps(fields).encode()).code is not None


def test_the_key_is_judged_by_our_time_of_use():
    made = sign_detached(signer_of(Algorithm.ED25519), DATA)
    assert verified(made, at=NOW + timedelta(days=2)).code is Code.KEY_NOT_IN_FORCE
    assert verified(made, at=NOW - timedelta(days=2)).code is Code.KEY_NOT_IN_FORCE


def test_a_revoked_keys_good_signature_is_refused():
    made = sign_detached(signer_of(Algorithm.ED25519), DATA)
    (key,) = ring_of(Algorithm.ED25519).keys()
    ring = KeyRing([replace(key, revoked_at=NOW)])
    found = verify_detached(ring, Purpose.BANK_FILE, "990001", (DATA, made), NOW)
    assert found == Verified(Code.KEY_REVOKED)
