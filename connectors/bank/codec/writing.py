"""Values → bytes: a file written by its layout. 编码"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from typing import Any

from connectors.bank.codec.fields import BadField, read_field
from connectors.bank.codec.layouts import Field, Layout, Record
from gateway.money import format_yuan

Values = Mapping[str, Any]


def encode(layout: Layout, header: Values, details: Sequence[Values], trailer: Values) -> bytes:
    """Write a file. Raises ValueError when a value does not fit its field: nothing is cut.

    What is written can be read: each field is held to what the reader asks of it.
    """
    rows = [(layout.header, header), *((layout.detail, row) for row in details)]
    rows.append((layout.trailer, trailer))
    text = "".join(_line(layout, record, values) for record, values in rows)
    return text.encode(layout.encoding)


def _line(layout: Layout, record: Record, values: Values) -> str:
    fields = [_field(layout, field, values) for field in record.fields]
    return layout.delimiter.join([record.tag, *fields, ""]) + layout.newline


def _field(layout: Layout, field: Field, values: Values) -> str:
    if field.equals is not None:
        return field.equals
    value = values.get(field.name)
    text = "" if value is None else _WRITERS[field.type](value)
    if layout.delimiter in text or "\n" in text or "\r" in text:
        raise ValueError(f"{field.name} holds a delimiter")
    try:
        read_field(field, text, layout.encoding)
    except BadField as unfit:
        raise ValueError(f"{field.name}: {unfit.code.name}") from unfit
    return text


def _date(day: date) -> str:
    return f"{day:%Y%m%d}"


def _time(moment: time) -> str:
    return f"{moment:%H%M%S}"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "digits": str,
    "count": str,
    "yuan": format_yuan,
    "date": _date,
    "time": _time,
}
