"""The key ring: who may sign now, whose signature counts now, and why not. 密钥环"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.dates import SHANGHAI
from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm
from gateway.signing.keys.keyring import ALLOWED, Key, KeyRing, Purpose
from tests.signing.pairs import signer_of, verifier_of

ED25519 = Algorithm.ED25519
BORN = datetime(2026, 1, 1, tzinfo=SHANGHAI)
SIGN_UNTIL, VERIFY_UNTIL = BORN + timedelta(days=365), BORN + timedelta(days=400)
TICK = timedelta(microseconds=1)
BANK = ("990001-01", ED25519.value)


def key(kid="990001-01", **changes):
    made = Key(
        kid=kid,
        holder="990001",
        purpose=Purpose.BANK_FILE,
        verifier=verifier_of(ED25519),
        not_before=BORN,
        sign_until=SIGN_UNTIL,
        verify_until=VERIFY_UNTIL,
    )
    return replace(made, **changes)


def ours(kid="gw-01", **changes):
    return key(kid, **{"purpose": Purpose.BANK_RECEIPT, "signer": signer_of(ED25519), **changes})


def refusal(ring, at, stated=BANK, holder="990001", purpose=Purpose.BANK_FILE):
    return ring.refusal(purpose, holder, stated, at)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (BORN - TICK, Code.KEY_NOT_IN_FORCE),
        (BORN, None),
        (SIGN_UNTIL, None),  # signing is over, verifying is not: the overlap of a rotation
        (VERIFY_UNTIL - TICK, None),
        (VERIFY_UNTIL, Code.KEY_NOT_IN_FORCE),
    ],
)
def test_a_key_verifies_within_its_window(at, code):
    assert refusal(KeyRing([key()]), at) is code


@pytest.mark.parametrize(
    ("at", "code"),
    [(BORN + timedelta(days=9), None), (BORN + timedelta(days=10), Code.KEY_REVOKED)],
)
def test_a_revoked_key_verifies_nothing_from_that_moment(at, code):
    ring = KeyRing([key(revoked_at=BORN + timedelta(days=10))])
    assert refusal(ring, at) is code


def test_a_key_that_is_revoked_and_out_of_date_is_called_revoked():
    ring = KeyRing([key(revoked_at=BORN)])
    assert refusal(ring, VERIFY_UNTIL) is Code.KEY_REVOKED


@pytest.mark.parametrize(
    "asked",
    [
        {"stated": ("990001-02", ED25519.value)},
        {"stated": ("", ED25519.value)},
        {"holder": "990002"},
        {"purpose": Purpose.BANK_RECEIPT},
    ],
)
def test_a_key_unknown_or_of_another_holder_or_purpose_is_no_key(asked):
    assert refusal(KeyRing([key()]), BORN, **asked) is Code.KEY_UNKNOWN


@pytest.mark.parametrize("stated", ["sm2-sm3", "ED25519", "none", "", "ed25519 "])
def test_a_message_that_states_another_algorithm_is_refused(stated):
    assert refusal(KeyRing([key()]), BORN, (BANK[0], stated)) is Code.ALGORITHM_NOT_ALLOWED


def test_every_purpose_says_which_algorithms_it_allows():
    assert set(ALLOWED) == set(Purpose)
    assert all(allowed <= set(Algorithm) for allowed in ALLOWED.values())


@pytest.mark.parametrize("at", [BORN - TICK, SIGN_UNTIL, VERIFY_UNTIL - TICK])
def test_nothing_is_signed_outside_the_signing_window(at):
    with pytest.raises(NotConfigured) as refused:
        KeyRing([ours()]).signer(Purpose.BANK_RECEIPT, "990001", at)
    assert refused.value.code is Code.KEY_MISSING


def test_on_rotation_the_newest_key_signs_and_both_verify():
    half = BORN + timedelta(days=180)
    old, new = ours("gw-01"), ours("gw-02", not_before=half, signer=signer_of(ED25519, number=2))
    ring = KeyRing([new, old])
    assert ring.signer(Purpose.BANK_RECEIPT, "990001", half - TICK) is old.signer
    assert ring.signer(Purpose.BANK_RECEIPT, "990001", half) is new.signer
    for kid, at, code in (
        ("gw-01", half, None),
        ("gw-02", half, None),
        ("gw-02", half - TICK, Code.KEY_NOT_IN_FORCE),
    ):
        stated = (kid, ED25519.value)
        assert refusal(ring, at, stated, purpose=Purpose.BANK_RECEIPT) is code


def test_a_revoked_key_signs_nothing_and_the_older_one_takes_over():
    old = ours("gw-01", signer=signer_of(ED25519, number=2))
    new = ours("gw-02", not_before=BORN + timedelta(days=1), revoked_at=BORN + timedelta(days=2))
    ring = KeyRing([old, new])
    assert ring.signer(Purpose.BANK_RECEIPT, "990001", BORN + timedelta(days=1)) is new.signer
    assert ring.signer(Purpose.BANK_RECEIPT, "990001", BORN + timedelta(days=2)) is old.signer


@pytest.mark.parametrize(
    "theirs",
    [
        ours(holder="990002"),
        ours(signer=None),  # a key we only verify with
        key("gw-01", signer=signer_of(ED25519)),  # of another purpose
    ],
)
def test_a_key_of_another_holder_purpose_or_without_its_private_half_does_not_sign(theirs):
    with pytest.raises(NotConfigured):
        KeyRing([theirs]).signer(Purpose.BANK_RECEIPT, "990001", BORN)


def test_a_key_given_twice_is_refused():
    with pytest.raises(NotConfigured) as refused:
        KeyRing([key(), key(holder="990002")])
    assert refused.value.code is Code.DUPLICATE_SETTING
    assert "990001-01" in refused.value.detail


def test_a_ring_lists_its_keys_by_id_and_shows_no_secret():
    ring = KeyRing([ours("gw-02"), key("b"), ours("gw-01")])
    listed = ring.keys()
    assert [one.kid for one in listed] == ["b", "gw-01", "gw-02"]
    assert len(ring) == len(listed)
    assert "signer" not in repr(listed[1])
