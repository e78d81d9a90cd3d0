"""Signals: the first one ends the work, none disturbs the stopping. 信号"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Ctrl-C, a polite end, a closed terminal.
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_in_order() -> None:
    """Let each of them unwind the program in the same way: everything started is stopped."""
    for sign in _ENDING:
        signal.signal(sign, _interrupted)


def _interrupted(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore them for a while: whoever presses Ctrl-C twice must not leave half of it running."""
    before = {sign: signal.signal(sign, signal.SIG_IGN) for sign in _ENDING}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
