"""Progress for a person: what is being done, how long it took, which was the slowest. 进度"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Prints one line a step; keeps the times. Monotonic time only: a duration is no moment."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._took: list[tuple[float, str]] = []
        self._begun = time.monotonic()
        self.current = ""

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step; its title is printed before, its seconds after. A failed one stays current."""
        before, self.current, begun = self.current, title, time.monotonic()
        self.say(f"▸ {title} …")
        yield
        seconds = time.monotonic() - begun
        self._took.append((seconds, title))
        self.say(f"  完成（{seconds:.1f} 秒）")
        self.current = before

    def say(self, line: str) -> None:
        """Print a line; where nobody reads any more, the work goes on and ends in silence.

        A line that cannot be written must never keep what was started from being stopped.
        """
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except OSError:
            nobody = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nobody, self._stream.fileno())
            os.close(nobody)

    def summary(self) -> str:
        """How long it all took, and the slowest step."""
        total = time.monotonic() - self._begun
        seconds, title = max(self._took, default=(0.0, "—"))
        return f"共 {total:.0f} 秒；最慢的一步：{title}（{seconds:.1f} 秒）"
