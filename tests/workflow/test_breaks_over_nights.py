"""A break is the same in every night; it never gets younger. 账项跨夜"""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bank.model import BreakKind, Direction
from connectors.bank.model.books import Side
from connectors.bank.model.items import Cleared, Clearing, FoundBreak, item_of
from connectors.bank.rules.break_states import BREAK_STATES, LIVE, BreakState
from connectors.bank.rules.breaks import (
    TREATMENTS,
    Effect,
    Level,
    Resolution,
    age,
    escalated_to,
    lawful,
)
from connectors.bank.rules.day import DAY_STATES
from connectors.bank.store import breaks, days, open_items
from gateway.errors import Code
from gateway.store import alarms
from tests.simulation.site_of_night import CALENDAR
from tests.workflow.world import LOAN, credit, item

MISSING = FoundBreak(
    BreakKind.MISSING_RESULT, Direction.OPEN, True, item_of("B1", 3), 213_508,
    batch_no="B1", serial=3, loan_no=LOAN,
)  # fmt: skip
MISSING_ID = MISSING.break_id("990001", "ZH01")
NEXT = date(2026, 3, 2)


def test_every_kind_of_break_has_its_treatment():
    assert set(TREATMENTS) == set(BreakKind)
    for kind in BreakKind:
        assert TREATMENTS[kind].lawful, kind
        assert len(set(lawful(kind))) == len(lawful(kind))


def test_what_ends_a_break_takes_two_people_and_what_one_may_do_ends_nothing():
    for how in Resolution:
        means = how.value
        alone = means.effect in {Effect.ASK_BANK, Effect.HOLD} or how is Resolution.CARRY
        assert bool(means.approval) is not alone, how


def test_money_is_written_off_or_given_away_only_with_a_document():
    for how in Resolution:
        if how.value.effect in {Effect.WRITE_OFF, Effect.REFUND, Effect.REVERSE, Effect.EXCUSE}:
            assert how.value.document, how


def test_every_resolution_is_lawful_for_some_kind():
    used = {how for kind in BreakKind for how in lawful(kind)}
    assert used == set(Resolution)


@pytest.mark.parametrize("machine", [BREAK_STATES, DAY_STATES], ids=lambda m: m.name)
def test_the_tables_are_sound(machine):
    assert not list(machine.faults())


def test_age_counts_working_days_across_the_spring_festival():
    # 2026-02-14 (Sat) is worked, 15 to 23 are off, 24 is the first day after
    assert age(CALENDAR, date(2026, 2, 13), date(2026, 2, 14)) == 1
    assert age(CALENDAR, date(2026, 2, 14), date(2026, 2, 23)) == 0
    assert age(CALENDAR, date(2026, 2, 14), date(2026, 2, 24)) == 1


DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(DAYS, st.integers(0, 400), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_age_never_decreases_also_over_a_year_without_a_calendar(first, later, more):
    day = first + timedelta(days=later)
    assert 0 <= age(CALENDAR, first, day) <= age(CALENDAR, first, day + timedelta(days=more))


def test_the_older_the_higher_it_goes():
    assert [escalated_to(days) for days in (0, 2, 3, 9, 10, 400)] == [
        Level.CLERK, Level.CLERK, Level.SECTION, Level.SECTION, Level.BRANCH, Level.BRANCH,
    ]  # fmt: skip


def test_first_seen_never_moves_however_often_and_in_whichever_night_it_is_found(world):
    assert world.finds(MISSING) == 1
    first = world.now(MISSING_ID).first_seen
    later = world.later(NEXT)
    assert world.finds(MISSING) == 0
    assert world.finds(MISSING, key=later) == 0
    assert world.finds(MISSING, revision=2) == 0
    assert world.now(MISSING_ID).first_seen == first == world.key.business_date


def test_a_rerun_that_no_longer_finds_it_ends_it_and_a_later_one_brings_it_back_as_old(world):
    world.finds(MISSING)
    world.finds(revision=2)
    assert world.now(MISSING_ID).state is BreakState.CLEARED
    world.finds(MISSING, revision=3)
    again = world.now(MISSING_ID)
    assert (again.state, again.first_seen) == (BreakState.OPEN, world.key.business_date)


def test_b22_later_evidence_clears_it_and_keeps_both_days(world):
    world.finds(MISSING)
    key = world.later(NEXT)
    with world.store.begin() as work:
        assert breaks.explained(work, key, {item_of("B1", 3)}) == 1
        assert breaks.explained(work, key, {item_of("B1", 3)}) == 0
    assert world.now(MISSING_ID).state is BreakState.CLEARED


def test_a_night_does_not_clear_what_it_finds_itself(world):
    world.finds(MISSING)
    with world.store.begin() as work:
        assert breaks.explained(work, world.key, {item_of("B1", 3)}) == 0
    assert world.now(MISSING_ID).state in LIVE


def test_evidence_for_what_people_have_ended_already_rings(world):
    world.finds(credit())
    one = credit().break_id("990001", "ZH01")
    world.resolves(one, Resolution.WRITE_OFF)
    key = world.later(NEXT)
    with world.store.begin() as work:
        assert breaks.explained(work, key, {credit().item}) == 0
        assert [bell.code for bell in alarms.ringing(work)] == [Code.RESOLVED_THEN_EXPLAINED]
    assert world.now(one).state is BreakState.RESOLVED


def test_a_blocking_break_keeps_its_loan_out_until_it_has_ended(world):
    world.finds(MISSING, credit())
    with world.store.begin() as work:
        assert breaks.blocked_loans(work) == {LOAN}
    world.finds(credit(), revision=2)
    with world.store.begin() as work:
        assert breaks.blocked_loans(work) == frozenset()


def test_twins_are_two_breaks_and_two_items(world):
    world.finds(credit("x/1"), credit("x/2"))
    assert world.leaves_open(item("x/1"), item("x/2")) == 2
    assert len({credit(key).break_id("990001", "ZH01") for key in ("x/1", "x/2")}) == 2


# ------------------------------------------------------------------ open items


def carried(world, before):
    with world.store.begin() as work:
        return [one.key for one in open_items.carried(work, "990001", "ZH01", before)]


def test_an_open_item_is_carried_into_the_next_night_and_not_into_its_own(world):
    world.leaves_open(item("a"), item("b"))
    assert carried(world, NEXT) == ["a", "b"]
    assert carried(world, world.key.business_date) == []


def test_what_a_night_ended_is_still_carried_into_a_rerun_of_that_night_only(world):
    world.leaves_open(item("a"), item("b"))
    key = world.later(NEXT)
    world.leaves_open(key=key, ended=[Clearing(Side.STATEMENT, "a", Cleared.MATCHED, key.label)])
    assert carried(world, NEXT) == ["a", "b"]
    assert carried(world, NEXT + timedelta(days=1)) == ["b"]


def test_a_rerun_that_explains_less_leaves_the_item_open_again(world):
    world.leaves_open(item("a"))
    key = world.later(NEXT)
    world.leaves_open(key=key, ended=[Clearing(Side.STATEMENT, "a", Cleared.MATCHED, key.label)])
    world.leaves_open(key=key)
    assert [row.cleared_on for row in world.items("a")] == [None]


def test_what_only_an_earlier_run_saw_was_withdrawn(world):
    world.leaves_open(item("a"), item("b"))
    world.leaves_open(item("b"))
    assert {row.item.key: row.cleared_how for row in world.items("a", "b")} == {
        "a": Cleared.WITHDRAWN,
        "b": None,
    }


def test_the_same_run_twice_is_the_same_as_once(world):
    assert world.leaves_open(item("a"), item("b")) == 2
    once = world.items("a", "b")
    assert world.leaves_open(item("a"), item("b")) == 0
    assert world.items("a", "b") == once


def test_a_line_of_a_closed_day_is_marked_late_and_keeps_its_own_date(world):
    with world.store.begin() as work:
        row = days.day(work, world.key)
        days.advance(work, row, days.DayEvent.CLOSES)
    key = world.later(NEXT)
    late = item("late", seen=NEXT)
    late = type(late)(
        **{n: getattr(late, n) for n in late.__dataclass_fields__}
        | {"booked_on": world.key.business_date}
    )
    world.leaves_open(late, item("in time", seen=NEXT), key=key)
    assert {row.item.key: row.late for row in world.items("late", "in time")} == {
        "late": True,
        "in time": False,
    }
