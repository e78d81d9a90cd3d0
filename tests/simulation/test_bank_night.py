"""The bank night, with the process dying at every commit and every call on the wire. 一晚的模拟"""

import os
import random
from datetime import datetime

import pytest

from gateway.dates import SHANGHAI
from tests.simulation.history import Ending, journal_bytes, live, undisturbed
from tests.simulation.parts import Crasher
from tests.simulation.site_of_night import Site, story

SEEDS = int(os.environ.get("GATEWAY_SIMULATION_SEEDS", "200"))
FIRST = int(os.environ.get("GATEWAY_SIMULATION_FIRST", "1"))


@pytest.fixture
def new_site(new_store, stepping_clock):
    """Makes the site of a seed: an empty store, a clock at the same moment, nobody dying yet."""

    def make(seed: int) -> Site:
        told = story(seed)
        clock = stepping_clock(datetime(2026, 2, 20, 2, 0, tzinfo=SHANGHAI))
        return Site(told, new_store(clock), clock, Crasher())

    return make


def dying(seed: int):
    """When a seed's process dies: up to three times in a chapter, each time somewhere else."""
    chance = random.Random(f"crash:{seed}")
    plan = {(c, a): chance.randint(1, 150) for c in range(3) for a in range(chance.randint(1, 3))}
    return lambda chapter, attempt: plan.get((chapter, attempt))


def assert_same(found: Ending, expected: Ending, seed: int) -> None:
    for name, rows in expected.tables.items():
        assert found.tables[name] == rows, f"seed {seed}: {name}"
    assert found.booked == expected.booked, f"seed {seed}"
    assert found.outcomes[-1] == expected.outcomes[-1], f"seed {seed}"
    assert set(found.flags) == set(expected.flags), f"seed {seed}"
    assert not [name for name, times in found.flags.items() if times > 1], f"seed {seed}"


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_after_crashes_and_re_runs_the_end_is_the_undisturbed_one(new_site, seed):
    expected = live(new_site(seed), undisturbed)
    found = live(new_site(seed), dying(seed))
    assert_same(found, expected, seed)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + 8))
def test_the_same_seed_writes_the_same_journal_to_the_byte(new_site, seed):
    written = []
    for _ in range(2):
        site = new_site(seed)
        live(site, dying(seed))
        written.append(journal_bytes(site))
    assert written[0] == written[1]
    assert written[0].count(b"\n") > 20


def test_dying_at_every_single_point_of_a_night_changes_nothing_in_the_end(new_site):
    seed = next(seed for seed in range(1, 99) if len(story(seed).chapters) == 1)
    quiet = new_site(seed)
    expected = live(quiet, undisturbed)
    names = list(quiet.crasher.points)
    assert {"commit: before", "wire: renamed", "ledger: committed"} <= set(names)
    for point in range(1, len(names) + 1):
        site = new_site(seed)
        found = live(site, lambda chapter, attempt, at=point: None if attempt else at)
        assert_same(found, expected, point)
        assert site.deaths == [f"{point}: {names[point - 1]}"]
