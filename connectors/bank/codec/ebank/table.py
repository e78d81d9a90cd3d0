"""Where the lines are: labels above, header row, totals and notes below. 表头与区段识别"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from connectors.bank.codec.ebank.grid import Cell, Row, Value
from connectors.bank.codec.ebank.options import EbankOptions
from connectors.bank.codec.ebank.unreadable import Unreadable
from gateway.errors import Code, Finding

# a header row stands near the top, or there is none
_PREAMBLE_MAX = 60
_COLON = re.compile("[:：]")


class Part(Enum):
    """What a row below the header is."""

    DATA = "data"
    HEADER = "header"
    TOTALS = "totals"
    BESIDE = "beside"
    NOTES = "notes"


@dataclass(slots=True)
class Table:
    """One export taken apart: values by label, columns by name, rows by what they are."""

    labels: dict[str, tuple[int, Cell]] = field(default_factory=dict)
    columns: Mapping[str, int] = field(default_factory=dict)
    header: int = 0
    data: list[Row] = field(default_factory=list)
    totals: list[Row] = field(default_factory=list)

    def place(self, name: str) -> tuple[int, int]:
        """Line and column of a label's value, the header row's line where it is not there."""
        if name not in self.labels:
            return self.header, 0
        line, cell = self.labels[name]
        return line, cell.column


def table_of(rows: Iterable[Row], options: EbankOptions) -> Table:
    """Take an export apart; every row below the header is something, none is passed over.

    Raises Unreadable when there is no header row, or data stands behind the notes.
    """
    table = Table()
    ended = False
    for count, row in enumerate(rows):
        if not table.columns:
            _above(table, row, options)
            if not table.columns and count >= _PREAMBLE_MAX:
                break
            continue
        part = _part(table, row, options)
        if ended and part in (Part.DATA, Part.TOTALS):
            raise Unreadable(Finding(Code.DATA_AFTER_TRAILER, row.line))
        # the header again is a new page, whatever stood at the foot of the one before
        ended = part is Part.NOTES or (ended and part is not Part.HEADER)
        if part is Part.DATA:
            table.data.append(row)
        elif part is Part.TOTALS:
            table.totals.append(row)
    if not table.columns:
        raise Unreadable(Finding(Code.HEADER_MISSING, 1))
    return table


def _above(table: Table, row: Row, options: EbankOptions) -> None:
    table.columns = _columns(row, options)
    table.header = row.line
    if not table.columns:
        _take_labels(table, row, options)


def _columns(row: Row, options: EbankOptions) -> Mapping[str, int]:
    """The column of each name when every one of them stands in this row, else nothing."""
    titles = [_plain(str(cell.value)) for cell in row.cells]
    found: dict[str, int] = {}
    for name, wanted in options.columns.items():
        plain = [_plain(title) for title in wanted]
        places = [index for index, title in enumerate(titles) if title in plain]
        if not places:
            return {}
        if len(places) > 1:
            raise Unreadable(Finding(Code.FIELD_COUNT_WRONG, row.line, field=wanted[0]))
        found[name] = places[0]
    return found


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _take_labels(table: Table, row: Row, options: EbankOptions) -> bool:
    """Values by their labels: `账号：6222…` in one cell, or the next cell that is filled."""
    taken = False
    for index, cell in enumerate(row.cells):
        if not isinstance(cell.value, str):
            continue
        title, colon, rest = _split(cell.value)
        name = _name_of(title, options)
        if name is None:
            continue
        value = Cell(rest, cell.column) if rest else _value(row.cells[index + 1 :], options)
        if value is None and not colon:
            continue
        if name in table.labels and table.labels[name][1].value != (value and value.value):
            raise Unreadable(Finding(Code.FIELD_COUNT_WRONG, row.line, cell.column, title))
        table.labels[name] = (row.line, value or Cell("", cell.column))
        taken = True
    return taken


def _split(text: str) -> tuple[str, str, str]:
    """Label, colon, and what stands behind it in the same cell."""
    colon = _COLON.search(text)
    if colon is None:
        return _plain(text), "", ""
    return _plain(text[: colon.start()]), colon.group(), text[colon.end() :].strip()


def _name_of(title: str, options: EbankOptions) -> str | None:
    titles = ((name, each) for name, every in options.labels.items() for each in every)
    return next((name for name, each in titles if _plain(each) == title), None)


def _next(cells: Sequence[Cell]) -> Cell | None:
    return next((cell for cell in cells if str(cell.value).strip()), None)


def _value(cells: Sequence[Cell], options: EbankOptions) -> Cell | None:
    """The next filled cell, when it is not the next label."""
    found = _next(cells)
    if found is None or _name_of(_split(str(found.value))[0], options) is not None:
        return None
    return found


def _part(table: Table, row: Row, options: EbankOptions) -> Part:
    """What a row below the header is; whatever nobody knows is data, and must be readable."""
    if _begins_with_digit(row.at(table.columns["date"]).value):
        return Part.DATA
    first = _next(row.cells)
    word = _plain(str(first.value)) if first else ""
    if _columns(row, options):
        return Part.HEADER
    if word.startswith(tuple(map(_plain, options.subtotals))):
        return Part.BESIDE
    if word.startswith(tuple(map(_plain, options.totals))):
        _take_labels(table, row, options)
        return Part.TOTALS
    if word.startswith(tuple(map(_plain, options.notes))) or _take_labels(table, row, options):
        return Part.NOTES
    return Part.DATA


def _begins_with_digit(value: Value) -> bool:
    """Digits of any script: such a row is data, and refused where its date is none of ours."""
    return str(value).lstrip("'=\" \t\u3000")[:1].isdigit()
