"""Which bank owes which file for which date, and by when. 应收文件"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.bank.model import FileKind, NightKey
from connectors.bank.settings import BankProfile, DueOnHoliday, Owed, OwedDays
from gateway.dates import SHANGHAI, Calendar

# The files a night is decided on: the statement always, results where something was asked.
DECIDED_ON = (FileKind.DEDUCTION_RESULT, FileKind.ACCOUNT_STATEMENT)


@dataclass(frozen=True, slots=True)
class Expected:
    """One file owed for one night."""

    night: NightKey
    kind: FileKind
    due_at: datetime


def is_decidable(profile: BankProfile) -> bool:
    """Whether every night that is owed anything is owed all that a decision needs.

    Each date with results has a statement too, and each on which a batch may leave has results: a
    night without one of them would wait for it for ever. On a statement alone a night is decided.
    """
    owes, terms = profile.owes, profile.deductions
    results = [owed for owed in owes if owed.kind is FileKind.DEDUCTION_RESULT]
    statements = [owed for owed in owes if owed.kind is FileKind.ACCOUNT_STATEMENT]
    on_holidays = terms is not None and terms.holiday is DueOnHoliday.SAME_DAY
    return (
        all(owed.kind in DECIDED_ON for owed in owes)
        and all(any(_covers(one, owed) for one in statements) for owed in results)
        and not (on_holidays and any(one.days is OwedDays.WORKING_DAYS for one in results))
    )


def _covers(wide: Owed, owed: Owed) -> bool:
    """Whether every date of `owed` is one of `wide`."""
    days = wide.days in (OwedDays.EVERY_DAY, owed.days)
    until = wide.last is None or (owed.last is not None and owed.last <= wide.last)
    return days and wide.first <= owed.first and until


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


def unanswered(asked: Collection[str], answered: Collection[str]) -> Sequence[str]:
    """The batches of a night that no result file answers.

    A file that names no batch ("") speaks for all of them; where every file names its own, each
    batch is owed one (B19: a batch without results is late, and nothing of it has failed).
    """
    return [] if "" in answered else sorted(set(asked) - set(answered))
