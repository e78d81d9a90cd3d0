"""Spans of time, halved until a query no longer cuts its answer off (B39). 查询时段拆分"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time to the second, both ends in it."""

    first: datetime
    last: datetime


def halves(window: Window) -> Sequence[Window]:
    """Two windows that are the one, no second twice and none left out; none for a single second."""
    seconds = int((window.last - window.first) / _SECOND)
    if seconds <= 0:
        return ()
    middle = window.first + seconds // 2 * _SECOND
    return Window(window.first, middle), Window(middle + _SECOND, window.last)
