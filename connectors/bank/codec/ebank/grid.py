"""Bytes → rows of cells, by what the bytes are and not by the file's name. 表格读取"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from connectors.bank.codec.ebank.sheets import sheet_rows
from connectors.bank.codec.ebank.unreadable import Unreadable
from gateway.errors import Code, Finding

Value = str | float | bool | date | datetime | time | timedelta
_XLSX, _XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_QUOTE = '"'
_CELLS_MAX, _CELL_MAX = 200, 4000


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and where it stands: byte of its line in a text, number of its column in a sheet."""

    value: Value
    column: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty, with its line from 1."""

    line: int
    cells: Sequence[Cell]

    def at(self, index: int) -> Cell:
        """The cell of a column; an empty one behind the last."""
        return self.cells[index] if index < len(self.cells) else Cell("", 0)


def is_sheet(data: bytes) -> bool:
    """Whether this is a workbook, old or new."""
    return data.startswith((_XLSX, _XLS))


def rows_of_sheet(data: bytes, rows_max: int) -> Iterator[Row]:
    """The rows of a workbook's only sheet that has any. Raises Unreadable."""
    for line, values in enumerate(sheet_rows(data, rows_max), start=1):
        cells = [Cell(value, column) for column, value in enumerate(values, start=1)]
        if any(cell.value != "" for cell in cells):
            yield Row(line, cells)


def rows_of_text(data: bytes, encoding: str, delimiter: str, rows_max: int) -> Iterator[Row]:
    """The rows of a delimited text, quotes taken off. Raises Unreadable."""
    data, encoding = _unmarked(data, encoding)
    lines = _lines(data, encoding, rows_max)
    for number, text in lines:
        cells = _cells(number, text, delimiter, encoding)
        if any(str(cell.value).strip() for cell in cells):
            yield Row(number, cells)


def _unmarked(data: bytes, encoding: str) -> tuple[bytes, str]:
    """A byte order mark is stronger than what was agreed: it can be nothing else."""
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :], marked
    return data, encoding


def _lines(data: bytes, encoding: str, rows_max: int) -> Iterator[tuple[int, str]]:
    """Lines and their numbers; each is decoded alone, so that a fault has its line."""
    end = "\n".encode(encoding)
    start = 0
    for number in range(1, rows_max + 1):
        stop = _line_end(data, end, start)
        yield number, _text(data[start:stop], encoding, number).rstrip("\r")
        start = stop + len(end)
        if start >= len(data):
            return
    raise Unreadable(Finding(Code.TOO_MANY_LINES, rows_max))


def _line_end(data: bytes, end: bytes, start: int) -> int:
    """Where the line ends; a line end of two bytes begins on an even one."""
    stop = data.find(end, start)
    while stop >= 0 and (stop - start) % len(end):
        stop = data.find(end, stop + 1)
    return len(data) if stop < 0 else stop


def _text(row: bytes, encoding: str, number: int) -> str:
    try:
        return row.decode(encoding)
    except UnicodeDecodeError as broken:
        raise Unreadable(Finding(Code.ENCODING_INVALID, number, broken.start + 1)) from broken


def _cells(number: int, text: str, delimiter: str, encoding: str) -> list[Cell]:
    """One line's fields; a quoted one may hold the delimiter, and its own quote doubled."""
    cells: list[Cell] = []
    start = 0
    while start <= len(text):
        column = len(text[:start].encode(encoding)) + 1
        value, start = _field(number, text, start, delimiter)
        if len(cells) >= _CELLS_MAX or len(value) > _CELL_MAX:
            raise Unreadable(Finding(Code.FIELD_TOO_LONG, number, column))
        cells.append(Cell(value, column))
    return cells


def _field(number: int, text: str, start: int, delimiter: str) -> tuple[str, int]:
    """The field that begins at `start`, and where the next one does."""
    if not text.startswith(_QUOTE, start):
        end = text.find(delimiter, start)
        end = len(text) if end < 0 else end
        return text[start:end], end + len(delimiter)
    end = text.find(_QUOTE, start + 1)
    while end >= 0 and text.startswith(_QUOTE, end + 1):
        end = text.find(_QUOTE, end + 2)
    after = end + 1
    if end < 0 or (after < len(text) and not text.startswith(delimiter, after)):
        raise Unreadable(Finding(Code.FIELD_FORMAT_WRONG, number, field="引号"))
    return text[start + 1 : end].replace(_QUOTE * 2, _QUOTE), after + len(delimiter)
