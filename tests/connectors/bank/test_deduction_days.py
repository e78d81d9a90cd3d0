"""On which day an instalment is asked for: holidays, retries, months after, no calendar. 扣款日"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectors.bank.rules.deduction.days import debit_day, is_asked
from connectors.bank.settings import DueOnHoliday
from gateway.errors import GatewayError
from tests.connectors.bank.dues import CALENDAR, TERMS

SPRING = date(2026, 2, 17)


def asked(due_on: date, first: date, last: date, holiday=DueOnHoliday.LATE) -> list[str]:
    """The days of a span on which the instalment is asked for."""
    terms = replace(TERMS, holiday=holiday)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [f"{day:%m-%d}" for day in days if is_asked(due_on, day, terms, CALENDAR)]


@pytest.mark.parametrize(
    ("holiday", "day"),
    [
        (DueOnHoliday.EARLY, date(2026, 2, 14)),
        (DueOnHoliday.LATE, date(2026, 2, 24)),
        (DueOnHoliday.SAME_DAY, SPRING),
    ],
)
def test_b10_a_due_day_in_the_spring_festival_moves_as_the_contract_says(holiday, day):
    assert debit_day(SPRING, holiday, CALENDAR) == day


def test_b09_what_failed_is_asked_for_on_three_working_days_more_and_then_not():
    days = asked(date(2026, 3, 10), date(2026, 3, 1), date(2026, 3, 31))
    # the weekend among the retries counts for nothing
    assert days == ["03-10", "03-11", "03-12", "03-13", "03-14", "03-15"]
    assert asked(date(2026, 3, 13), date(2026, 3, 13), date(2026, 3, 31)) == [
        "03-13", "03-14", "03-15", "03-16", "03-17", "03-18",
    ]  # fmt: skip


def test_b09_what_is_overdue_goes_along_on_the_debit_day_of_the_months_after():
    days = asked(date(2026, 1, 20), date(2026, 2, 10), date(2026, 2, 28))
    assert days == ["02-24", "02-25", "02-26", "02-27"]


def test_before_its_debit_day_an_instalment_is_not_due_yet():
    assert is_asked(date(2026, 3, 10), date(2026, 3, 9), TERMS, CALENDAR) is None
    assert is_asked(date(2026, 2, 17), date(2026, 2, 17), TERMS, CALENDAR) is None


def test_a_loan_due_on_the_last_day_of_a_long_month_is_due_on_that_of_a_short_one():
    assert asked(date(2026, 3, 31), date(2026, 4, 29), date(2026, 4, 30)) == ["04-30"]


def test_an_early_debit_day_may_lie_in_the_month_before():
    early = DueOnHoliday.EARLY
    days = asked(date(2026, 9, 1), date(2026, 9, 25), date(2026, 10, 1), early)
    assert days == ["09-30", "10-01"]


def test_b40_without_a_calendar_no_day_is_computed():
    with pytest.raises(GatewayError, match="CALENDAR_YEAR_MISSING"):
        is_asked(date(2027, 1, 4), date(2027, 1, 4), TERMS, CALENDAR)


def test_b40_the_last_days_of_a_known_year_need_no_calendar_of_the_next():
    assert is_asked(date(2026, 12, 30), date(2026, 12, 31), TERMS, CALENDAR)
