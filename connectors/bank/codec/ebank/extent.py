"""How far the cells of a workbook reach, counted before its reader makes room for them. 表格范围

The reader is Rust: room for cells that nobody can have ends the process, and nothing catches that.
"""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from xml.parsers import expat

from connectors.bank.codec.ebank.unreadable import Unreadable
from gateway.errors import Code, Finding

COLUMNS_MAX = 200
# Cells of all sheets, the empty ones between the filled included.
_AREA_MAX = 10_000_000
_UNPACKED_MAX = 256 * 1024 * 1024
_CHUNK = 1024 * 1024
_CELL_NAME = re.compile(r"([A-Z]{0,3})([0-9]{0,7})")
_COUNT = re.compile(r"[0-9]{1,7}")
_SHEETS, _STRINGS, _BOOK = "xl/worksheets/", "xl/sharedstrings.xml", "xl/workbook.xml"
# The reader tries these forms too, where the agreed one fails: their cells are not counted here.
_OTHER_BOOKS = frozenset({"content.xml", "xl/workbook.bin"})
_CELLS_FOLLOW = b"sheetData"
# What is done with each piece of a member; the last one is empty and True.
_Look = Callable[[bytes, bool], object]


class Extent:
    """The room that the cells of a workbook need. Raises Unreadable where it is too much."""

    def __init__(self, rows_max: int) -> None:
        self._rows_max, self._area = rows_max, 0
        self._rows = self._columns = 0

    def reach(self, row: int, column: int) -> None:
        """A cell of the sheet that is open, counted from 1."""
        if row > self._rows_max or column > COLUMNS_MAX:
            raise self.too_large()
        self._rows, self._columns = max(row, self._rows), max(column, self._columns)

    def close(self, times: int = 1) -> None:
        """The sheet is over; `times` how often the reader will read it."""
        self._area += self._rows * self._columns * times
        self._rows = self._columns = 0
        if self._area > _AREA_MAX:
            raise self.too_large()

    def too_large(self) -> Unreadable:
        """The error of a sheet that needs more than anybody agreed."""
        return Unreadable(Finding(Code.TOO_MANY_LINES, self._rows_max))


def require_small(data: bytes, rows_max: int) -> None:
    """Unpack an XLSX once, in pieces: neither a bomb nor a cell far outside reaches the reader."""
    extent, left = Extent(rows_max), _UNPACKED_MAX
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            for name in names:
                left = _unpacked(archive, name, left, _looking(name.lower(), extent))
                extent.close()
            _require_book({name.lower() for name in names}, len(names))
    except Unreadable:
        raise
    except Exception as broken:
        raise Unreadable(Finding(Code.MESSAGE_UNREADABLE)) from broken


def _require_book(names: set[str], count: int) -> None:
    """An XLSX and nothing else, no member of it twice."""
    if _BOOK not in names or names & _OTHER_BOOKS or len(names) != count:
        raise Unreadable(Finding(Code.MESSAGE_UNREADABLE))


def _unpacked(archive: zipfile.ZipFile, name: str, left: int, look: _Look) -> int:
    with archive.open(name) as member:
        while chunk := member.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise Unreadable(Finding(Code.FILE_TOO_LARGE))
            look(chunk, False)
    look(b"", True)
    return left


def _looking(name: str, extent: Extent) -> _Look:
    """What looks at the pieces of a member: cells may stand only where they are counted."""
    if name.startswith(_SHEETS) and name.endswith(".xml"):
        return _Sheet(extent).parser.Parse
    return _Sheet(extent).parser.Parse if name == _STRINGS else _Other().look


class _Other:
    """A member that may hold no cells."""

    def __init__(self) -> None:
        self._tail = b""

    def look(self, chunk: bytes, _: bool) -> None:
        """Raise Unreadable when cells follow."""
        if _CELLS_FOLLOW in self._tail + chunk:
            raise Unreadable(Finding(Code.MESSAGE_UNREADABLE))
        self._tail = chunk[-len(_CELLS_FOLLOW) :]


class _Sheet:
    """Expat's handlers over rows and cells; one that has no name stands behind the one before."""

    def __init__(self, extent: Extent) -> None:
        self._extent, self._row, self._column = extent, 0, 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._starts
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise Unreadable(Finding(Code.MESSAGE_UNREADABLE))

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._column += 1
            self._named(attributes)
        elif local == "row":
            self._row, self._column = self._row + 1, 0
            self._named(attributes)
        elif local == "sst":
            self._strings(attributes)

    def _named(self, attributes: dict[str, str]) -> None:
        if "r" in attributes:
            plain = _CELL_NAME.fullmatch(attributes["r"])
            if plain is None:
                raise Unreadable(Finding(Code.MESSAGE_UNREADABLE))
            self._row = int(plain[2] or self._row)
            self._column = _column(plain[1]) or self._column
        self._extent.reach(self._row, self._column)

    def _strings(self, attributes: dict[str, str]) -> None:
        """The reader makes room for as many texts as are announced."""
        for name in ("count", "uniqueCount"):
            if not _COUNT.fullmatch(attributes.get(name, "0")):
                raise self._extent.too_large()


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
