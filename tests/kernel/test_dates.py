"""Working days: the legal vectors, the properties, years without data. 工作日"""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dates import WORKING_DAYS_MAX, Calendar, YearDays, read_years
from gateway.errors import Code, NotConfigured

SHIPPED = Path(__file__).parents[2] / "schemas" / "calendar" / "working-days.json"
CALENDAR = Calendar(read_years(json.loads(SHIPPED.read_text(encoding="utf-8"))))
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
days = st.dates(FIRST, date(2025, 12, 31))
counts = st.integers(1, 120)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        # the ten working days of a written demand 催告 (行政强制法 54, 69)
        ("2026-02-10", 10, "2026-03-02"),
        ("2026-04-28", 10, "2026-05-14"),
        ("2026-07-20", 10, "2026-08-03"),
        ("2026-09-18", 10, "2026-10-09"),
        ("2026-09-28", 10, "2026-10-16"),
        ("2026-03-02", 10, "2026-03-16"),  # C01
        # a court accepts within five working days (行政强制法 56; C18)
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-09-30", 5, "2026-10-13"),
        ("2026-09-29", 5, "2026-10-12"),  # T20: over the National Day
    ],
)
def test_t20_the_legal_vectors_of_working_days(start, count, due):
    assert CALENDAR.add_working_days(day(start), count) == day(due)


@pytest.mark.parametrize(
    ("nominal", "rolled_forward", "moved_back"),
    [
        ("2026-02-28", "2026-02-28", "2026-02-28"),  # a Saturday that is worked: no roll
        ("2026-04-05", "2026-04-07", "2026-04-03"),  # Qingming
        ("2026-05-15", "2026-05-15", "2026-05-15"),
        ("2026-07-05", "2026-07-06", "2026-07-03"),
        ("2026-08-15", "2026-08-17", "2026-08-14"),
        ("2026-02-17", "2026-02-24", "2026-02-14"),  # B10: Spring Festival, Saturday 14 is worked
    ],
)
def test_b10_a_day_off_is_rolled_forward_or_back_to_a_working_day(
    nominal, rolled_forward, moved_back
):
    assert CALENDAR.on_or_after(day(nominal)) == day(rolled_forward)
    assert CALENDAR.on_or_before(day(nominal)) == day(moved_back)


@given(days, counts)
def test_a_term_ends_on_a_working_day(start, count):
    assert CALENDAR.is_working_day(CALENDAR.add_working_days(start, count))


@given(days, counts)
def test_counting_the_working_days_of_a_term_gives_its_length(start, count):
    due = CALENDAR.add_working_days(start, count)
    between = (start + timedelta(n) for n in range(1, (due - start).days + 1))
    assert sum(CALENDAR.is_working_day(one) for one in between) == count


@given(days, counts, st.integers(0, 30))
def test_a_later_start_never_ends_earlier_and_a_longer_term_ends_later(start, count, later):
    due = CALENDAR.add_working_days(start, count)
    assert CALENDAR.add_working_days(start + timedelta(later), count) >= due
    assert CALENDAR.add_working_days(start, count + 1) > due


@given(days, st.integers(1, 40), st.integers(1, 40))
def test_two_terms_in_a_row_are_one_long_term(start, first, second):
    halfway = CALENDAR.add_working_days(start, first)
    assert CALENDAR.add_working_days(halfway, second) == CALENDAR.add_working_days(
        start, first + second
    )


@given(st.dates(date(2004, 1, 10), date(2026, 12, 20)))
def test_rolling_stops_at_the_nearest_working_day(nominal):
    after, before = CALENDAR.on_or_after(nominal), CALENDAR.on_or_before(nominal)
    between = (before + timedelta(n) for n in range(1, (after - before).days))
    assert before <= nominal <= after
    assert CALENDAR.is_working_day(before)
    assert CALENDAR.is_working_day(after)
    assert not any(CALENDAR.is_working_day(one) for one in between if one != nominal)
    assert CALENDAR.on_or_after(after) == after
    assert CALENDAR.on_or_before(before) == before


@pytest.mark.parametrize(
    ("ask", "year"),
    [
        (lambda: CALENDAR.is_working_day(date(2027, 3, 1)), "2027"),
        (lambda: CALENDAR.is_working_day(date(2003, 12, 31)), "2003"),
        (lambda: CALENDAR.add_working_days(date(2026, 12, 30), 2), "2027"),
        (lambda: CALENDAR.add_working_days(date(2027, 6, 1), 1), "2027"),
        (lambda: CALENDAR.on_or_after(date(2027, 1, 1)), "2027"),
        (lambda: CALENDAR.on_or_before(date(2004, 1, 1)), "2003"),
    ],
)
def test_b40_an_effect_in_a_year_without_data_is_refused(ask, year):
    with pytest.raises(NotConfigured) as refused:
        ask()
    assert refused.value.code is Code.CALENDAR_YEAR_MISSING
    assert refused.value.detail == year


def test_b40_a_legal_clock_in_a_year_without_data_is_provisional():
    sure = CALENDAR.legal_due(date(2026, 12, 30), 1)
    assert (sure.day, sure.provisional) == (date(2026, 12, 31), False)
    doubtful = CALENDAR.legal_due(date(2026, 12, 30), 2)
    assert (doubtful.day, doubtful.provisional) == (date(2027, 1, 1), True)


def test_b40_a_clock_that_only_passed_through_a_missing_year_stays_provisional():
    gap = Calendar({2025: CALENDAR.years[2025], 2027: YearDays(frozenset(), frozenset())})
    assert gap.legal_due(date(2025, 12, 31), 262).provisional
    assert not gap.legal_due(date(2026, 12, 31), 1).provisional


@given(days, counts)
def test_a_sure_legal_clock_ends_when_the_strict_one_does(start, count):
    legal = CALENDAR.legal_due(start, count)
    assert not legal.provisional
    assert legal.day == CALENDAR.add_working_days(start, count)


def test_a_term_beyond_the_last_date_there_is_is_refused():
    with pytest.raises(ValueError, match="last date"):
        CALENDAR.legal_due(date(9999, 12, 30), 5)


@pytest.mark.parametrize("count", [0, -1, WORKING_DAYS_MAX + 1])
def test_a_term_of_no_length_or_absurd_length_is_refused(count):
    with pytest.raises(ValueError, match="count of working days"):
        CALENDAR.add_working_days(FIRST, count)
