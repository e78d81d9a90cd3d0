"""One line's bytes → its record and the text of each field, cut as the layout says. 切分字段"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from connectors.bank.codec.fields import BadField
from connectors.bank.codec.layouts import ABSENT, Field, Form, Layout, Pad, Record, Terminator
from gateway.errors import Code

# How the decoders of Python call a character that ends too early: in a fixed field, a cut inside.
_CUT_INSIDE = frozenset({"incomplete multibyte sequence", "unexpected end of data"})


class BadLine(Exception):
    """A line that cannot be cut; carries the code and the byte in the line, never the bytes.

    `record` is the one whose mark it bears, None where it cannot be told.
    """

    def __init__(self, code: Code, column: int = 0, record: Record | None = None) -> None:
        super().__init__(code.name)
        self.code, self.column, self.record = code, column, record


@dataclass(frozen=True, slots=True)
class Cut:
    """A line cut into texts, one a field of its record."""

    record: Record
    texts: Sequence[str]


def cut(layout: Layout, number: int, row: bytes) -> Cut:
    """Cut line `number` (from 1). Raises BadLine with the first thing that is wrong with it."""
    return _CUTTERS[layout.form](layout, number, row)


def column(layout: Layout, line: Cut, index: int) -> int:
    """The byte in the line, from 1, at which the field of that index begins."""
    if layout.form is Form.FIXED:
        widths = [field.width for field in line.record.fields[:index]]
        return len(line.record.mark) + sum(widths) + 1
    marks = [line.record.tag] if line.record.tag else []
    before = layout.delimiter.join([*marks, *line.texts[:index], ""])
    return len((line.record.prefix + before).encode(layout.encoding)) + 1


def unpadded(field: Field, text: str) -> str:
    """A fixed field's own text. Raises BadField when what fills it up stands on the wrong side."""
    if not text.strip(" "):
        return ""
    if field.pad is Pad.ZEROS:
        return text.lstrip("0") or "0"
    own = text.rstrip(" ") if field.pad is Pad.RIGHT else text
    own = own.lstrip(" ") if field.pad is Pad.LEFT else own
    if own != own.strip(" "):
        raise BadField(Code.FIELD_FORMAT_WRONG)
    return own


def _delimited(layout: Layout, number: int, row: bytes) -> Cut:
    try:
        text = row.decode(layout.encoding)
    except UnicodeDecodeError as broken:
        raise BadLine(Code.ENCODING_INVALID, broken.start + 1) from None
    _whole_line(row)
    parts = text.split(layout.delimiter)
    record = _record(layout, number, lambda record: _begins(record, text, parts))
    fields = _unmarked(record, parts)
    count = len(record.fields)
    if not _ended(layout, count, fields):
        # where a field is missing, or the first one too many begins
        there = Cut(record, fields)
        wrong = len(row) + 1 if len(fields) <= count else column(layout, there, count)
        raise BadLine(Code.FIELD_COUNT_WRONG, wrong, record)
    return Cut(record, fields[:count])


def _begins(record: Record, text: str, parts: Sequence[str]) -> bool:
    return parts[0] == record.tag if record.tag else text.startswith(record.prefix)


def _unmarked(record: Record, parts: list[str]) -> list[str]:
    if record.tag:
        return parts[1:]
    return [parts[0][len(record.prefix) :], *parts[1:]]


def _ended(layout: Layout, count: int, parts: Sequence[str]) -> bool:
    """Are there as many fields as agreed, and does the last one end as agreed?"""
    # a mark without fields is a whole line
    agreed = Terminator.OPTIONAL if not count else layout.terminator
    if len(parts) == count:
        return agreed is not Terminator.REQUIRED
    return len(parts) == count + 1 and not parts[-1] and agreed is not Terminator.NONE


def _whole_line(row: bytes) -> None:
    """Neither half of a line end is the second byte of a character, so bytes may be looked at."""
    wrong = re.search(rb"[\r\n]", row)
    if wrong:
        raise BadLine(Code.LINE_END_WRONG, wrong.start() + 1)


def _fixed(layout: Layout, number: int, row: bytes) -> Cut:
    _whole_line(row)
    record = _record(layout, number, lambda record: row.startswith(record.mark.encode()))
    widths = [field.width for field in record.fields]
    ends = list(accumulate(widths, initial=len(record.mark)))
    if len(row) != ends[-1]:
        raise BadLine(Code.LINE_LENGTH_WRONG, min(len(row), ends[-1]) + 1, record)
    try:
        return Cut(record, [_piece(layout, row, start, end) for start, end in pairwise(ends)])
    except BadLine as bad:
        raise BadLine(bad.code, bad.column, record) from None


def _piece(layout: Layout, row: bytes, start: int, end: int) -> str:
    """The text of some bytes; a character that reaches over their end is cut in two (B34)."""
    try:
        return row[start:end].decode(layout.encoding)
    except UnicodeDecodeError as broken:
        split = broken.reason in _CUT_INSIDE
        code = Code.CHARACTER_SPLIT if split else Code.ENCODING_INVALID
        raise BadLine(code, start + broken.start + 1) from None


def _record(layout: Layout, number: int, begins: Callable[[Record], bool]) -> Record:
    """The record of a line: the one whose mark it bears, else the first line, else a detail."""
    for record in (layout.header, layout.trailer, layout.detail):
        if record.mark and begins(record):
            return record
    if number == 1 and layout.header is not ABSENT and not layout.header.mark:
        return layout.header
    if layout.detail.mark:
        raise BadLine(Code.RECORD_UNKNOWN, 1)
    return layout.detail


_CUTTERS: dict[Form, Callable[[Layout, int, bytes], Cut]] = {
    Form.DELIMITED: _delimited,
    Form.FIXED: _fixed,
}
