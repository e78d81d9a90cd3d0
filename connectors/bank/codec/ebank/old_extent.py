"""How far the cells of an XLS reach: a compound file's streams, their records. XLS 范围"""

import struct
from array import array
from collections import Counter
from collections.abc import Iterator

from connectors.bank.codec.ebank.extent import Extent
from connectors.bank.codec.ebank.unreadable import Unreadable
from gateway.errors import Code, Finding

_SHIFTS = (9, 12)
_ENTRY = 128
_SMALL = 4096  # a stream below it lies in the small sectors
_SMALL_SHIFT = 6
_STREAMS = frozenset({"workbook", "book"})
_SHEETS_MAX = 100
_END, _SHEET, _SEVERAL = 0x0A, 0x85, 0xBD
# Every record that is a cell begins with its row and its column.
_CELLS = frozenset(
    {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0xBD, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x206, 0x27E, 0x406}
)


def require_near(data: bytes, rows_max: int) -> None:
    """Raise Unreadable for an XLS with a cell far outside, or that is no compound file at all."""
    extent = Extent(rows_max)
    try:
        for stream in _Compound(data).streams():
            sheets = Counter(_sheets(stream))
            if len(sheets) > _SHEETS_MAX:
                raise Unreadable(Finding(Code.MESSAGE_UNREADABLE))
            for start, times in sheets.items():
                _reach(stream, start, extent)
                extent.close(times)
    except (struct.error, IndexError, ValueError) as broken:
        raise Unreadable(Finding(Code.MESSAGE_UNREADABLE)) from broken


def _sheets(stream: bytes) -> Iterator[int]:
    """Where each sheet begins; the beginning of the stream may be one itself."""
    yield 0
    for kind, at, _ in _records(stream, 0):
        if kind == _SHEET:
            yield struct.unpack_from("<I", stream, at)[0]


def _reach(stream: bytes, start: int, extent: Extent) -> None:
    for kind, at, length in _records(stream, start):
        if kind in _CELLS and length >= 4:
            row, column = struct.unpack_from("<HH", stream, at)
            # several numbers of six bytes each, between row, first and last column
            more = length // 6 if kind == _SEVERAL else 1
            extent.reach(row + 1, column + more)


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of each record up to the end of the sheet."""
    at = start
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _END or at + 4 + length > len(stream):
            return
        yield kind, at + 4, length
        at += 4 + length


class _Compound:
    """A compound file: sectors, chained by a table."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._shift, self._small_shift = struct.unpack_from("<HH", data, 30)
        if self._shift not in _SHIFTS or self._small_shift != _SMALL_SHIFT:
            raise ValueError
        first, self._small_first = (struct.unpack_from("<I", data, at)[0] for at in (48, 60))
        self._table = self._chains()
        self._entries = self._chained(first)

    def streams(self) -> Iterator[bytes]:
        """Each stream that may be the workbook."""
        for at in range(0, len(self._entries) - _ENTRY + 1, _ENTRY):
            length = struct.unpack_from("<H", self._entries, at + 64)[0]
            name = self._entries[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
            if name.lower() in _STREAMS:
                yield self._stream(*struct.unpack_from("<II", self._entries, at + 116))

    def _stream(self, first: int, size: int) -> bytes:
        if size >= _SMALL:
            return self._chained(first)[:size]
        whole = self._chained(struct.unpack_from("<I", self._entries, 116)[0])
        table = array("I", self._chained(self._small_first))
        return _joined(whole, table, first, _SMALL_SHIFT, 0)[:size]

    def _chains(self) -> "array[int]":
        """The table: for each sector the one behind it."""
        listed = array("I", self._data[76:512])
        at, left = struct.unpack_from("<II", self._data, 68)
        while left and at < 0xFFFFFFFA and len(listed) * 4 <= len(self._data):
            more = array("I", self._sector(at))
            at = more.pop()
            listed += more
        table = array("I")
        for sector in listed:
            if sector < 0xFFFFFFFA:
                table.frombytes(self._sector(sector))
        return table

    def _sector(self, number: int) -> bytes:
        start = (number + 1) << self._shift
        found = self._data[start : start + (1 << self._shift)]
        return found if len(found) == 1 << self._shift else b""

    def _chained(self, first: int) -> bytes:
        return _joined(self._data, self._table, first, self._shift, 1)


def _joined(data: bytes, table: "array[int]", first: int, shift: int, skipped: int) -> bytes:
    """The sectors of a chain, one behind the other. Raises ValueError for one without end."""
    found: list[bytes] = []
    number = first
    while number < len(table):
        if len(found) > len(table):
            raise ValueError
        start = (number + skipped) << shift
        found.append(data[start : start + (1 << shift)])
        number = table[number]
    return b"".join(found)
