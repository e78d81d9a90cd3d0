"""Calendar years imported by hand: the newest is in force, and the journal knows each. 工作日历"""

from datetime import date

import pytest

from gateway.dates import YearDays
from gateway.store import calendars

NEW_YEAR = date(2027, 1, 1)
FIRST = YearDays(frozenset({NEW_YEAR}), frozenset({date(2027, 1, 9)}))
CORRECTED = YearDays(frozenset({NEW_YEAR}), frozenset({date(2027, 1, 10)}))


@pytest.fixture
def imports(store):
    """Imports a year in a unit of its own; which years were new."""

    def save(*kinds):
        with store.begin() as work:
            return calendars.save(work, dict(kinds))

    return save


def in_force(store, shipped=None):
    with store.begin() as work:
        return calendars.load(work, shipped or {})


def test_an_imported_year_is_in_force(store, imports):
    assert imports((2027, FIRST)) == [2027]
    calendar = in_force(store)
    assert not calendar.is_working_day(NEW_YEAR)
    assert calendar.is_working_day(date(2027, 1, 9)), "an adjusted working Saturday"


def test_an_import_overrules_what_was_shipped_and_leaves_the_other_years(store, imports):
    imports((2027, CORRECTED))
    calendar = in_force(store, {2026: FIRST, 2027: FIRST})
    assert calendar.years == {2026: FIRST, 2027: CORRECTED}


def test_the_newest_import_of_a_year_is_in_force(store, imports, rows):
    imports((2027, FIRST))
    imports((2027, CORRECTED))
    assert in_force(store).years == {2027: CORRECTED}
    assert rows("select count(*) from calendar_year") == [(2,)], "what was known when stays"


def test_the_same_import_again_is_nothing_new(imports, entries):
    """Bug: it was reported as imported and journaled each time."""
    imports((2027, FIRST))
    assert imports((2027, FIRST)) == []
    assert [entry.event for entry in entries()] == ["calendar_imported"]


def test_an_earlier_import_comes_into_force_again(store, imports, entries):
    """Bug: it was taken for known, and what it should have replaced stayed in force."""
    for year in (FIRST, CORRECTED, FIRST):
        assert imports((2027, year)) == [2027]
    assert in_force(store).years == {2027: FIRST}
    assert len({entry.facts for entry in entries()}) == 3


def test_several_years_come_in_one_import(store, imports):
    assert imports((2028, CORRECTED), (2027, FIRST)) == [2027, 2028]
    assert sorted(in_force(store).years) == [2027, 2028]


def test_the_same_import_twice_at_once_is_one(imports, at_once, rows):
    assert sorted(at_once(*[lambda: imports((2027, FIRST))] * 4)) == [[], [], [], [2027]]
    assert rows("select count(*) from calendar_year") == [(1,)]
