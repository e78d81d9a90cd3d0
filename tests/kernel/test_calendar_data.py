"""The shipped calendar, day by day, and the reading of one by hand. 工作日历数据"""

import json
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from gateway.dates import Calendar, YearDays, read_years

SHIPPED = Path(__file__).parents[2] / "schemas" / "calendar" / "working-days.json"
YEARS = read_years(json.loads(SHIPPED.read_text(encoding="utf-8")))


@pytest.mark.parametrize("year", sorted(YEARS))
def test_every_day_is_what_an_independent_collection_says(year):
    calendar = Calendar(YEARS)
    start = date(year, 1, 1)
    every = [start + timedelta(n) for n in range((date(year + 1, 1, 1) - start).days)]
    differing = [
        day for day in every if calendar.is_working_day(day) != chinese_calendar.is_workday(day)
    ]
    assert differing == []


def test_the_shipped_years_are_2004_to_2026_without_a_gap():
    assert sorted(YEARS) == list(range(2004, 2027))


def test_the_days_off_and_the_worked_weekends_of_2026_are_the_published_ones():
    worked = {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)}
    assert {(day.month, day.day) for day in YEARS[2026].work} == worked
    off = {(2, 16), (2, 23), (4, 6), (5, 1), (6, 19), (9, 25), (10, 1), (10, 7)}
    assert off <= {(day.month, day.day) for day in YEARS[2026].off}


def test_a_year_is_read_as_it_is_written():
    # 2027-05-01 is a Saturday, 2027-05-03 a Monday
    found = read_years({"years": {"2027": {"off": ["05-03"], "work": ["05-08"]}}})
    assert found == {2027: YearDays(frozenset({date(2027, 5, 3)}), frozenset({date(2027, 5, 8)}))}


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"years": []}, {"years": None}],
)
def test_what_is_no_calendar_is_refused(data):
    with pytest.raises(ValueError, match="no years"):
        read_years(data)


@pytest.mark.parametrize(
    ("off", "work"),
    [
        (["02-30"], []),  # no such day
        (["13-01"], []),
        (["05-01"], []),  # a Saturday is off anyway
        ([], ["05-03"]),  # a Monday is worked anyway
        (["W01-1"], []),  # a week date, which lies in the year before
        (["0503"], []),
        (["5-3"], []),
        (["２-01"], []),
        (["05-03", "05-03"], []),  # the second one was meant to be another day
        ("05-03", []),
        (None, []),
        ([503], []),
        ([["05-03"]], []),
    ],
)
def test_a_typing_error_in_a_year_is_refused_and_names_the_year(off, work):
    with pytest.raises(ValueError, match="2027"):
        read_years({"years": {"2027": {"off": off, "work": work}}})


@pytest.mark.parametrize("days", [[], None, {"off": []}, {"off": [], "work": [], "half": []}])
def test_a_year_has_exactly_off_and_work(days):
    with pytest.raises(ValueError, match="2027"):
        read_years({"years": {"2027": days}})


@pytest.mark.parametrize("year", ["27", " 2027", "2_027", "２０２７", "next", "", "02027"])
def test_a_year_is_four_digits(year):
    with pytest.raises(ValueError, match="year"):
        read_years({"years": {year: {"off": [], "work": []}}})
