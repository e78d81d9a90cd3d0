"""A watched folder: files that people carry in by hand, taken like those on any wire. 监视目录"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from gateway.errors import Code, MalformedMessage, OutcomeUnknown, TransportError
from gateway.retrying import smooth

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# a pipe somebody put there is opened without waiting for its other end, and then refused
_PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class FolderWire:
    """Directories below a root of this machine; links, devices and growing files are refused."""

    def __init__(self, root: Path, listing_max: int) -> None:
        self._root, self._listing_max = root, listing_max

    def flagged(self, directory: str, suffix: str) -> Sequence[str]:
        """Names of the flag files in a directory, sorted; at most `listing_max` entries.

        Raises MalformedMessage for a directory with more, or with a name that is not UTF-8.
        """
        names = []
        with self._opened(directory) as place, os.scandir(place) as entries:
            for number, entry in enumerate(entries):
                if number >= self._listing_max:
                    raise MalformedMessage(Code.TOO_MANY_LINES, detail=directory)
                if not _is_text(entry.name):
                    raise MalformedMessage(Code.FILE_NAME_UNKNOWN, detail=directory)
                if entry.name.endswith(suffix) and entry.is_file(follow_symlinks=False):
                    names.append(entry.name)
        return sorted(names)

    def read(self, directory: str, name: str, size_max: int) -> bytes | None:
        """One file's bytes, None when it is not there.

        Raises MalformedMessage when it is larger or no plain file, TransportError when its
        directory is not there or it does not stand still.
        """
        return smooth(lambda: self._read(directory, name, size_max))

    def _read(self, directory: str, name: str, size_max: int) -> bytes | None:
        with self._opened(directory) as place:
            try:
                descriptor = os.open(name, _PLAIN, dir_fd=place)
            except FileNotFoundError:
                return None
            except OSError as link:  # ELOOP: a link; ENXIO: a socket
                raise MalformedMessage(Code.FILE_NOT_PLAIN, detail=directory) from link
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                os.close(descriptor)
                raise MalformedMessage(Code.FILE_NOT_PLAIN, detail=directory)
            with os.fdopen(descriptor, "rb") as file:
                if before.st_size > size_max:
                    raise MalformedMessage(Code.FILE_TOO_LARGE, detail=name)
                data = file.read(before.st_size + 1)
                after = os.fstat(descriptor)
        # somebody is still writing: what we have is perhaps half of it
        still = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        if len(data) != before.st_size or not still:
            raise TransportError(Code.CONNECTION_LOST, detail=directory)
        return data

    def publish(self, directory: str, files: Sequence[tuple[str, bytes]]) -> None:
        """Put files there one after the other, each whole or not at all; the last is the flag.

        Raises TransportError for whatever goes wrong before the flag's renaming, the point of no
        return; from there on OutcomeUnknown.
        """
        with self._opened(directory) as place:
            for name, data in files:
                _write_part(place, name, data)
                if name != files[-1][0]:
                    os.rename(f"{name}.part", name, src_dir_fd=place, dst_dir_fd=place)
            flag = files[-1][0]
            try:
                os.rename(f"{flag}.part", flag, src_dir_fd=place, dst_dir_fd=place)
                os.fsync(place)
            except OSError as lost:
                raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN, detail=flag) from lost

    def check(self) -> str:
        """Look at the root; says where and how many directories."""
        with self._opened("/") as place, os.scandir(place) as entries:
            return f"{self._root} {sum(entry.is_dir() for entry in entries)} 个目录"

    @contextmanager
    def _opened(self, directory: str) -> Iterator[int]:
        """A directory below the root, not reached through any link nor upwards.

        Raises TransportError for what goes wrong in it: nothing has had an effect yet.
        """
        place = -1
        try:
            place = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            for part in PurePosixPath(directory).parts:
                if part == "..":
                    raise FileNotFoundError
                if part != "/":
                    inner = os.open(part, _DIRECTORY, dir_fd=place)
                    os.close(place)
                    place = inner
            yield place
        except OSError as refused:
            raise TransportError(Code.LISTING_REFUSED, detail=directory) from refused
        finally:
            if place >= 0:
                os.close(place)


def _is_text(name: str) -> bool:
    """Whether a name is UTF-8; other bytes come as lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _write_part(place: int, name: str, data: bytes) -> None:
    """Write `name.part` anew, durable; what a dead attempt left there is removed first."""
    part = f"{name}.part"
    with suppress(FileNotFoundError):
        os.unlink(part, dir_fd=place)
    with os.fdopen(os.open(part, _NEW, 0o640, dir_fd=place), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
