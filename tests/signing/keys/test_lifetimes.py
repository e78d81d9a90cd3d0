"""How a key stands, when its end is warned of, and how its entry changes. 密钥期限"""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.errors import Code, GatewayError, NotConfigured
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import fingerprint_of, pem_of
from gateway.signing.keys.keyring import KeyRing, Purpose
from gateway.signing.keys.lifetimes import Standing, days_left, standing_of, warning, watched
from gateway.signing.keys.register import (
    KeyEntry,
    Pems,
    key_of,
    next_kid,
    require_sound,
    retired,
    revoked,
    succeeded,
)
from tests.signing.certificates import at, own
from tests.signing.keys.test_keyring import BORN, SIGN_UNTIL, TICK, VERIFY_UNTIL, key, ours
from tests.signing.pairs import PASSPHRASE, pair_of

P256 = Algorithm.ECDSA_P256_SHA256
DAY = timedelta(days=1)


def entry(**changes) -> KeyEntry:
    made = KeyEntry(
        kid="gw-1",
        holder="990001",
        purpose=Purpose.OUR_MESSAGE,
        algorithm=P256,
        not_before=at(-10),
        sign_until=at(365),
        verify_until=at(730),
        public="keys/gw-1.pem",
        private="keys/gw-1.key",
        chain="keys/gw-1.crt",
    )
    return replace(made, **changes)


def pems(**changes) -> Pems:
    pair = pair_of(P256)
    made = Pems(pair.public_pem, pair.private_pem, pem_of("CERTIFICATE", own()))
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (61, None),
        (60, 60),
        (31, 60),
        (30, 30),
        (8, 30),
        (7, 7),
        (2, 7),
        (1, 1),
        (0.001, 1),
        (0, 0),
        (-5, 0),
    ],
)
def test_an_end_is_warned_of_at_sixty_thirty_seven_and_one_day(days, due):
    assert warning(at(days), at()) == due


@pytest.mark.parametrize(
    ("moment", "standing"),
    [
        (BORN - TICK, Standing.WAITING),
        (BORN, Standing.SIGNING),
        (SIGN_UNTIL, Standing.VERIFYING),
        (VERIFY_UNTIL, Standing.ENDED),
    ],
)
def test_a_key_of_ours_waits_signs_verifies_and_ends(moment, standing):
    assert standing_of(ours(), moment) is standing
    assert standing_of(ours(revoked_at=BORN), moment) is (
        Standing.REVOKED if moment >= BORN else standing
    )


def test_a_counterparty_s_key_never_signs_here_and_ends_when_it_verifies_no_more():
    theirs = key()
    assert standing_of(theirs, BORN) is Standing.VERIFYING
    assert theirs.ends == VERIFY_UNTIL
    assert ours().ends == SIGN_UNTIL
    assert days_left(ours(), SIGN_UNTIL - DAY) == 1
    assert days_left(ours(), SIGN_UNTIL + TICK) == -1
    assert days_left(ours(), SIGN_UNTIL - TICK) == 0


def test_a_certificate_ends_a_key_before_its_window_does():
    end = BORN + 30 * DAY
    certified = ours(certified_until=end)
    ring = KeyRing([certified])
    use = (Purpose.BANK_RECEIPT, "990001")
    assert ring.signer(*use, end - TICK) is certified.signer
    with pytest.raises(NotConfigured):
        ring.signer(*use, end)
    stated = (certified.kid, certified.verifier.algorithm.value)
    assert ring.refusal(*use, stated, end - TICK) is None
    assert ring.refusal(*use, stated, end) is Code.KEY_NOT_IN_FORCE
    assert certified.ends == end


def test_only_the_last_key_of_a_line_is_watched():
    old, new = ours("gw-01"), ours("gw-02", sign_until=SIGN_UNTIL + DAY, verify_until=VERIFY_UNTIL)
    assert watched([old, new, key()], BORN) == [key(), new]
    assert watched([old, replace(new, revoked_at=BORN)], BORN) == [old]
    assert watched([old], VERIFY_UNTIL) == [old]
    assert watched([old], VERIFY_UNTIL + 30 * DAY) == []


