"""One SFTP session: what a partner may do, and what is written down of it. SFTP 会话."""

import asyncio
import hashlib
import io
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import NoReturn

import asyncssh

from sandbox.bank.counter import INCOMING, OUTGOING, Counter, Spot, spot
from sandbox.bank.intake import FLAG_SUFFIX, take_in
from sandbox.bank.places import home
from sandbox.bank.wire_faults import WireFault

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_OPEN_FILES = 32
MAX_DRIP_SECONDS = 20.0
MAX_SHOWN = 200  # characters of a refused path that go into the record
WRITES = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC


@dataclass(slots=True)
class Opened:
    """A file the partner holds open."""

    spot: Spot
    writing: bool
    bytes_read: int = 0


@dataclass(slots=True)
class Session:
    """What one session has open and has had so far."""

    drip_rate: int | None
    opened: dict[int, Opened] = field(default_factory=dict)
    bytes_read: int = 0
    dripped_seconds: float = 0.0


def _refuses(operation: str) -> Callable[..., NoReturn]:
    def refuse(desk: "Desk", what: object = b"", *_: object) -> NoReturn:
        desk.refuse(operation, _shown(what) if isinstance(what, bytes) else "")

    return refuse


class Desk(asyncssh.SFTPServer):
    """Outgoing is to read, incoming to write; everything else is refused."""

    mkdir = _refuses("mkdir")
    rmdir = _refuses("rmdir")
    setstat = _refuses("setstat")
    lsetstat = _refuses("lsetstat")
    fsetstat = _refuses("fsetstat")
    statvfs = _refuses("statvfs")
    fstatvfs = _refuses("fstatvfs")
    readlink = _refuses("readlink")
    symlink = _refuses("symlink")
    link = _refuses("link")
    open56 = _refuses("open56")

    def __init__(self, chan: "asyncssh.SSHServerChannel[bytes]", counter: Counter) -> None:
        """Seat the partner in the bank's home directory; nothing outside can be named."""
        self._counter = counter
        self._session = Session(counter.script.take(WireFault.SLOW_DRIP, counter.bank))
        super().__init__(chan, os.fsencode(home(counter.root, counter.bank)))

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open for reading in both directories, for writing in incoming."""
        writing = bool(pflags & WRITES)
        named = self._named(path, "open")
        if writing and named.place != INCOMING:
            self.refuse("open", f"{named.place}/{named.name}")
        if len(self._session.opened) >= MAX_OPEN_FILES:
            raise asyncssh.SFTPFailure(f"more than {MAX_OPEN_FILES} open files")
        file = _file(super().open(path, pflags, asyncssh.SFTPAttrs(permissions=0o644)))
        self._session.opened[file.fileno()] = Opened(named, writing)
        if writing:
            exclusive = bool(pflags & asyncssh.FXF_EXCL)
            self._counter.record.add("write_open", name=named.name, exclusive=exclusive)
        return file

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Hand out bytes, unless a scripted fault slows or cuts the line."""
        number = _file(file_obj).fileno()
        data = os.pread(number, size, offset)
        await self._drip(len(data))
        self._session.bytes_read += len(data)
        limit = self._counter.script.value(WireFault.CUT_READ, self._counter.bank)
        if limit is not None and self._session.bytes_read > limit:
            self._cut_if_armed(WireFault.CUT_READ)
        self._session.opened[number].bytes_read += len(data)
        return data

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Take in bytes, up to the largest file the bank accepts."""
        file = _file(file_obj)
        if offset + len(data) > MAX_FILE_BYTES:
            name = self._session.opened[file.fileno()].spot.name
            self._counter.record.add("too_large", name=name)
            raise asyncssh.SFTPFailure(f"a file has at most {MAX_FILE_BYTES} bytes")
        return os.pwrite(file.fileno(), data, offset)

    def close(self, file_obj: object) -> None:
        """Close, and write down what was read or what now lies there."""
        file = _file(file_obj)
        opened = self._session.opened.pop(file.fileno())
        if opened.writing:
            os.fsync(file.fileno())
        file.close()
        if opened.writing:
            self._wrote(opened.spot)
        elif opened.spot.place == OUTGOING:
            self._counter.record.add("read", name=opened.spot.name, bytes=opened.bytes_read)

    def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """List a directory, unless a scripted fault denies it."""
        if self._counter.fires(WireFault.DENY_LISTING):
            raise asyncssh.SFTPPermissionDenied("listing denied")
        return super().scandir(path)

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename inside incoming; an existing name is refused."""
        new = self._named(newpath, "rename")
        if self._counter.path(new).exists():
            raise asyncssh.SFTPFailure("the name is taken")
        self.posix_rename(oldpath, newpath)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename inside incoming, in place of what bears the name; a flag is acted upon."""
        old, new = self._named(oldpath, "rename"), self._named(newpath, "rename")
        if (old.place, new.place) != (INCOMING, INCOMING):
            self.refuse("rename", f"{new.place}/{new.name}")
        is_flag = new.name.endswith(FLAG_SUFFIX)
        if is_flag:
            self._cut_if_armed(WireFault.CUT_BEFORE_FLAG)
        replaced = self._counter.path(new).exists()
        self._counter.path(old).replace(self._counter.path(new))
        self._counter.record.add("rename", old=old.name, new=new.name, replaced=replaced)
        if is_flag:
            take_in(self._counter.root, self._counter.bank, new.name, self._counter.record)
            self._cut_if_armed(WireFault.CUT_AFTER_FLAG)

    def remove(self, path: bytes) -> None:
        """Remove from incoming what is not published yet; every attempt is written down."""
        named = self._named(path, "remove")
        allowed = named.place == INCOMING and not named.published
        name = f"{named.place}/{named.name}"
        self._counter.record.add("remove", name=name, allowed=allowed)
        if not allowed:
            raise asyncssh.SFTPPermissionDenied("what is published stays in place")
        self._counter.path(named).unlink()

    def refuse(self, operation: str, name: str = "") -> NoReturn:
        """Write down what was tried, and deny it."""
        self._counter.record.add("refused", operation=operation, name=name)
        raise asyncssh.SFTPPermissionDenied(f"{operation} is not for partners")

    def _named(self, path: bytes, operation: str) -> Spot:
        named = spot(path)
        if named is None:
            self.refuse(operation, _shown(path))
        return named

    def _wrote(self, written: Spot) -> None:
        path = self._counter.path(written)
        data = path.read_bytes() if path.exists() else b""  # it may have been renamed while open
        digest = hashlib.sha256(data).hexdigest()
        self._counter.record.add("write_close", name=written.name, size=len(data), sha256=digest)

    async def _drip(self, size: int) -> None:
        if not self._session.drip_rate:
            return
        patience = MAX_DRIP_SECONDS - self._session.dripped_seconds
        seconds = min(size / self._session.drip_rate, patience)
        self._session.dripped_seconds += seconds
        await asyncio.sleep(seconds)

    def _cut_if_armed(self, fault: WireFault) -> None:
        if self._counter.fires(fault):
            self.connection.abort()
            raise asyncssh.SFTPConnectionLost("the line is cut")


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "replace")[:MAX_SHOWN]


def _file(opened: object) -> io.FileIO:
    if not isinstance(opened, io.FileIO):
        raise asyncssh.SFTPFailure("not a plain file")
    return opened
