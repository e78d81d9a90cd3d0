"""What a file says to do wrong, read anew whenever it has been written. 故障脚本."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")


class Scripted(Generic[T]):
    """A script on the disk; write it aside and rename it, so that it is never half there."""

    def __init__(self, path: Path, read: Callable[[bytes], list[T]]) -> None:
        """Remember where the script lies and how it is read."""
        self._path, self._read = path, read
        self._seen: tuple[int, bytes] | None = None
        self._armed: list[T] = []

    def armed(self) -> list[T]:
        """Return what is still armed, the caller's to count down; written again, all of it anew."""
        seen = self._glance()
        if seen != self._seen:
            self._armed = self._read(seen[1]) if seen else []
            self._seen = seen
        return self._armed

    def _glance(self) -> tuple[int, bytes] | None:
        try:
            return self._path.stat().st_mtime_ns, self._path.read_bytes()
        except FileNotFoundError:
            return None
