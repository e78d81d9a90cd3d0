"""Two workers and one message: paused, overtaken, or both at once; it is done once. 并发发送"""

from datetime import timedelta
from threading import Event

import pytest

from gateway.errors import Code, IllegalTransition, RefusedHere, TransportError
from gateway.flows.sending import deliver
from gateway.ports import Grade, Reply, Signed, Verdict
from gateway.store import leases, outbox
from gateway.store.leases import LEASE_SECONDS
from gateway.store.messages import MessageState
from tests.store.sending.parts import Does

ACCEPTED = Reply(Verdict.ACCEPTED, Grade.C, b"accepted late")


def claimed_by(store, owner="worker-1"):
    with store.begin() as work:
        return leases.claim(work, "m-1", owner)


def intended(store, claimed, signed=b"signed"):
    with store.begin() as work:
        outbox.intend(store, work, claimed, Signed(signed))
    return claimed


def test_only_one_of_many_workers_gets_the_lease(store, drafted, at_once):
    drafted()
    got = at_once(*[lambda: claimed_by(store)] * 8)
    refused = [one for one in got if isinstance(one, RefusedHere)]
    assert (len(got) - len(refused), len(refused)) == (1, 7)


def test_workers_at_the_same_moment_send_once_and_all_learn_of_it(
    worker, drafted, counterparty, clock, at_once
):
    drafted()
    done = Event()

    def wait(seconds):
        assert done.wait(10)
        clock.forward(seconds)

    def work():
        state = deliver(worker(pause=wait), "m-1")
        done.set()
        return state

    assert at_once(*[work] * 6) == [MessageState.ACKNOWLEDGED] * 6
    assert len(counterparty.arrivals) == 1


def test_workers_that_overtake_each_other_all_the_time_repeat_the_same_bytes(
    worker, drafted, counterparty, at_once
):
    """Whoever waits makes the clock jump past everybody's lease: each is paused for the others."""
    drafted()
    at_once(*[lambda: deliver(worker(), "m-1")] * 6)
    assert deliver(worker(), "m-1") is MessageState.ACKNOWLEDGED
    assert set(counterparty.arrivals) == {("m-1", counterparty.effects["m-1"])}


def test_a_leased_message_is_not_due_for_anybody_else(store, drafted, clock):
    drafted()
    claimed_by(store)
    with store.begin() as work:
        assert outbox.due(work, 10) == []
    with pytest.raises(RefusedHere) as raised:
        claimed_by(store, "worker-2")
    assert raised.value.code is Code.CLAIMED_ELSEWHERE
    clock.forward(LEASE_SECONDS)
    assert claimed_by(store, "worker-2").fence == 2


def test_a_message_that_is_not_due_cannot_be_claimed(store, drafted, clock):
    drafted()
    with store.begin() as work:
        claimed = leases.claim(work, "m-1", "worker-1")
        outbox.nothing_sent(work, claimed, Code.NO_CONNECTION)
    with pytest.raises(RefusedHere) as raised:
        claimed_by(store, "worker-2")
    assert "02:01:00" in raised.value.detail, "it says from when"
    clock.forward(60)
    assert claimed_by(store, "worker-2").fence == 2


def test_who_waited_for_a_lease_finds_the_message_done(worker, store, drafted, clock):
    drafted()
    first = intended(store, claimed_by(store))

    def wait(seconds):
        with store.begin() as work:
            outbox.take_reply(work, first, ACCEPTED)
        clock.forward(seconds)

    assert deliver(worker("worker-2", wait), "m-1") is MessageState.ACKNOWLEDGED


def test_who_loses_the_race_for_a_lease_waits_for_the_winner(worker, store, drafted, clock):
    """Bug: the loser gave up at once, though it was ready to wait for the lease."""
    drafted()
    raced = []
    claimed_by(store, "dead")
    free_from = clock.now() + timedelta(seconds=LEASE_SECONDS)

    def wait(seconds):
        clock.forward(seconds)
        if not raced and clock.now() >= free_from:
            raced.append(claimed_by(store, "faster"))

    assert deliver(worker("slower", wait), "m-1") is MessageState.ACKNOWLEDGED
    assert raced


def test_a_dead_workers_message_is_taken_over_by_asking_not_by_sending(
    worker, store, drafted, counterparty, clock
):
    drafted()
    intended(store, claimed_by(store), b"signed by the dead")
    counterparty.effects["m-1"] = b"signed by the dead"
    assert deliver(worker("worker-2"), "m-1") is MessageState.ACKNOWLEDGED
    assert (counterparty.arrivals, counterparty.enquiries) == ([], 1)


def test_taking_over_waits_for_the_dead_workers_lease_only(worker, store, drafted, clock):
    """Bug: whoever took over kept the lease and then waited for itself to let go."""
    drafted()
    intended(store, claimed_by(store))
    waited = []

    def wait(seconds):
        waited.append(seconds)
        clock.forward(seconds)

    deliver(worker("worker-2", wait), "m-1")
    assert round(sum(waited)) == LEASE_SECONDS


