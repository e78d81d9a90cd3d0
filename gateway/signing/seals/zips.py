"""ZIP files read strictly: no gap, no second meaning, never more than was promised. ZIP 读取"""

import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from struct import Struct
from typing import BinaryIO

STORED, DEFLATED = 0, 8
_CHUNK = 1024 * 1024
_UTF8 = 0x0800
# One way to write it: by Unix, a plain file for everybody's eyes, version 2.0, on 1980-01-01.
MAKER, MODE = 0x0314, 0o100644 << 16
_NO_TIME = (20, 0, 1 << 5 | 1)
_DIRECTORY_BYTES_MAX = 1024 * 1024
# APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16
_LOCAL = Struct("<4s5H3I2H")
_CENTRAL = Struct("<4s6H3I5H2I")
_END = Struct("<4s4H2IH")


class Unsound(ValueError):
    """The archive is not built as agreed; the text says how and holds nothing of its content."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold; a member larger than `free` may not grow more than `ratio`."""

    members: int = 2_000
    bytes: int = 2_000_000_000
    free: int = 16 * 1024 * 1024
    ratio: int = 200


@dataclass(frozen=True, slots=True)
class Member:
    """One member: where its packed bytes lie, and what it promises to be."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int


def read_members(file: BinaryIO, limits: Limits) -> tuple[Member, ...]:
    """The members in order. Raises Unsound.

    The profile is narrow on purpose: members lie one after the other without gap, local headers
    say what the central directory says, nothing is extra, encrypted, split, commented or ZIP64.
    """
    entries, directory_at = _directory(file, limits)
    members: list[Member] = []
    expected = 0
    for entry, offset in entries:
        _must(offset == expected, "members do not lie one after the other")
        member = _local(file, entry, offset)
        expected = member.start + member.packed
        members.append(member)
    _must(expected == directory_at, "bytes between members and directory")
    # two names that a file system takes for one would overwrite each other
    _must(len({member.name.casefold() for member in members}) == len(members), "a name twice")
    _must(sum(member.size for member in members) <= limits.bytes, "too large")
    return tuple(members)


def chunks(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """A member's content, a piece at a time, none larger than 1 MiB. Raises Unsound."""
    crc = done = 0
    for piece in _unpacked(file, member):
        crc, done = zlib.crc32(piece, crc), done + len(piece)
        _must(done <= member.size, "more content than promised")
        yield piece
    _must(done == member.size and crc == member.crc, "content is not what was promised")


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise Unsound(what)


def _directory(file: BinaryIO, limits: Limits) -> tuple[list[tuple[Member, int]], int]:
    """Entries of the central directory with the offsets they state, and where it begins."""
    size = file.seek(0, 2)
    _must(size >= _END.size, "too short")
    file.seek(size - _END.size)
    signature, disk, start_disk, here, total, length, offset, comment = _END.unpack(
        file.read(_END.size)
    )
    _must(signature == b"PK\5\6" and comment == 0, "no end record at the end")
    _must((disk, start_disk) == (0, 0) and here == total, "split")
    _must(0 < total <= limits.members, "too many members, or none")
    _must(length <= _DIRECTORY_BYTES_MAX, "directory too large")
    _must(offset + length + _END.size == size, "bytes around the directory")
    file.seek(offset)
    raw = file.read(length)
    entries, at = [], 0
    for _ in range(total):
        member, stated, at = _entry(raw, at, limits)
        entries.append((member, stated))
    _must(at == length, "bytes after the directory's last entry")
    return entries, offset


def _entry(raw: bytes, at: int, limits: Limits) -> tuple[Member, int, int]:
    """One entry of the directory, the offset it states, and where the next one begins."""
    _must(at + _CENTRAL.size <= len(raw), "directory cut short")
    fields = _CENTRAL.unpack_from(raw, at)
    signature, maker, needed, flags, method, time, day, crc, packed, size = fields[:10]
    name_length, extra, comment, disk, internal, mode, offset = fields[10:]
    _must(signature == b"PK\1\2", "no directory entry")
    _must((extra, comment, disk) == (0, 0, 0), "extra field or comment")
    _must(flags & ~_UTF8 == 0, "encrypted or streamed")
    _must((maker, internal, mode) == (MAKER, 0, MODE), "no plain file")
    _must((needed, time, day) == _NO_TIME, "a time, or a version")
    _must(method in (STORED, DEFLATED), "method")
    _must(method == DEFLATED or packed == size, "stored size")
    _must(size <= max(packed * limits.ratio, limits.free), "grows too much")
    at += _CENTRAL.size
    name = _name(raw[at : at + name_length], name_length, flags)
    return Member(name, method, crc, packed, size, 0), offset, at + name_length


def _name(raw: bytes, length: int, flags: int) -> str:
    _must(0 < len(raw) == length, "name cut short")
    _must(raw.isascii() == (flags == 0), "name's encoding")
    try:
        name = raw.decode()
    except UnicodeDecodeError as wrong:
        raise Unsound("name is no text") from wrong
    _must(is_safe_name(name), "unsafe name")
    return name


def is_safe_name(name: str) -> bool:
    """Whether a name stays below the directory it is unpacked into, on any system."""
    parts = name.split("/")
    return (
        name.isprintable()
        and len(name.encode()) <= 255
        and unicodedata.is_normalized("NFC", name)
        and not set('\\:*?"<>|') & set(name)
        and all(part.strip(" .") == part != "" for part in parts)
    )


def _local(file: BinaryIO, entry: Member, offset: int) -> Member:
    """The entry with the place of its bytes; its local header must say the same."""
    file.seek(offset)
    raw = file.read(_LOCAL.size)
    _must(len(raw) == _LOCAL.size, "local header cut short")
    signature, needed, flags, method, time, day, crc, packed, size, length, extra = _LOCAL.unpack(
        raw
    )
    _must(signature == b"PK\3\4" and extra == 0, "no local header")
    _must(flags & ~_UTF8 == 0, "encrypted or streamed")
    name = _name(file.read(length), length, flags)
    said = Member(name, method, crc, packed, size, 0)
    _must((needed, time, day) == _NO_TIME and said == entry, "local header and directory differ")
    return replace(entry, start=offset + _LOCAL.size + length)


def _unpacked(file: BinaryIO, member: Member) -> Iterator[bytes]:
    left, at = member.packed, member.start
    unpack = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == DEFLATED else None
    while left:
        file.seek(at)
        raw = file.read(min(left, _CHUNK))
        _must(bool(raw), "cut short")
        left, at = left - len(raw), at + len(raw)
        if unpack is None:
            yield raw
        else:
            yield from _inflated(unpack, raw)
    _must(unpack is None or (unpack.eof and not unpack.unused_data), "deflate stream")


def _inflated(unpack: "zlib._Decompress", raw: bytes) -> Iterator[bytes]:
    """What a piece unpacks to; a promise to be small is kept by the caller, who stops us."""
    try:
        piece = b"more"
        # a full piece may have another one behind it, also when nothing is left to read
        while not unpack.eof and (raw or len(piece) == _CHUNK):
            piece = unpack.decompress(raw, _CHUNK)
            raw = unpack.unconsumed_tail
            if piece:
                yield piece
    except zlib.error as wrong:
        raise Unsound("deflate stream") from wrong
    _must(not raw and not unpack.unused_data, "deflate stream")
