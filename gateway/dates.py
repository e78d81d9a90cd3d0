"""Working days under the State Council's calendar, adjusted working days included. 工作日"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from gateway.errors import Code, NotConfigured

SHANGHAI = ZoneInfo("Asia/Shanghai")
# No statutory or agreed period comes near this; a larger one is a typing error.
WORKING_DAYS_MAX = 3660
_SATURDAY = 5
_MONTH_DAY = r"[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True)
class YearDays:
    """One year's exceptions: weekdays without work and weekend days with work (调休上班日)."""

    off: frozenset[date]
    work: frozenset[date]


@dataclass(frozen=True, slots=True)
class LegalDue:
    """When a legal clock ends; `provisional` when a year without data was counted on the way."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of the years we have data for.

    Effects ask the strict functions, which raise NotConfigured for a year without data (B40).
    Legal clocks ask `legal_due`, which answers with the plain week and says `provisional`.
    """

    years: Mapping[int, YearDays]

    def knows(self, year: int) -> bool:
        """Whether this year's exceptions are loaded."""
        return year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether the branch works on `day`. Raises NotConfigured for a year without data."""
        if not self.knows(day.year):
            raise NotConfigured(Code.CALENDAR_YEAR_MISSING, detail=str(day.year))
        return self._works(day)

    def add_working_days(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`; the day itself is not counted (行政强制法 69).

        Raises NotConfigured when the way crosses a year without data, ValueError for a count
        outside 1 … WORKING_DAYS_MAX or a term that ends after the last date there is.
        """
        due = self.legal_due(start, count)
        if due.provisional:
            missing = next(y for y in range(start.year, due.day.year + 1) if not self.knows(y))
            raise NotConfigured(Code.CALENDAR_YEAR_MISSING, detail=str(missing))
        return due.day

    def legal_due(self, start: date, count: int) -> LegalDue:
        """Like `add_working_days`, but a year without data is counted by the plain week."""
        if not 1 <= count <= WORKING_DAYS_MAX:
            raise ValueError(f"count of working days must be 1 to {WORKING_DAYS_MAX}")
        day, provisional = start, False
        while count:
            if day == date.max:
                raise ValueError("the term ends after the last date there is")
            day += timedelta(days=1)
            provisional = provisional or not self.knows(day.year)
            count -= self._works(day)
        return LegalDue(day, provisional)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days come after `start` up to `end`; 0 where `end` is not later.

        A year without data is counted by the plain week: an age is told, nothing is due by it.
        """
        days = range(1, (end - start).days + 1)
        return sum(self._works(start + timedelta(days=each)) for each in days)

    def on_or_after(self, day: date) -> date:
        """The first working day not before `day` (roll forward)."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def on_or_before(self, day: date) -> date:
        """The last working day not after `day` (roll back)."""
        while not self.is_working_day(day):
            day -= timedelta(days=1)
        return day

    def _works(self, day: date) -> bool:
        year = self.years.get(day.year)
        if year is None:
            return day.weekday() < _SATURDAY
        return day in year.work or (day.weekday() < _SATURDAY and day not in year.off)


def read_years(data: object) -> dict[int, YearDays]:
    """Read the form of schemas/calendar: {"years": {"2026": {"off": ["01-01"], "work": []}}}.

    Raises ValueError, naming the year, when a day does not exist or stands twice, an `off` day is
    a weekend day, or a `work` day a weekday: each would be a silent no-op and is a typing error.
    """
    if not isinstance(data, dict) or not isinstance(data.get("years"), dict):
        raise ValueError("not a calendar: no years")  # noqa: TRY004 - data, not a type
    return {_year_number(year): _read_year(year, days) for year, days in data["years"].items()}


def _year_number(text: str) -> int:
    # the form is checked first: int also takes blanks, underscores and full-width digits
    if not re.fullmatch(r"[0-9]{4}", text):
        raise ValueError(f"not a year: {text}")
    return int(text)


def _read_year(year: str, days: object) -> YearDays:
    if not isinstance(days, dict) or set(days) != {"off", "work"}:
        raise ValueError(f"{year}: a year has exactly off and work")
    off, work = (_read_days(year, days[kind]) for kind in ("off", "work"))
    if any(day.weekday() >= _SATURDAY for day in off):
        raise ValueError(f"{year}: an off day that is a weekend day anyway")
    if any(day.weekday() < _SATURDAY for day in work):
        raise ValueError(f"{year}: a work day that is a weekday anyway")
    return YearDays(off, work)


def _read_days(year: str, days: object) -> frozenset[date]:
    # the form is checked first: fromisoformat also takes week dates, and those of another year
    if not isinstance(days, list) or not all(re.fullmatch(_MONTH_DAY, str(day)) for day in days):
        raise ValueError(f"{year}: off and work are lists of days, MM-DD")
    try:
        found = [date.fromisoformat(f"{year}-{day}") for day in days]
    except ValueError as wrong:
        raise ValueError(f"{year}: {wrong}") from wrong
    if len(set(found)) != len(found):
        raise ValueError(f"{year}: a day that stands twice")
    return frozenset(found)
