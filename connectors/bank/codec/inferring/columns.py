"""What a column holds: its type and its values, by all of its texts. 识别列类型"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.bank.codec.fields import BadField, is_digits, read_field
from connectors.bank.codec.layouts import Field, Pad

_HANZI = re.compile("[㐀-鿿𠀀-𳿿]")
# The first type that every text of the column is, is its type.
_DELIMITED = ("date", "dashed_date", "colon_time", "time", "yuan", "signed_yuan", "count")
_FIXED = ("date", "time", "count", "cents")
# An amount in cents has at least so many digits, a zero in front; anything shorter is a number.
_CENTS_MIN = 10


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place, type, texts without padding and the values read from them."""

    place: int
    type: str
    texts: tuple[str, ...]
    values: tuple[Any, ...]
    width: int = 0
    pad: Pad = Pad.NONE

    @property
    def blanks(self) -> bool:
        """Is any of it empty?"""
        return not all(self.texts)

    @property
    def said(self) -> set[str]:
        """The different texts that are not empty."""
        return {text for text in self.texts if text}

    @property
    def is_money(self) -> bool:
        """An amount?"""
        return self.type in ("yuan", "signed_yuan", "cents")

    @property
    def is_text(self) -> bool:
        """Neither number nor day nor time?"""
        return self.type in ("text", "digits")

    @property
    def has_hanzi(self) -> bool:
        """Chinese in any text?"""
        return any(_HANZI.search(text) for text in self.texts)

    @property
    def is_account(self) -> bool:
        """Digits alone, long as account numbers are."""
        return bool(self.said) and all(re.fullmatch(r"[0-9]{8,32}", text) for text in self.said)


def column_of(place: int, texts: Sequence[str], width: int = 0) -> Column:
    """The column of these texts; `width` where it was cut by bytes."""
    told = "digits" if all(is_digits(text) for text in texts if text) else "text"
    own, pad = (_without_padding(texts, width)) if width else (list(texts), Pad.NONE)
    for one in _FIXED if width else _DELIMITED:
        values = _values(one, own, texts, width)
        if values is not None:
            pad = Pad.ZEROS if width and one in ("count", "cents") else Pad.NONE
            return Column(place, one, tuple(own), tuple(values), width, pad)
    return Column(place, told if any(own) else "text", tuple(own), tuple(own), width, pad)


def _without_padding(texts: Sequence[str], width: int) -> tuple[list[str], Pad]:
    left = any(text.startswith(" ") and text.strip() for text in texts)
    return [text.strip(" ") for text in texts], Pad.LEFT if left else Pad.RIGHT


def _values(one: str, own: Sequence[str], texts: Sequence[str], width: int) -> list[Any] | None:
    """The values, when every text that is there reads as that type and looks like it."""
    if not any(own):
        return None
    if width and one in ("count", "cents"):
        if not all(re.fullmatch(r"[0-9]+", text) for text in texts):
            return None
        if (width >= _CENTS_MIN) is not (one == "cents") or width > 18:
            return None
        own = [text.lstrip("0") or "0" for text in own]
    try:
        field = Field("x", "x", one, empty=True)
        values = [read_field(field, text, "utf-8") if text else None for text in own]
    except BadField:
        return None
    days = [value for value in values if isinstance(value, date)]
    return values if all(1990 <= day.year <= 2099 for day in days) else None