def test_whoever_waits_for_a_lease_looks_whether_it_was_given_back_early(
    worker, store, drafted, clock
):
    drafted()
    working = claimed_by(store)
    waited = []

    def wait(seconds):
        waited.append(seconds)
        clock.forward(seconds)
        with store.begin() as work:
            leases.release(work, working)

    assert deliver(worker("worker-2", wait), "m-1") is MessageState.ACKNOWLEDGED
    assert sum(waited) < 1


def test_a_lease_that_is_renewed_again_and_again_is_not_waited_for_for_ever(
    worker, store, drafted, clock
):
    drafted()
    working = claimed_by(store)

    def wait(seconds):
        clock.forward(seconds)
        with store.begin() as work:
            leases.hold(work, working)

    began = clock.now()
    with pytest.raises(RefusedHere):
        deliver(worker("worker-2", wait), "m-1")
    assert (clock.now() - began).total_seconds() < 3 * LEASE_SECONDS


def overtake(worker, clock):
    """Let the clock run past the lease, as while a process is stopped, and another one finish."""
    clock.forward(LEASE_SECONDS + 1)
    assert deliver(worker("worker-2"), "m-1") is MessageState.ACKNOWLEDGED


def test_a_worker_paused_before_its_intent_may_not_send(worker, drafted, counterparty, clock):
    drafted()
    counterparty.meanwhile["prepare"] = lambda: overtake(worker, clock)
    with pytest.raises(RefusedHere) as raised:
        deliver(worker(), "m-1")
    assert raised.value.code is Code.CLAIMED_ELSEWHERE
    assert len(counterparty.arrivals) == 1


def test_a_worker_paused_before_its_intent_may_not_send_even_if_it_looks_untouched(
    worker, drafted, counterparty, clock
):
    """Bug: the fence was not asked, so a message drafted again was sent outside any lease."""
    drafted()

    def overtake_in_vain():
        clock.forward(LEASE_SECONDS + 1)
        counterparty.plan.append(Does.BE_DOWN)
        with pytest.raises(TransportError):
            deliver(worker("worker-2"), "m-1")

    counterparty.meanwhile["prepare"] = overtake_in_vain
    with pytest.raises(RefusedHere):
        deliver(worker(), "m-1")
    assert counterparty.arrivals == []


def test_a_worker_paused_on_the_wire_repeats_the_same_bytes_and_is_not_believed(
    worker, drafted, counterparty, clock, entries
):
    drafted()
    counterparty.meanwhile["send"] = lambda: overtake(worker, clock)
    with pytest.raises(RefusedHere):
        deliver(worker(), "m-1")
    assert len(set(counterparty.arrivals)) == 1
    events = [entry.event for entry in entries("m-1")]
    assert events.count("reply_received") == 2, "its answer is evidence all the same"
    assert events.count("message_answered") == 1


@pytest.mark.parametrize(
    "write",
    [
        lambda store, work, old: outbox.intend(store, work, old, Signed(b"again")),
        lambda store, work, old: outbox.begin_enquiry(work, old),
        lambda store, work, old: outbox.lease_ran_out(work, old),
        lambda store, work, old: outbox.nothing_sent(work, old, Code.NO_CONNECTION),
        lambda store, work, old: outbox.outcome_lost(work, old, Code.SEND_OUTCOME_UNKNOWN),
        lambda store, work, old: outbox.never_seen(work, old),
        lambda store, work, old: outbox.take_reply(work, old, ACCEPTED),
    ],
    ids=["intend", "enquire", "take over", "not sent", "lost", "never seen", "reply"],
)
@pytest.mark.parametrize("state", MessageState)
def test_an_overtaken_worker_may_not_write(
    write, state, store, drafted, clock, rows, superuser, entries
):
    drafted(state=state)
    old = claimed_by(store)
    clock.forward(LEASE_SECONDS + 1)
    claimed_by(store, "worker-2")
    before = rows("select * from message, outbox"), rows("select * from attempt"), entries()
    with pytest.raises(RefusedHere), store.begin() as work:
        write(store, work, old)
    assert (rows("select * from message, outbox"), rows("select * from attempt"), entries()) == (
        before
    )


def test_an_expired_lease_that_nobody_took_runs_anew_from_the_intent(store, drafted, clock):
    drafted()
    claimed = claimed_by(store)
    clock.forward(LEASE_SECONDS + 1)
    intended(store, claimed)
    with pytest.raises(RefusedHere):
        claimed_by(store, "worker-2")


def test_giving_back_a_lease_lost_to_another_takes_nothing_from_it(store, drafted, clock, rows):
    drafted()
    old = claimed_by(store)
    clock.forward(LEASE_SECONDS + 1)
    claimed_by(store, "worker-2")
    with store.begin() as work:
        leases.release(work, old)
    assert rows("select lease_owner from outbox") == [("worker-2",)]


def test_an_intent_in_any_other_state_than_drafted_is_our_own_bug(store, drafted):
    drafted(state=MessageState.UNKNOWN)
    with pytest.raises(IllegalTransition):
        intended(store, claimed_by(store))
