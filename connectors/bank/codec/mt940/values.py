"""Amounts, dates, balances and bookings of MT fields. MT 字段取值"""

import re
from dataclasses import dataclass
from datetime import date

from connectors.bank.codec.mt940.tags import Tagged
from gateway.errors import Code

# a comma always stands, decimals may be missing; what is beyond fen must be nothing
_AMOUNT = r"0*([0-9]{1,13}),([0-9]{0,2})0*"
_BALANCE = re.compile(rf"([CD])([0-9]{{6}})([A-Z]{{3}}){_AMOUNT}")
_SUM = re.compile(rf"([0-9]{{1,5}})([A-Z]{{3}}){_AMOUNT}")
_BOOKING = re.compile(
    rf"([0-9]{{6}})([0-9]{{4}}|\s{{4}})?(RC|RD|EC|ED|C|D)([A-Z]?){_AMOUNT}"
    r" ?([A-Z][A-Z0-9 ]{3})(.*?)(?://(.*))?"
)
_MARKS = re.compile(r"[0-9]{6}([0-9]{4}|\s{4})?(RC|RD|EC|ED|C|D)")
_SIX_DIGITS = re.compile(r"[0-9]{6}")
_CENTURY_TURNS = 80


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance in fen, below zero when we owe."""

    fen: int
    day: date
    currency: str
    field: Tagged


@dataclass(frozen=True, slots=True)
class Sum:
    """A count of bookings and their sum in fen (field 90)."""

    count: int
    fen: int
    currency: str
    field: Tagged


@dataclass(frozen=True, slots=True)
class Booking:
    """A field 61 as it is written; `mark` is C, D, RC, RD, EC or ED."""

    mark: str
    fen: int
    day: date
    reference: str
    bank_reference: str
    supplement: str
    field: Tagged


def read_balance(field: Tagged) -> Balance:
    """Fields 60, 62, 64, 65. Raises BadField."""
    read = _BALANCE.fullmatch(field.text)
    if read is None:
        raise field.bad(Code.AMOUNT_FORMAT_WRONG, "余额")
    fen = _fen(read[4], read[5])
    day = _day(field, read[2], 1)
    return Balance(fen if read[1] == "C" else -fen, day, read[3], field)


def read_sum(field: Tagged) -> Sum:
    """Fields 90C and 90D. Raises BadField."""
    read = _SUM.fullmatch(field.text)
    if read is None:
        raise field.bad(Code.AMOUNT_FORMAT_WRONG, "合计")
    return Sum(int(read[1]), _fen(read[3], read[4]), read[2], field)


def read_booking(field: Tagged) -> Booking:
    """Field 61. Raises BadField, at the amount when all before it is sound."""
    read = _BOOKING.fullmatch(field.text)
    if read is None:
        before = _MARKS.match(field.text)
        if before is None:
            raise field.bad(Code.FIELD_FORMAT_WRONG, "借贷标志")
        raise field.bad(Code.AMOUNT_FORMAT_WRONG, "金额", before.end())
    entry = (read[2] or "").strip()
    return Booking(
        mark=read[3],
        fen=_fen(read[5], read[6]),
        day=_entry_day(field, read[1], entry) if entry else _day(field, read[1], 0),
        reference=read[8].strip(),
        bank_reference=(read[9] or "").strip(),
        supplement=" ".join(" ".join(field.lines[1:]).split()),
        field=field,
    )


def read_day(field: Tagged) -> date:
    """Fields 13 and 13D: when an interim report was made; the day of it."""
    return _day(field, field.text[:6], 0)


def _fen(whole: str, rest: str) -> int:
    return int(whole) * 100 + int(rest.ljust(2, "0"))


def _day(field: Tagged, text: str, offset: int) -> date:
    """YYMMDD: years from 80 on are of the last century."""
    if not _SIX_DIGITS.fullmatch(text):  # int() reads digits of any script, signs and blanks
        raise field.bad(Code.DATE_FORMAT_WRONG, "日期", offset)
    try:
        year = int(text[:2])
        century = 1900 if year >= _CENTURY_TURNS else 2000
        return date(century + year, int(text[2:4]), int(text[4:6]))
    except ValueError as wrong:
        raise field.bad(Code.DATE_FORMAT_WRONG, "日期", offset) from wrong


def _entry_day(field: Tagged, valued: str, entry: str) -> date:
    """MMDD without a year: that of the value date, or a neighbour's around New Year."""
    # banks that count thirty days a month value on 30 February; its month is what is needed here
    near = _day(field, valued[:4] + min(valued[4:], "28"), 0)
    days = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            days.append(date(year, int(entry[:2]), int(entry[2:])))
        except ValueError:
            continue  # 29 February is not in every year
    if not days:
        raise field.bad(Code.DATE_FORMAT_WRONG, "记账日期", 6)
    return min(days, key=lambda day: abs(day - near))
