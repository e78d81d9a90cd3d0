"""A report as a workbook: numbers are numbers, texts are texts, sums are formulas. 电子表格

What banks wrote is written as a string whatever it looks like: nothing of theirs is ever a formula,
a link or a number. The same report gives the same bytes: no time of making, no locale.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from gateway.documents.tables import Cell, Kind, Look, Report, Row, Table, added_up

# what the format itself allows in one cell
_CELL_MAX = 32_767
_NAME_MAX = 31
# in characters: of a listing's column a millimetre, of the first page its columns
_WIDTH, _FIRST, _OTHER = 0.75, 30, 18
_FORMS = {Kind.TEXT: "@", Kind.COUNT: "#,##0", Kind.MONEY: "#,##0.00"}
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook knows no zones


@dataclass(frozen=True, slots=True)
class _Pen:
    """Where is written, and in which forms."""

    page: Worksheet
    forms: dict[tuple[Kind, Look], Format]
    head: Format


def to_xlsx(report: Report) -> bytes:
    """The report as XLSX: the short tables on one page, each listing on its own."""
    whole = io.BytesIO()
    book = Workbook(whole, {"in_memory": True})
    book.set_properties({"title": report.title, "created": _MADE})
    forms = {(kind, look): book.add_format(_form(kind, look)) for kind in Kind for look in Look}
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    first = _Pen(book.add_worksheet(_name(report.title)), forms, head)
    _front(first, report)
    for table in report.tables:
        if table.listing:
            pen = _Pen(book.add_worksheet(_name(table.title)), forms, head)
            _table(pen, table, 0)
            pen.page.freeze_panes(1, 0)
            if table.rows:
                pen.page.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    book.close()
    return whole.getvalue()


def _form(kind: Kind, look: Look) -> dict[str, object]:
    bold = look is not Look.PLAIN
    colour = {"font_color": "#8C1D1D"} if look is Look.BAD else {}
    return {"num_format": _FORMS[kind], "bold": bold, **colour}


def _name(title: str) -> str:
    """A page's name: the few signs that may not stand in one are left out."""
    return "".join(c for c in title if c not in "[]:*?/\\'")[:_NAME_MAX]


def _front(pen: _Pen, report: Report) -> None:
    pen.page.set_column(0, 0, _FIRST)
    pen.page.set_column(1, 12, _OTHER)
    lines = [(report.title, report.english), *report.facts, ("结论", report.conclusion)]
    for at, (name, value) in enumerate(lines):
        _text(pen, (at, 0), name, Look.STRONG)
        _text(pen, (at, 1), value, Look.PLAIN)
    at = len(lines) + 1
    for table in (one for one in report.tables if not one.listing):
        _text(pen, (at, 0), table.title, Look.STRONG)
        _text(pen, (at, 1), table.note, Look.PLAIN)
        at = _table(pen, table, at + 1) + 1
    _text(pen, (at, 0), report.foot, Look.PLAIN)


def _table(pen: _Pen, table: Table, at: int) -> int:
    """Write a table from a row on; returns the first row after it."""
    for place, column in enumerate(table.columns):
        pen.page.write_string(at, place, column.title, pen.head)
        if table.listing:
            pen.page.set_column(place, place, max(column.width * _WIDTH, len(column.title) * 2 + 2))
    for number, row in enumerate(added_up(table)):
        _row(pen, table, at + 1, (number, row))
    if not table.rows:
        _text(pen, (at + 1, 0), table.empty, Look.PLAIN)
    return at + 1 + max(len(table.rows), 1)


def _row(pen: _Pen, table: Table, first: int, numbered: tuple[int, Row]) -> None:
    number, row = numbered
    for place, column in enumerate(table.columns):
        spot, value = (first + number, place), row.cells[place]
        if table.rows[number].cells[place] is None and isinstance(value, int):
            form = pen.forms[column.kind, row.look]
            formula = _formula(row, first, place)
            pen.page.write_formula(*spot, formula, form, _number(column.kind, value))
        elif isinstance(value, int):
            number_ = _number(column.kind, value)
            pen.page.write_number(*spot, number_, pen.forms[column.kind, row.look])
        else:
            _text(pen, spot, value, row.look)


def _number(kind: Kind, value: int) -> float:
    """Yuan with two decimals, exact in a double up to thirteen digits before the point."""
    return value / 100 if kind is Kind.MONEY else value


def _text(pen: _Pen, spot: tuple[int, int], value: Cell, look: Look) -> None:
    if value not in (None, ""):
        pen.page.write_string(*spot, str(value)[:_CELL_MAX], pen.forms[Kind.TEXT, look])


def _formula(row: Row, first: int, place: int) -> str:
    added = "+".join(f"SUM({part})" for part in _ranges(row.adds, first, place)) or "0"
    taken = "".join(f"-SUM({part})" for part in _ranges(row.less, first, place))
    return f"={added}{taken}"


def _ranges(rows: Sequence[int], first: int, place: int) -> Iterator[str]:
    """Neighbours as one range: a sum of two thousand rows is one word."""
    begin = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or rows[end] != rows[end - 1] + 1:
            spots = (xl_rowcol_to_cell(first + rows[at], place) for at in (begin, end - 1))
            yield ":".join(spots)
            begin = end
