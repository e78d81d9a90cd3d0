"""Stamps now or later: nothing waits for an authority, nothing it says wrongly is lost. 盖时间戳"""

import hashlib
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from gateway.errors import Code, SignatureInvalid, TransportError
from gateway.flows.stamping import Stamping, stamp_of, stamp_or_wait, stamp_waiting
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.seals.timestamps import Imprint
from gateway.store import alarms, journal
from gateway.web.time_authority import NoTimeAuthority
from sandbox.tsa.authority import POLICY
from sandbox.tsa.faults import StampFault
from tests.signing import sealing
from tests.signing.pairs import verifier_of
from tests.signing.sealing import P256, InProcessAuthority

IMPRINT = Imprint(hashlib.sha256(b"head").digest())
HOUR = 3600


def ring(clock) -> KeyRing:
    """The authority's certificate, as the site pins it; the key itself is not asked for."""
    now, far = clock.now().replace(year=2026, month=1, day=2), clock.now().replace(year=2027)
    chain = tuple(one.dump() for one in sealing.credentials().chain)
    key = Key("tsa", "tsa", Purpose.TIME_STAMP, verifier_of(P256), now, far, far, chain=chain)
    return KeyRing([key])


@pytest.fixture
def authority(clock) -> InProcessAuthority:
    return InProcessAuthority(clock.now)


@pytest.fixture
def stamping(store, clock, authority) -> Stamping:
    return Stamping(store, ring(clock), authority, frozenset({POLICY}))


class Down:
    """An authority whose line is down."""

    def ask(self, request):
        raise TransportError(Code.STAMP_UNREACHABLE)


def down(stamping) -> Stamping:
    return Stamping(stamping.store, stamping.ring, Down(), stamping.policies)


def rung(store) -> set[Code]:
    with store.begin() as work:
        return {alarm.code for alarm in alarms.ringing(work)}


def events(store, subject="head-1") -> list[str]:
    with store.begin() as work:
        return [entry.event for entry in journal.read(work.connection, subject)]


def test_a_stamp_is_taken_once_and_had_ever_after(stamping, authority):
    first = stamp_or_wait(stamping, "head-1", IMPRINT)
    assert first is not None
    assert stamp_or_wait(stamping, "head-1", IMPRINT) == first
    assert stamp_of(stamping, "head-1", IMPRINT) == first
    assert len(authority.asked) == 1
    assert events(stamping.store) == ["stamp_taken"]


def test_one_thing_may_have_several_digests_and_one_digest_several_things(stamping):
    other = Imprint(hashlib.sha256(b"tail").digest())
    assert stamp_or_wait(stamping, "head-1", IMPRINT) is not None
    assert stamp_of(stamping, "head-1", other) is None
    assert stamp_or_wait(stamping, "head-1", other) is not None
    assert stamp_or_wait(stamping, "head-2", IMPRINT) is not None


def test_while_the_line_is_down_it_waits_and_is_stamped_when_the_line_is_up(stamping, clock):
    assert stamp_or_wait(down(stamping), "head-1", IMPRINT) is None
    assert stamp_of(stamping, "head-1", IMPRINT) is None
    assert stamp_waiting(stamping).asked == 0  # a minute has not passed
    clock.forward(61)
    round_ = stamp_waiting(stamping)
    assert (round_.asked, round_.taken, round_.waiting) == (1, 1, None)
    assert stamp_of(stamping, "head-1", IMPRINT).gen_time <= clock.now()
    assert events(stamping.store) == ["stamp_waits", "stamp_taken"]


def test_a_round_ends_at_the_first_line_that_is_down_and_asks_ever_less_often(stamping, clock):
    for number in range(3):
        stamp_or_wait(down(stamping), f"head-{number}", IMPRINT)
    clock.forward(61)
    assert stamp_waiting(down(stamping)).asked == 1
    for _ in range(20):
        clock.forward(HOUR)
        assert stamp_waiting(down(stamping)).asked == 1
    assert events(stamping.store, "head-0").count("stamp_waits") == 1


def put_off(stamping, count: int) -> None:
    """So many wait, each asked for once and put off; the newest of them just now."""
    for number in range(count):
        stamp_or_wait(down(stamping), f"head-{number}", IMPRINT)


def test_once_the_line_is_up_all_that_waits_is_asked_for_due_or_not(stamping, clock):
    put_off(stamping, 2)
    clock.forward(61)
    stamp_or_wait(down(stamping), "head-2", IMPRINT)
    round_ = stamp_waiting(stamping)
    assert (round_.asked, round_.taken, round_.waiting) == (3, 3, None)


