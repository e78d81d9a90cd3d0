"""A worker that dies at any point, and the next one too: the effect is there exactly once. 崩溃"""

import itertools
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, text

from gateway.errors import RefusedHere, TransportError
from gateway.flows.sending import Sending, deliver
from gateway.ports import Verdict
from gateway.store import journal, outbox
from gateway.store.leases import LEASE_SECONDS
from gateway.store.messages import MessageState
from gateway.store.unit_of_work import PostgresStore
from tests.simulation.parts import Crash, Crasher, CrashingStore
from tests.store.sending.parts import KIND, Counterparty, Does

LINES = {
    "a good line": [],
    "a request lost": [Does.LOSE_THE_REQUEST],
    "an answer lost": [Does.LOSE_THE_ANSWER],
    "down at first": [Does.BE_DOWN],
    "an answer that comes later": [Does.STILL_WORK],
    "a refusal": [],
}


class Case:
    """One message, its counterparty, and workers that die where they are told to."""

    def __init__(self, store, clock, message, line) -> None:
        self.clock, self.message, self.real = clock, message, store
        self.counterparty = Counterparty()
        self.counterparty.plan.extend(LINES[line])
        self.refused = line == "a refusal"
        self.counterparty.verdict = Verdict.REJECTED if self.refused else Verdict.ACCEPTED
        with store.begin() as work:
            outbox.draft(store, work, message)

    def work(self, dies_at: int | None = None) -> Crasher:
        """Let a worker bring the message to its end, or die at a point; says where it came by."""
        crasher = self.counterparty.crasher = Crasher(dies_at)
        store = CrashingStore(self.real, crasher)
        sending = Sending(
            store, {KIND: self.counterparty}, self.clock, self.clock.forward, "worker"
        )
        try:
            deliver(sending, self.message.message_id)
        except Crash:
            crasher.points.append("†")
        except (TransportError, RefusedHere):
            crasher.points.append("later")
        self.clock.forward(LEASE_SECONDS + 3600)
        return crasher

    def assert_done_once(self) -> None:
        """Whatever happened so far: the survivors bring it to its end, and it was done once."""
        for _ in range(3):
            self.work()
        with self.real.begin() as work:
            state = outbox.find(work, self.message.message_id).state
        assert state is (MessageState.REJECTED if self.refused else MessageState.ACKNOWLEDGED)
        assert len(self.counterparty.arrivals) == 1, "what may have arrived was sent again"
        assert self.counterparty.settled, "the answer was never taken"


@pytest.fixture
def new_case(access, store, clock, draft) -> Iterator[Callable[[str], Case]]:
    """Makes a case; pooled and without waiting for the disk: nobody pulls the plug here."""
    fast = {"options": "-c synchronous_commit=off"}
    engine = create_engine(access.url("gateway", "gateway_app"), pool_size=1, connect_args=fast)
    pooled, count = PostgresStore(engine, store.archive, clock), itertools.count(1)
    yield lambda line: Case(pooled, clock, draft(f"m-{next(count)}"), line)
    with engine.connect() as connection:
        journal.verify(connection)
        done = text("select count(*) from message where state in ('ACKNOWLEDGED', 'REJECTED')")
        assert connection.execute(done).scalar_one() == next(count) - 1
    engine.dispose()


def points_of(case: Case) -> list[str]:
    """Every point an undisturbed worker comes by."""
    points = case.work().points
    case.assert_done_once()
    return points


@pytest.mark.parametrize("line", LINES)
def test_wherever_a_worker_dies_the_effect_is_there_once(line, new_case):
    points = points_of(new_case(line))
    assert {"commit: before", "commit: done", "archive: kept"} <= set(points)
    for dies_at in range(1, len(points) + 1):
        case = new_case(line)
        case.work(dies_at)
        case.assert_done_once()


def test_wherever_two_workers_die_one_after_the_other_the_effect_is_there_once(new_case):
    pairs = 0
    for first in range(1, len(points_of(new_case("a good line"))) + 1):
        for second in itertools.count(1):
            case = new_case("a good line")
            assert case.work(first).points[-1] == "†"
            died = case.work(second).points[-1] == "†"
            case.assert_done_once()
            pairs += died
            if not died:
                break
    assert pairs > 400


@pytest.mark.parametrize("line", LINES)
def test_a_message_that_kills_every_worker_at_the_same_place_is_done_once(line, new_case):
    for dies_at in range(1, len(points_of(new_case(line))) + 1):
        case = new_case(line)
        for _ in range(4):
            case.work(dies_at)
        case.assert_done_once()
