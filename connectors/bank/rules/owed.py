"""Which bank owes which file for which date, and by when. 应收文件"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.bank.model import FileKind, NightKey
from connectors.bank.settings import BankProfile, Owed, OwedDays
from gateway.dates import SHANGHAI, Calendar


@dataclass(frozen=True, slots=True)
class Expected:
    """One file owed for one night."""

    night: NightKey
    kind: FileKind
    due_at: datetime


def expected_files(profile: BankProfile, day: date, calendar: Calendar) -> Iterator[Expected]:
    """Every file the bank owes for this business date; none at all is a lawful answer.

    Raises NotConfigured for a date in a year without a calendar (B40).
    """
    for own in profile.accounts:
        for owed in profile.owes:
            if _is_owed(owed, day, calendar):
                night = NightKey(profile.code, own.id, day)
                yield Expected(night, owed.kind, _due_at(owed, day))


def _is_owed(owed: Owed, day: date, calendar: Calendar) -> bool:
    if day < owed.first or (owed.last is not None and day > owed.last):
        return False
    return owed.days is OwedDays.EVERY_DAY or calendar.is_working_day(day)


def _due_at(owed: Owed, day: date) -> datetime:
    due_day = day + timedelta(days=owed.due_days_after)
    return datetime.combine(due_day, owed.due_time, SHANGHAI)
