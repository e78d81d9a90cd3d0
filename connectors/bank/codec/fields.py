"""One field's text → its value, by type. 字段解析"""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Any

from connectors.bank.codec.layouts import Field
from gateway.errors import Code
from gateway.money import parse_yuan

# C0 and C1 controls, line and paragraph separators: no counterparty means them in a field.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class BadField(Exception):
    """A field that cannot be read; carries the code, never the text."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.name)
        self.code = code


def read_field(field: Field, text: str, encoding: str) -> Any:
    """The value of one field; `None` or "" for an empty one that may be empty.

    Raises BadField with the code of the first thing that is wrong with it.
    """
    if not text:
        if field.empty:
            return _EMPTY.get(field.type)
        raise BadField(Code.FIELD_EMPTY)
    if field.max_bytes is not None and len(text.encode(encoding)) > field.max_bytes:
        raise BadField(Code.FIELD_TOO_LONG)
    if field.length is not None and len(text) != field.length:
        raise BadField(Code.FIELD_FORMAT_WRONG)
    if (field.equals is not None and text != field.equals) or (
        field.one_of is not None and text not in field.one_of
    ):
        raise BadField(Code.VALUE_NOT_ALLOWED)
    return _READERS[field.type](text)


def is_digits(text: str) -> bool:
    """Whether a text is ASCII digits alone, one at least: `int` takes those of any script."""
    return text.isascii() and text.isdigit()


def _text(text: str) -> str:
    if _CONTROLS.search(text):
        raise BadField(Code.FIELD_FORMAT_WRONG)
    return text


def _digits(text: str) -> str:
    if not is_digits(text):
        raise BadField(Code.FIELD_FORMAT_WRONG)
    return text


def _count(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,8}", text):
        raise BadField(Code.FIELD_FORMAT_WRONG)
    return int(text)


def _yuan(text: str) -> int:
    try:
        return parse_yuan(text)
    except ValueError as wrong:
        raise BadField(Code.AMOUNT_FORMAT_WRONG) from wrong


def _signed_yuan(text: str) -> int:
    return _signed(_yuan, text)


def _cents(text: str) -> int:
    # as many digits as yuan may have
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise BadField(Code.AMOUNT_FORMAT_WRONG)
    return int(text)


def _signed_cents(text: str) -> int:
    return _signed(_cents, text)


def _signed(unsigned: Callable[[str], int], text: str) -> int:
    """An amount with a minus in front where it is negative; nothing is minus zero."""
    fen = unsigned(text.removeprefix("-"))
    if not text.startswith("-"):
        return fen
    if not fen:
        raise BadField(Code.AMOUNT_FORMAT_WRONG)
    return -fen


def _date(text: str) -> date:
    if not re.fullmatch(r"[0-9]{8}", text):
        raise BadField(Code.DATE_FORMAT_WRONG)
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as wrong:
        raise BadField(Code.DATE_FORMAT_WRONG) from wrong


def _dashed_date(text: str) -> date:
    return _date(_parts(text, r"([0-9]{4})-([0-9]{2})-([0-9]{2})"))


def _colon_time(text: str) -> time:
    return _time(_parts(text, r"([0-9]{2}):([0-9]{2}):([0-9]{2})"))


def _parts(text: str, pattern: str) -> str:
    found = re.fullmatch(pattern, text)
    if not found:
        raise BadField(Code.DATE_FORMAT_WRONG)
    return "".join(found.groups())


def _time(text: str) -> time:
    if not re.fullmatch(r"[0-9]{6}", text):
        raise BadField(Code.DATE_FORMAT_WRONG)
    try:
        return time(int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError as wrong:
        raise BadField(Code.DATE_FORMAT_WRONG) from wrong


_READERS: dict[str, Callable[[str], Any]] = {
    "text": _text,
    "digits": _digits,
    "count": _count,
    "yuan": _yuan,
    "signed_yuan": _signed_yuan,
    "cents": _cents,
    "signed_cents": _signed_cents,
    "date": _date,
    "dashed_date": _dashed_date,
    "time": _time,
    "colon_time": _colon_time,
}
# Texts are "", a count is 0; an amount, a day, a time that is not there is None.
_EMPTY: dict[str, Any] = {"text": "", "digits": "", "count": 0}