def test_asked_by_hand_nothing_is_put_off_and_a_line_that_is_down_ends_it(stamping):
    put_off(stamping, 3)
    assert stamp_waiting(stamping).asked == 0
    assert stamp_waiting(down(stamping), by_hand=True).asked == 1
    assert stamp_waiting(stamping, by_hand=True).taken == 3


def test_what_an_authority_refuses_is_asked_for_once_in_a_round(stamping, authority):
    put_off(stamping, 3)
    authority.fault = StampFault.REFUSES
    round_ = stamp_waiting(stamping, by_hand=True)
    assert (round_.asked, round_.taken, round_.waiting.count) == (3, 0, 3)


def test_what_waits_is_asked_for_in_every_round_of_housekeeping(stamping, clock):
    stamp_or_wait(down(stamping), "head-1", IMPRINT)
    for _ in range(6):
        # rounds begin an hour apart, and what is put off in one is put off some moments later
        clock.forward(HOUR - 20)
        assert stamp_waiting(down(stamping)).asked == 1


def test_one_bell_rings_when_a_stamp_has_waited_for_a_day_and_stops_when_it_is_had(stamping, clock):
    for number in range(3):
        stamp_or_wait(down(stamping), f"head-{number}", IMPRINT)
    clock.forward(23 * HOUR)
    stamp_waiting(down(stamping))
    assert rung(stamping.store) == set()
    clock.forward(2 * HOUR)
    stamp_waiting(down(stamping))
    assert rung(stamping.store) == {Code.STAMP_WAITING}
    clock.forward(2 * HOUR)
    assert stamp_waiting(stamping).taken == 3
    assert rung(stamping.store) == set()


TOLD = {
    StampFault.REFUSES: Code.STAMP_REFUSED,
    StampFault.WRONG_NONCE: Code.STAMP_NOT_OURS,
    StampFault.HOUR_OFF: Code.STAMP_CLOCK_WRONG,
    StampFault.OTHER_KEY: Code.STAMP_UNTRUSTED,
    StampFault.RUBBISH: Code.STAMP_UNREADABLE,
}


@pytest.mark.parametrize("fault", TOLD)
def test_an_answer_that_is_not_believed_is_archived_rings_and_is_asked_for_again(
    fault, stamping, authority, clock
):
    authority.fault = fault
    assert stamp_or_wait(stamping, "head-1", IMPRINT) is None
    assert rung(stamping.store) == {TOLD[fault]}
    digest = hashlib.sha256(authority.replies[0]).hexdigest()
    assert stamping.store.archive.get(digest) == authority.replies[0]
    with stamping.store.begin() as work:
        facts = [entry.facts for entry in journal.read(work.connection, "head-1")]
    assert digest in facts[0]
    authority.fault = None
    clock.forward(61)
    assert stamp_waiting(stamping).taken == 1
    assert rung(stamping.store) == set()


def test_a_site_without_an_authority_seals_all_the_same_and_says_so_after_a_day(stamping, clock):
    alone = Stamping(stamping.store, KeyRing([]), NoTimeAuthority())
    assert stamp_or_wait(alone, "head-1", IMPRINT) is None
    clock.forward(25 * HOUR)
    assert stamp_waiting(alone).waiting
    assert rung(stamping.store) == {Code.STAMP_WAITING}


def test_two_workers_at_once_keep_one_stamp(stamping):
    barrier, had = Barrier(2), []

    def work():
        barrier.wait()
        had.append(stamp_or_wait(stamping, "head-1", IMPRINT))

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    kept = stamp_of(stamping, "head-1", IMPRINT)
    assert set(had) == {kept}
    assert events(stamping.store) == ["stamp_taken"]


def test_a_process_that_dies_after_the_answer_asks_again(stamping, monkeypatch, authority):
    with monkeypatch.context() as patch:
        patch.setattr("gateway.store.stamps.take", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            stamp_or_wait(stamping, "head-1", IMPRINT)
    assert stamp_waiting(stamping).taken == 1
    assert len(authority.asked) == 2


def test_a_stamp_altered_in_the_archive_is_noticed(stamping, engine):
    stamp_or_wait(stamping, "head-1", IMPRINT)
    with engine.connect() as connection:
        digest = connection.execute(text("select token_digest from stamp")).scalar_one()
    stamping.store.archive.path(digest).write_bytes(b"other")
    with pytest.raises(SignatureInvalid) as raised:
        stamp_of(stamping, "head-1", IMPRINT)
    assert raised.value.code is Code.ARCHIVE_DAMAGED
