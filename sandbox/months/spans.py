"""Runs of nights in 2026 and what makes each worth living through. 时间段."""

from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.world.calendar import works


@dataclass(frozen=True, slots=True)
class Span:
    """So many working nights from a first day on."""

    first: date
    nights: int

    def days(self) -> tuple[date, ...]:
        """Return the business dates: working days, make-up Saturdays and Sundays among them."""
        days: list[date] = []
        day = next_working(self.first)
        while len(days) < self.nights:
            days.append(day)
            day = next_working(day + timedelta(days=1))
        return tuple(days)


def next_working(day: date) -> date:
    """Return the day itself if it is worked on, else the first one after it."""
    while not works(day):
        day += timedelta(days=1)
    return day


def due_dates(first: date, due_day: int) -> tuple[date, ...]:
    """Return the monthly due dates of the year from a day on; the next year has no calendar yet.

    No due day is later than the 28th.
    """
    months = (date(first.year, month, due_day) for month in range(first.month, 13))
    return tuple(day for day in months if day >= first)


# From the working Sunday before the year's first week: month ends, the nine days of Spring
# Festival 02-15 … 02-23 between two working Saturdays, the quarter's end.
SPRING = date(2026, 1, 4)
# A working Sunday 09-20, the seven days of National Day, a working Saturday 10-10.
AUTUMN = date(2026, 9, 14)
