"""What a file says of itself: control totals, sums in a line, sequence. 控制总数"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from connectors.bank.codec.layouts import Control, Layout, Place, RowSum
from gateway.errors import Code, Finding


class ReadLine(Protocol):
    """A line as the reader gives it."""

    @property
    def number(self) -> int:
        """Its place in the file."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Its fields."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A file read: its lines, the totals told beside it, the numbers of lines left out."""

    header: ReadLine | None
    details: Sequence[ReadLine]
    trailer: ReadLine | None
    told: Mapping[str, int]
    held: frozenset[int] = frozenset()

    def declared(self, control: Control) -> tuple[int | None, int]:
        """What is declared for a control, None when it was not told, and on which line."""
        line = {Place.HEADER: self.header, Place.TRAILER: self.trailer}.get(control.place)
        if line is None:
            return self.told.get(control.total), 0
        return line.values[control.total], line.number


def control_findings(layout: Layout, whole: Whole) -> Iterator[Finding]:
    """Every control that does not hold, at the line where a person will look."""
    yield from _totals(layout, whole)
    for row_sum in layout.row_sums:
        yield from _unequal(layout, row_sum, whole.details)
    if layout.unique is not None:
        yield from _repeated(layout.unique, whole.details)
    if layout.sequence is not None:
        yield from _gap(layout.sequence, whole)
    if layout.rows_cap is not None and len(whole.details) >= layout.rows_cap:
        yield Finding(Code.ROWS_CAPPED, whole.details[-1].number)


def computed(control: Control, rows: Sequence[Mapping[str, Any]]) -> int:
    """What the details give for a control: lines, or fen."""
    chosen = [row for row in rows if _counts(control, row)]
    return sum(row[control.of] for row in chosen) if control.of else len(chosen)


def _totals(layout: Layout, whole: Whole) -> Iterator[Finding]:
    rows = [line.values for line in whole.details]
    for control in layout.controls:
        declared, line = whole.declared(control)
        found = computed(control, rows)
        if declared is not None and not _leaves_room(control, declared - found, len(whole.held)):
            code = Code.CONTROL_SUM_WRONG if control.is_sum else Code.CONTROL_COUNT_WRONG
            yield Finding(code, line, field=_title(layout, control))


def _leaves_room(control: Control, missing: int, held: int) -> bool:
    """Are the lines left out, and nothing else, able to explain what is missing of a total?

    No line left out: nothing may be missing. Otherwise every line is counted once, and what is
    counted or summed under a condition may be any part of the lines left out.
    """
    if not held or (control.of is None and control.where is None):
        return missing == held
    return missing >= 0 if control.is_sum else 0 <= missing <= held


def _title(layout: Layout, control: Control) -> str:
    fields = {field.name: field.title for record in layout.records for field in record.fields}
    return control.title or fields.get(control.total, control.total)


def _counts(control: Control, values: Mapping[str, Any]) -> bool:
    if control.where is None:
        return True
    value = values[control.where]
    if control.one_of is not None and value not in control.one_of:
        return False
    return control.none_of is None or value not in control.none_of


def _unequal(layout: Layout, row_sum: RowSum, details: Sequence[ReadLine]) -> Iterator[Finding]:
    """Every line whose parts are not its whole."""
    title = next(field.title for field in layout.detail.fields if field.name == row_sum.total)
    for line in details:
        if sum(line.values[name] for name in row_sum.of) != line.values[row_sum.total]:
            yield Finding(Code.CONTROL_SUM_WRONG, line.number, field=title)


def _repeated(name: str, details: Sequence[ReadLine]) -> Iterator[Finding]:
    """Every line whose serial stood on a line before."""
    seen: set[int] = set()
    for line in details:
        serial = line.values[name]
        if serial in seen:
            yield Finding(Code.SERIAL_REPEATED, line.number)
        seen.add(serial)


def _gap(name: str, whole: Whole) -> Iterator[Finding]:
    """The first line whose serial is not its place among the details, from 1."""
    before = 0 if whole.header is None else 1
    for line in whole.details:
        if line.values[name] != line.number - before:
            yield Finding(Code.SEQUENCE_BROKEN, line.number)
            return
