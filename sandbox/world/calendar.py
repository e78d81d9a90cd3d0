"""The business days the sandbox lives through, five of them. 沙箱日历."""

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path

FIRST = date(2026, 2, 24)  # the first working day after Spring Festival 春节
LAST = date(2026, 2, 28)  # a Saturday made up for the holiday 调休上班日

WORKING_DAYS = Path(__file__).resolve().parents[2] / "schemas" / "calendar" / "working-days.json"
SATURDAY = 5


@cache
def business_days() -> tuple[date, ...]:
    """Return the working days from FIRST to LAST, both included."""
    span = (LAST - FIRST).days + 1
    days = (FIRST + timedelta(days=step) for step in range(span))
    return tuple(day for day in days if works(day))


def night_index(day: date) -> int:
    """Return which of the nights a date is, from 0; a date outside the calendar is refused."""
    if day not in business_days():
        known = ", ".join(str(known) for known in business_days())
        raise ValueError(f"{day} is no business day of the sandbox; it knows {known}")
    return business_days().index(day)


def works(day: date) -> bool:
    """Say whether the branch and its banks work on a day; make-up Saturdays and Sundays count."""
    year = _years()[str(day.year)]
    key = f"{day:%m-%d}"
    return key in year["work"] if day.weekday() >= SATURDAY else key not in year["off"]


@cache
def _years() -> dict[str, dict[str, list[str]]]:
    text = WORKING_DAYS.read_text(encoding="utf-8")
    years: dict[str, dict[str, list[str]]] = json.loads(text)["years"]
    return years
