"""On which days an instalment is asked for: due days, holidays, retries. 扣款日

An instalment is asked for on its debit day and on some working days after it; then it is overdue
and goes along on the debit day of each month that follows (B09, B10).
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from connectors.bank.settings import Deductions, DueOnHoliday
from gateway.dates import Calendar

# No run of holidays moves a debit day further, and no window of retries is longer.
_MOVED_MAX, _WINDOW_MAX = timedelta(days=15), timedelta(days=45)


def debit_day(due_on: date, holiday: DueOnHoliday, calendar: Calendar) -> date:
    """The day on which what is due on `due_on` is first asked for.

    Raises NotConfigured for a year without a calendar (B40).
    """
    if holiday is DueOnHoliday.EARLY:
        return calendar.on_or_before(due_on)
    if holiday is DueOnHoliday.LATE:
        return calendar.on_or_after(due_on)
    return due_on


def is_asked(due_on: date, day: date, terms: Deductions, calendar: Calendar) -> bool | None:
    """Whether `day` is in a window of the instalment; None while the first has not come yet.

    Raises NotConfigured for a year without a calendar (B40).
    """
    if day < debit_day(due_on, terms.holiday, calendar):
        return None
    firsts = (debit_day(each, terms.holiday, calendar) for each in _due_days(due_on, day))
    return any(_in_window(first, day, terms, calendar) for first in firsts)


def _in_window(first: date, day: date, terms: Deductions, calendar: Calendar) -> bool:
    """Whether `day` is the debit day or one of the working days after it (B09)."""
    if not first <= day <= first + _WINDOW_MAX:
        return False
    after = (first + timedelta(days=n) for n in range(1, (day - first).days + 1))
    return sum(map(calendar.is_working_day, after)) <= terms.retry_days


def _due_days(due_on: date, day: date) -> Iterator[date]:
    """The due day itself and its returns in the months around `day`, none before it.

    The month after `day` is looked at too: an early debit day may lie in the month before.
    """
    for months in (-1, 0, 1):
        found = _same_day(due_on, day, months)
        if due_on <= found <= day + _MOVED_MAX:
            yield found


def _same_day(due_on: date, day: date, months: int) -> date:
    """The due day in the month that lies `months` from `day`'s; the month's last where it ends."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(due_on.day, monthrange(year, month + 1)[1]))