def test_a_key_that_begins_after_a_gap_follows_nobody():
    later = {"sign_until": SIGN_UNTIL + 90 * DAY, "verify_until": VERIFY_UNTIL + 90 * DAY}
    old, gap = ours("gw-01"), ours("gw-02", not_before=SIGN_UNTIL + TICK, **later)
    assert watched([old, gap], BORN) == [old]
    assert watched([old, gap], SIGN_UNTIL) == [old]
    assert watched([old, gap], SIGN_UNTIL + TICK) == [gap]
    bridge = ours("gw-03", not_before=SIGN_UNTIL, sign_until=SIGN_UNTIL + DAY)
    assert watched([gap, bridge, old], BORN) == [gap]
    assert watched([gap], BORN) == [gap]


def test_a_key_is_found_by_its_certificate_for_its_holder_and_purpose_only():
    der = own()
    certified = key_of(entry(), pems(chain=pem_of("CERTIFICATE", der)), PASSPHRASE)
    ring = KeyRing([certified, key()])
    mark = fingerprint_of(der)
    assert ring.by_certificate(Purpose.OUR_MESSAGE, "990001", mark) is certified
    assert ring.by_certificate(Purpose.OUR_MESSAGE, "990002", mark) is None
    assert ring.by_certificate(Purpose.THEIR_MESSAGE, "990001", mark) is None
    assert ring.by_certificate(Purpose.BANK_FILE, "990001", "") is None


def test_a_key_carries_its_chain_and_the_end_of_its_certificate():
    found = key_of(entry(), pems(), PASSPHRASE)
    assert len(found.chain) == 1
    assert found.certified_until == at(30)
    assert found.signs(at())
    assert not found.signs(at(30))
    bare = key_of(entry(), pems(private=b"", chain=b""), b"")
    assert (bare.signer, bare.chain, bare.certified_until) == (None, (), None)


@pytest.mark.parametrize(
    "changes",
    [
        {"chain": pem_of("CERTIFICATE", own(algorithm=Algorithm.ED25519))},
        {"chain": b"rubbish"},
        {"private": pair_of(P256, 2).private_pem},
        {"private": b"rubbish"},
        {"public": b"rubbish"},
        {"public": pair_of(P256, 2).public_pem},
    ],
)
def test_parts_that_are_not_of_one_key_make_none(changes):
    with pytest.raises(GatewayError):
        key_of(entry(), pems(**changes), PASSPHRASE)


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": ""},
        {"kid": "../gw"},
        {"kid": "a/b"},
        {"kid": ".hidden"},
        {"kid": "x" * 65},
        {"kid": "钥匙"},
        {"algorithm": Algorithm.ED25519, "purpose": Purpose.DOCUMENT_SEAL},
        {"sign_until": at(-10)},
        {"verify_until": at(364)},
    ],
)
def test_an_entry_that_cannot_be_is_refused(changes):
    require_sound(entry(), entry().not_before)
    with pytest.raises(NotConfigured) as refused:
        require_sound(entry(**changes), entry().not_before)
    assert refused.value.code is Code.SETTING_INVALID


@pytest.mark.parametrize(
    ("kid", "successor"),
    [("gateway-990001-1", "gateway-990001-2"), ("gw-09", "gw-10"), ("gw", "gw-2"), ("9", "10")],
)
def test_a_successor_is_numbered_one_higher(kid, successor):
    assert next_kid(kid) == successor


def test_the_old_key_signs_until_the_new_one_does_and_verifies_on():
    ended = succeeded(entry(), at(365), at(7))
    assert ended.sign_until == at(7)
    assert ended.verify_until == at(730)
    short = succeeded(entry(verify_until=at(365)), at(365), at(360))
    assert short.verify_until == at(390)


@pytest.mark.parametrize(
    ("changes", "ends"),
    [({"sign_until": at(6)}, at(6)), ({}, at(6)), ({"revoked_at": at()}, at(365))],
)
def test_a_successor_that_leaves_a_gap_is_refused(changes, ends):
    with pytest.raises(GatewayError) as refused:
        succeeded(entry(**changes), ends, at(7))
    assert refused.value.code is Code.KEY_GAP


def test_retired_and_revoked_end_at_once_and_a_revocation_keeps_its_first_moment():
    assert retired(entry(), at()).sign_until == retired(entry(), at()).verify_until == at()
    assert retired(entry(sign_until=at(-1)), at()).sign_until == at(-1)
    assert revoked(revoked(entry(), at()), at(1)).revoked_at == at()
