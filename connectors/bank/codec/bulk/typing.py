"""A field's texts → its values, all lines at once, as the field reader has them. 类型"""

from collections.abc import Callable

import polars as pl

from connectors.bank.codec.bulk.plain import NotPlain
from connectors.bank.codec.layouts import Field

_YUAN = r"^(?:0|[1-9][0-9]{0,12})\.[0-9]{2}$"
_COUNT = r"^(?:0|[1-9][0-9]{0,8})$"
_DAY = r"^[0-9]{8}$"
_TIME = r"^(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]$"
# no character takes more in any encoding we know
_BYTES_A_CHARACTER = 4


def _fen(text: pl.Expr) -> pl.Expr:
    return text.str.replace(".", "", literal=True).cast(pl.Int64, strict=False)


def _day(text: pl.Expr) -> pl.Expr:
    return text.str.to_date("%Y%m%d", strict=False)


def _time(text: pl.Expr) -> pl.Expr:
    return text.str.to_time("%H%M%S", strict=False)


def _same(text: pl.Expr) -> pl.Expr:
    return text


# How a field of a type must look, and what it becomes; an empty one that may be empty is null
# (amounts, days, times) or as it is (texts), and a count 0, exactly as the field reader says.
_FORMS: dict[str, tuple[str | None, Callable[[pl.Expr], pl.Expr]]] = {
    "text": (None, _same),
    "digits": (r"^[0-9]+$", _same),
    "count": (_COUNT, lambda text: text.cast(pl.Int32, strict=False)),
    "yuan": (_YUAN, _fen),
    "cents": (r"^[0-9]{1,15}$", lambda text: text.cast(pl.Int64, strict=False)),
    "date": (_DAY, _day),
    "time": (_TIME, _time),
}
_TEXTS = frozenset({"text", "digits"})


def typed(lines: pl.DataFrame, fields: tuple[Field, ...], encoding: str) -> pl.DataFrame:
    """The lines with each field as its value. Raises NotPlain when any field is not as it must be.

    A type that is not read in blocks is not plain either.
    """
    if any(field.type not in _FORMS for field in fields):
        raise NotPlain
    good = lines.select(pl.all_horizontal([_is_good(field) for field in fields]).all()).item()
    if good is False:
        raise NotPlain
    for field in fields:
        if field.max_bytes is not None:
            _require_short(lines.get_column(field.name), field.max_bytes, encoding)
    values = lines.with_columns(_value(field) for field in fields)
    # a day or time that looks like one and is none has become null
    if values.select(pl.any_horizontal([_is_lost(field, lines) for field in fields]).any()).item():
        raise NotPlain
    return values


def _is_good(field: Field) -> pl.Expr:
    text = pl.col(field.name)
    pattern, _ = _FORMS[field.type]
    checks = []
    if pattern is not None:
        checks.append(text.str.contains(pattern))
    if field.length is not None:
        checks.append(text.str.len_chars() == field.length)
    if field.equals is not None:
        checks.append(text == field.equals)
    if field.one_of is not None:
        checks.append(text.is_in(list(field.one_of)))
    if not field.empty:
        checks.append(text != "")
        return pl.all_horizontal(checks)
    return (text == "") | pl.all_horizontal(checks) if checks else pl.lit(value=True)


def _require_short(texts: pl.Series, most: int, encoding: str) -> None:
    """Only texts that could be too long in the file's encoding are measured one by one."""
    doubtful = texts.filter(texts.str.len_chars() * _BYTES_A_CHARACTER > most)
    ascii_only = doubtful.str.len_bytes() == doubtful.str.len_chars()
    if (doubtful.filter(ascii_only).str.len_bytes() > most).any():
        raise NotPlain
    if any(len(text.encode(encoding)) > most for text in doubtful.filter(~ascii_only)):
        raise NotPlain


def _value(field: Field) -> pl.Expr:
    _, convert = _FORMS[field.type]
    value = convert(pl.col(field.name))
    return (value.fill_null(0) if field.type == "count" else value).alias(field.name)


def _is_lost(field: Field, lines: pl.DataFrame) -> pl.Expr:
    """Whether a value is null although its field was not empty."""
    if field.type in _TEXTS or field.type == "count":
        return pl.lit(value=False)
    return pl.col(field.name).is_null() & (lines.get_column(field.name) != "")
