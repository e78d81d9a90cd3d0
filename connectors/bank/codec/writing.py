"""Values → bytes: a file written by its layout. 编码"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, time
from typing import Any

from connectors.bank.codec import pain
from connectors.bank.codec.controls import computed
from connectors.bank.codec.cutting import unpadded
from connectors.bank.codec.fields import BadField, read_field
from connectors.bank.codec.layouts import (
    ABSENT,
    Field,
    Form,
    Layout,
    Pad,
    Place,
    Record,
    Terminator,
)
from connectors.bank.model import DeductionRequestLine, SplitLine
from gateway.errors import Code, Finding
from gateway.money import format_yuan

Values = Mapping[str, Any]
Line = DeductionRequestLine | SplitLine
_NO_HEADER: Values = {}


def encode(layout: Layout, header: Values, details: Sequence[Values], trailer: Values) -> bytes:
    """Write a file. Raises ValueError when a value does not fit its field: nothing is cut.

    What is written can be read: each field is held to what the reader asks of it.
    """
    rows = [(layout.header, header)] if layout.header is not ABSENT else []
    rows += [(layout.detail, row) for row in details]
    rows += [(layout.trailer, trailer)] if layout.trailer is not ABSENT else []
    return b"".join(written(layout, record, values) for record, values in rows)


def encode_lines(layout: Layout, lines: Sequence[Line], header: Values = _NO_HEADER) -> bytes:
    """Write a batch or its split; the totals a header or trailer has come from the lines.

    Raises ValueError, naming the field, for a line that `unfit` would name.
    """
    if layout.form is Form.PAIN_REQUEST:
        asked = [_asked(line) for line in lines]
        return pain.encode_request(pain.request_options_of(layout.options), asked, header)
    rows = [line_values(line) for line in lines]
    totals = {place: _totals(layout, place, rows) for place in Place}
    return encode(layout, {**header, **totals[Place.HEADER]}, rows, totals[Place.TRAILER])


def totals_of(layout: Layout, lines: Sequence[Line]) -> Mapping[str, int]:
    """Every control total of these lines, count and fen, by the layout's name for it."""
    rows = [line_values(line) for line in lines]
    return {each.total: computed(each, rows) for each in layout.controls}


def unfit(layout: Layout, line: Line) -> Finding | None:
    """What keeps a line out of a file of this layout, None when it fits.

    The name longer than its field, the character that cannot be encoded, the delimiter in a text,
    the parts that do not make their sum: one line is left out with a reason, not the batch.
    """
    if layout.form is Form.PAIN_REQUEST:
        return pain.unfit(_asked(line))
    values = line_values(line)
    for field in layout.detail.fields:
        try:
            _text(layout, field, values.get(field.name))
        except BadField as bad:
            return Finding(bad.code, field=field.title)
    titles = {field.name: field.title for field in layout.detail.fields}
    for row_sum in layout.row_sums:
        if sum(values[name] for name in row_sum.of) != values[row_sum.total]:
            return Finding(Code.CONTROL_SUM_WRONG, field=titles[row_sum.total])
    return None


def _asked(line: Line) -> DeductionRequestLine:
    """A line of a batch: ISO 20022 has no message for a split."""
    if not isinstance(line, DeductionRequestLine):
        raise TypeError("a split is no direct debit")
    return line


def line_values(line: Line) -> Values:
    """A line by the names layouts use: amounts without `_fen`."""
    return {field.name.removesuffix("_fen"): getattr(line, field.name) for field in fields(line)}


def written(layout: Layout, record: Record, values: Values) -> bytes:
    """One line's bytes, its line end with it. Raises ValueError when a value does not fit."""
    texts = []
    for field in record.fields:
        try:
            texts.append(_text(layout, field, values.get(field.name)))
        except BadField as bad:
            raise ValueError(f"{field.name}: {bad.code.name}") from bad
    return joined(layout, record, texts)


def joined(layout: Layout, record: Record, texts: Sequence[str]) -> bytes:
    """A line of fields that are text already."""
    newline = layout.newline.encode()
    if layout.form is Form.FIXED:
        pairs = zip(record.fields, texts, strict=True)
        cells = [_padded(field, text.encode(layout.encoding)) for field, text in pairs]
        return b"".join([record.mark.encode(), *cells, newline])
    marks = [record.tag] if record.tag else []
    ends = [""] if _ended(layout, record) else []
    text = record.prefix + layout.delimiter.join([*marks, *texts, *ends])
    return text.encode(layout.encoding) + newline


def _ended(layout: Layout, record: Record) -> bool:
    """Is the last field ended as the others are? A mark alone never is."""
    return bool(record.fields) and layout.terminator is not Terminator.NONE


def _totals(layout: Layout, place: Place, rows: Sequence[Values]) -> dict[str, int]:
    return {each.total: computed(each, rows) for each in layout.controls if each.place is place}


def _text(layout: Layout, field: Field, value: Any) -> str:
    """The text of a value, held to what the reader asks. Raises BadField."""
    text = field.equals if field.equals is not None else _said(field, value)
    if "\n" in text or "\r" in text or (layout.delimiter and layout.delimiter in text):
        raise BadField(Code.FIELD_FORMAT_WRONG)
    try:
        size = len(text.encode(layout.encoding))
    except UnicodeEncodeError as unknown:
        raise BadField(Code.ENCODING_INVALID) from unknown
    if layout.form is Form.FIXED:
        _holds(field, text, size)
    read_field(field, text, layout.encoding)
    return text


def _said(field: Field, value: Any) -> str:
    return "" if value is None else _WRITERS[field.type](value)


def _holds(field: Field, text: str, size: int) -> None:
    """A fixed field must give back the text put into it."""
    if size > field.width or (field.pad is Pad.NONE and size not in (0, field.width)):
        raise BadField(Code.FIELD_TOO_LONG)
    if text and unpadded(field, text) != text:
        raise BadField(Code.FIELD_FORMAT_WRONG)


def _padded(field: Field, data: bytes) -> bytes:
    if field.pad is Pad.ZEROS and data:
        return data.rjust(field.width, b"0")
    return data.rjust(field.width) if field.pad is Pad.LEFT else data.ljust(field.width)


def _date(day: date) -> str:
    return f"{day:%Y%m%d}"


def _time(moment: time) -> str:
    return f"{moment:%H%M%S}"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "digits": str,
    "count": str,
    "yuan": format_yuan,
    "signed_yuan": format_yuan,
    "cents": str,
    "signed_cents": str,
    "date": _date,
    "dashed_date": date.isoformat,
    "time": _time,
    "colon_time": time.isoformat,
}
