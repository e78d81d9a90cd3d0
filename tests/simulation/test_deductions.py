"""A build and a sending that die at any point end as if undisturbed, each sent once. 扣款"""

import os
import random
from datetime import datetime

import pytest
from sqlalchemy import text

from gateway.dates import SHANGHAI
from gateway.errors import GatewayError
from gateway.store.unit_of_work import PostgresStore
from tests.archives import new_archive
from tests.simulation.parts import Crash, Crasher
from tests.simulation.site_of_deductions import Branch

_POINTS_MAX = 200
# `make test` dies at every so-many-th point, `make shadow` at each
_STEP = int(os.environ.get("GATEWAY_DEDUCTION_STEP", "8"))
_SEEDS = int(os.environ.get("GATEWAY_DEDUCTION_SEEDS", "2"))
_TABLES = (
    "select batch_no, line_count, fen, state, bank_no from deduction_batch order by 1",
    "select batch_id, serial, loan_no, live, outcome from deduction_line order by 1, 2",
    "select kind, subject, digest, state from approval order by 1, 2, 3",
    "select message_id, name, digest, state, grade from message order by 1",
)


@pytest.fixture
def branch(engine, tmp_path, stepping_clock, empty_tables):
    """Makes the branch of the morning, with nothing built."""
    places = iter(range(_POINTS_MAX + 1))

    def make(crasher: Crasher | None = None) -> Branch:
        empty_tables()
        clock = stepping_clock(datetime(2026, 2, 27, 9, 0, tzinfo=SHANGHAI))
        store = PostgresStore(engine, new_archive(tmp_path / f"a{next(places)}"), clock)
        return Branch(store, clock, crasher)

    return make


def live(branch: Branch) -> None:
    """The day as the schedule lives it: build, two people, send; again after every death."""
    branch.build()
    branch.approve()
    branch.advance()


def ending(branch: Branch) -> tuple:
    with branch.store.begin() as work:
        tables = [work.connection.execute(text(query)).all() for query in _TABLES]
    sent = {name: branch.wire.directories["/incoming"][name] for name in branch.sent()}
    return tables, sent, {n: f for n, f in branch.wire.flags.items() if f}


def until_quiet(branch: Branch) -> None:
    """Run again until a run ends by itself; a dead worker's lease runs out meanwhile."""
    for _ in range(4):
        try:
            live(branch)
        except Crash:
            branch.crasher.dies_at = None
            branch.clock.forward(60)
        except GatewayError:
            branch.clock.forward(120)
        else:
            return
    raise AssertionError("it never ended")


def test_x02_dead_at_any_single_point_the_day_ends_the_same_and_each_batch_is_sent_once(branch):
    quiet = branch()
    live(quiet)
    points, expected = len(quiet.crasher.points), ending(quiet)
    assert 20 < points < _POINTS_MAX
    assert set(expected[2].values()) == {1}
    for point in range(1, points + 1, _STEP):
        crasher = Crasher(dies_at=point)
        dying = branch(crasher)
        until_quiet(dying)
        assert ending(dying) == expected, crasher.points[point - 1]


@pytest.mark.parametrize("seed", range(_SEEDS))
def test_x03_dead_again_and_again_nothing_is_sent_twice_nor_live_twice(branch, seed):
    chance = random.Random(f"deductions:{seed}")
    dying = branch(Crasher())
    for _ in range(6):
        dying.crasher.points.clear()
        dying.crasher.dies_at = chance.randrange(1, 40)
        try:
            live(dying)
        except Crash:
            dying.clock.forward(chance.choice([0, 60]))
        except GatewayError:
            dying.clock.forward(120)
    dying.crasher.dies_at = None
    dying.clock.forward(120)
    until_quiet(dying)
    assert set(dying.wire.flags.values()) <= {0, 1}
    with dying.store.begin() as work:
        query = "select loan_no, count(*) from deduction_line where live group by 1"
        lives = dict(map(tuple, work.connection.execute(text(query))))
    assert set(lives.values()) == {1}
    assert len(lives) == 5
