"""The sweep: what is due is tried, and nobody waits for somebody else's trouble. 补发巡检"""

import pytest

from gateway.errors import Code, IllegalTransition
from gateway.flows.sending import Sending, sweep
from gateway.store import alarms
from gateway.store.messages import MessageState
from tests.store.sending.parts import KIND, Counterparty, Does

OTHER = "other.kind"


@pytest.fixture
def other():
    return Counterparty()


@pytest.fixture
def both(store, clock, counterparty, other):
    """A worker that serves two counterparties."""
    return Sending(store, {KIND: counterparty, OTHER: other}, clock, clock.forward, "worker-1")


def test_everything_due_is_sent(both, drafted, counterparty, other):
    drafted("m-1")
    drafted("m-2", kind=OTHER)
    assert sweep(both) == 2
    assert (len(counterparty.arrivals), len(other.arrivals)) == (1, 1)


def test_what_is_finished_is_left_alone(both, drafted, counterparty):
    drafted("m-1", MessageState.REJECTED)
    drafted("m-2", MessageState.ACKNOWLEDGED)
    assert (sweep(both), counterparty.arrivals) == (0, [])


def test_what_is_not_due_is_left_alone(both, drafted, counterparty, clock):
    drafted()
    counterparty.plan.append(Does.BE_DOWN)
    assert (sweep(both), sweep(both)) == (0, 0)
    clock.forward(61)
    assert sweep(both) == 1


@pytest.mark.parametrize("trouble", [Does.BE_DOWN, Does.REFUSE_LOGIN, Does.SHOW_ANOTHER_KEY])
def test_one_counterparty_in_trouble_keeps_no_other_from_being_served(
    trouble, both, drafted, counterparty, other
):
    """Bug: a refused login or a wrong host key of one bank stopped the sweep for all."""
    drafted("m-1")
    drafted("m-2", kind=OTHER)
    counterparty.plan.append(trouble)
    assert sweep(both) == 1
    assert len(other.arrivals) == 1


def test_one_message_that_must_not_happen_rings_and_stops_nobody(
    both, drafted, counterparty, other, store
):
    """Bug: a contradiction under one message's key stopped every later message, every time."""
    drafted("m-1", MessageState.UNKNOWN)
    drafted("m-2", kind=OTHER)

    def contradict():
        raise IllegalTransition(Code.CONTENT_DIFFERS, subject="m-1")

    counterparty.meanwhile["enquire"] = contradict
    assert sweep(both) == 1
    with store.begin() as work:
        bells = [(bell.code, bell.subject) for bell in alarms.ringing(work)]
    assert bells == [(Code.CONTENT_DIFFERS, "m-1")]
    assert len(other.arrivals) == 1


def test_what_was_left_unknown_by_a_dead_worker_is_asked_for(both, drafted, counterparty):
    drafted("m-1", MessageState.SENDING)
    assert sweep(both) == 1
    assert (counterparty.enquiries, len(counterparty.arrivals)) == (1, 1)


def test_the_longest_waiting_goes_first(both, drafted, counterparty, clock):
    drafted("m-2")
    clock.forward(1)
    drafted("m-1")
    sweep(both)
    assert [message_id for message_id, _ in counterparty.arrivals] == ["m-2", "m-1"]
