"""A report as values: facts, tables that add up, a conclusion; PDF and XLSX are made of it. 报表"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

Cell = str | int | None

_NUMERALS = "一二三四五六七八九十"


class Kind(Enum):
    """What stands in a column: text (accounts and serials too), a count, or money in fen."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"


class Look(Enum):
    """How much a row wants to be seen."""

    PLAIN = "plain"
    HEAD = "head"
    STRONG = "strong"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `width` is its share of the page, about a millimetre."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One row, a cell for each column.

    A row that adds up names other rows of its table: its counts and money that are None become the
    sum of the rows `adds` less those of `less`. In a workbook they are formulas.
    """

    cells: tuple[Cell, ...]
    look: Look = Look.PLAIN
    adds: tuple[int, ...] = ()
    less: tuple[int, ...] = ()

    @property
    def counted(self) -> bool:
        """Whether it is the sum of others."""
        return bool(self.adds or self.less)


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `empty` is said in place of rows. A `listing` may be long and is filtered."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    empty: str = "无"
    listing: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A document of tables. `at` dates it: it depends on what is told, never on when it is made."""

    title: str
    english: str
    facts: tuple[tuple[str, str], ...]
    conclusion: str
    sound: bool
    tables: tuple[Table, ...]
    at: datetime
    foot: str
    signatures: tuple[str, ...] = ("制表", "经办", "复核", "日期")


def added_up(table: Table) -> tuple[Row, ...]:
    """The rows with every sum filled in; a sum may add earlier sums."""
    done: list[Row] = []
    for row in table.rows:
        done.append(replace(row, cells=tuple(_cells(table, done, row))) if row.counted else row)
    return tuple(done)


def _cells(table: Table, done: Sequence[Row], row: Row) -> Iterator[Cell]:
    for place, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
        if cell is None and column.kind is not Kind.TEXT:
            yield _sum(done, row.adds, place) - _sum(done, row.less, place)
        else:
            yield cell


def _sum(done: Sequence[Row], which: Sequence[int], place: int) -> int:
    cells = (done[number].cells[place] for number in which)
    return sum(cell for cell in cells if isinstance(cell, int))


def with_total(title: str, rows: Sequence[Row], columns: Sequence[Column]) -> tuple[Row, ...]:
    """The rows and their sum; none where there is nothing to add up."""
    if not rows:
        return ()
    blank: list[Cell] = ["" if column.kind is Kind.TEXT else None for column in columns]
    blank[0] = title
    return (*rows, Row(tuple(blank), Look.STRONG, adds=tuple(range(len(rows)))))


def numbered(tables: Iterable[Table]) -> tuple[Table, ...]:
    """The tables, at most ten, each with its number before its title."""
    pairs = zip(_NUMERALS, tables, strict=False)
    return tuple(replace(table, title=f"{numeral}、{table.title}") for numeral, table in pairs)
