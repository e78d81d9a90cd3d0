"""Watching for what did not happen: a calendar that is not there yet. 巡检"""

from datetime import date

from gateway.dates import Calendar
from gateway.errors import Code
from gateway.store import alarms
from gateway.store.unit_of_work import Store

# The State Council's notice for the next year comes in November.
_NOTICE_MONTH = 11


def missing_year(calendar: Calendar, today: date) -> int | None:
    """The year whose calendar should be here and is not: this one, from November the next."""
    years = [today.year] + [today.year + 1] * (today.month >= _NOTICE_MONTH)
    return next((year for year in years if not calendar.knows(year)), None)


def watch_calendar(store: Store, calendar: Calendar) -> int | None:
    """Ring from 1 November while next year's calendar is missing; clear when it is there."""
    with store.begin() as work:
        today = work.now.date()
        year = missing_year(calendar, today)
        if year is not None:
            alarms.ring(work, Code.CALENDAR_YEAR_MISSING, f"calendar-{year}", str(year))
        for known in (today.year, today.year + 1):
            if calendar.knows(known):
                alarms.clear(work, Code.CALENDAR_YEAR_MISSING, f"calendar-{known}", "已导入")
    return year
