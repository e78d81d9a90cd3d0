"""Windows of time for queries that cut off after a thousand rows. 查询时段拆分"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# BDC113 gives the latest thousand rows and does not say that there were more (B39).
ROWS_MAX = 1000
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time to the second, both ends in it."""

    first: datetime
    last: datetime


def is_cut(rows: int) -> bool:
    """Whether an answer of so many rows may have left some out."""
    return rows >= ROWS_MAX


def halves(window: Window) -> Sequence[Window]:
    """Two windows that are the one, no second twice and none left out; none for a single second."""
    seconds = int((window.last - window.first) / _SECOND)
    if seconds <= 0:
        return ()
    middle = window.first + seconds // 2 * _SECOND
    return Window(window.first, middle), Window(middle + _SECOND, window.last)
