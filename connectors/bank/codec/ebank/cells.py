"""One cell → text, fen, date or time; what a spreadsheet spoiled is refused. 单元格取值"""

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from connectors.bank.codec.ebank.grid import Value
from connectors.bank.codec.ebank.options import EbankOptions, Tidy
from connectors.bank.codec.ebank.unreadable import BadCell
from gateway.errors import Code

_BLANKS = " \t\u00a0\u3000\ufeff\r"
_FORMULA = re.compile(r'="(.*)"')
_PLAIN = re.compile(r"([-+]?)([0-9]{1,13})(?:\.([0-9]{1,2}))?")
_GROUPED = re.compile(r"([-+]?)([0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.([0-9]{1,2}))?")
_COUNT = re.compile(r"([0-9]{1,9})\s*笔?")
# 6.22E+18: the last digits of an account are gone, and nothing brings them back
_ROUNDED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,3}")
_EXACT_MAX = 10**15
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_DAY = r"([0-9]{4})(?:([-/.年])([0-9]{1,2})(?:[-/.月])([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))"
_MOMENT = re.compile(rf"{_DAY}(?:[ T]*([0-9].*))?")
_TIME = re.compile(r"([0-9]{1,2})[:.时]?([0-9]{2})[:.分]?([0-9]{2})秒?(?:\.[0-9]{1,6})?")
_SHORT_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_EPOCH = date(1899, 12, 30)
_SERIALS = (36526, 73050)  # the years 2000 to 2099


def text_of(value: Value, options: EbankOptions) -> str:
    """A text as the bank meant it. Raises BadCell for a number whose digits are not all there."""
    if isinstance(value, bool) or not isinstance(value, (str, float, int)):
        return str(value)
    if isinstance(value, str):
        return _tidied(value, options)
    if not math.isfinite(value) or value != int(value) or abs(value) >= _EXACT_MAX:
        raise BadCell(Code.NUMBER_TURNED_FLOAT)
    return str(int(value))


def number_text_of(value: Value, options: EbankOptions) -> str:
    """An account or serial number: text, and never what a spreadsheet made of one."""
    text = text_of(value, options).replace(" ", "")
    if _ROUNDED.fullmatch(text):
        raise BadCell(Code.NUMBER_TURNED_FLOAT)
    return text


def _tidied(text: str, options: EbankOptions) -> str:
    text = text.strip(_BLANKS)
    if Tidy.FORMULA in options.tidy:
        text = _FORMULA.sub(r"\1", text)
    if Tidy.APOSTROPHE in options.tidy:
        text = text.removeprefix("'").strip(_BLANKS)
    if Tidy.FULL_WIDTH in options.tidy:
        text = "".join(_narrow(character) for character in text)
    text = " ".join(text.split("\n"))
    if _CONTROLS.search(text.replace("\t", " ")):
        raise BadCell(Code.FIELD_FORMAT_WRONG)
    return text.strip(_BLANKS)


def _narrow(character: str) -> str:
    """Full-width digits, signs and letters as plain ones; no other character changes."""
    wide = "\uff01" <= character <= "\uff5e"
    return unicodedata.normalize("NFKC", character) if wide else character


def fen_of(value: Value, options: EbankOptions) -> int | None:
    """An amount in fen, None for an empty cell. Raises BadCell for anything doubtful."""
    text = _amount_text(value, options)
    if not text or text in ("-", "--"):
        return None
    read = _PLAIN.fullmatch(text)
    if read is None and options.thousands:
        read = _GROUPED.fullmatch(text)
    if read is None:
        raise BadCell(Code.AMOUNT_FORMAT_WRONG)
    fen = int(read[2].replace(",", "")) * 100 + int((read[3] or "").ljust(2, "0"))
    return -fen if read[1] == "-" else fen


def _amount_text(value: Value, options: EbankOptions) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, float, int)):
        raise BadCell(Code.AMOUNT_FORMAT_WRONG)
    if isinstance(value, str):
        text = _tidied(value, options)
        for sign in options.signs:
            text = text.removeprefix(sign).removesuffix(sign).strip(_BLANKS)
        return text
    # the shortest decimal that is this double: what was typed, or too long to be money
    return f"{Decimal(repr(value)):f}".removesuffix(".0")


def count_of(value: Value, options: EbankOptions) -> int:
    """A number of lines. Raises BadCell."""
    read = _COUNT.fullmatch(text_of(value, options))
    if read is None:
        raise BadCell(Code.FIELD_FORMAT_WRONG)
    return int(read[1])


def moment_of(value: Value, options: EbankOptions) -> tuple[date, time | None]:
    """A day, with its time where it stands in the same cell. Raises BadCell."""
    if isinstance(value, datetime):
        clock = value.time().replace(microsecond=0)
        return value.date(), clock
    if isinstance(value, date):
        return value, None
    if isinstance(value, (float, int)):
        return _serial_day(value, options)
    read = _MOMENT.fullmatch(text_of(value, options))
    if read is None:
        raise BadCell(Code.DATE_FORMAT_WRONG)
    month, day = (read[3] or read[5], read[4] or read[6])
    found = _day(int(read[1]), int(month), int(day))
    return found, time_in(read[7]) if read[7] else None


def _serial_day(value: float, options: EbankOptions) -> tuple[date, time | None]:
    """A day as a spreadsheet counts them, where the profile says that a bank leaves them so."""
    if not math.isfinite(value):
        raise BadCell(Code.DATE_FORMAT_WRONG)
    if value == int(value) and 20_000_101 <= value <= 20_991_231:
        whole = int(value)
        return _day(whole // 10_000, whole // 100 % 100, whole % 100), None
    if not options.serial_dates or not _SERIALS[0] <= value < _SERIALS[1]:
        raise BadCell(Code.DATE_FORMAT_WRONG)
    seconds = round((value - int(value)) * 86_400)
    moment = datetime(_EPOCH.year, _EPOCH.month, _EPOCH.day) + timedelta(int(value), seconds)  # noqa: DTZ001
    return moment.date(), moment.time() if value != int(value) else None


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as wrong:
        raise BadCell(Code.DATE_FORMAT_WRONG) from wrong


def time_of(value: Value, options: EbankOptions) -> time | None:
    """A time of day, None for an empty cell. Raises BadCell."""
    if isinstance(value, datetime):
        value = value.time()
    if isinstance(value, time):
        return value.replace(microsecond=0)
    if isinstance(value, float) and options.serial_dates and 0 <= value < 1:
        seconds = min(round(value * 86_400), 86_399)
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    text = text_of(value, options)
    return time_in(text) if text else None


def time_in(text: str) -> time:
    """The time in a text. Raises BadCell."""
    read = _TIME.fullmatch(text.strip()) or _SHORT_TIME.fullmatch(text.strip())
    if read is None:
        raise BadCell(Code.DATE_FORMAT_WRONG)
    try:
        hour, minute, second = (*map(int, read.groups()), 0)[:3]
        return time(hour, minute, second)
    except ValueError as wrong:
        raise BadCell(Code.DATE_FORMAT_WRONG) from wrong


def days_in(value: Value, options: EbankOptions) -> tuple[date, date]:
    """First and last day of a period, `20260201-20260228`; a single day is both."""
    if not isinstance(value, str):
        day, _ = moment_of(value, options)
        return day, day
    found = [each.group() for each in re.finditer(_DAY, text_of(value, options))]
    if not 1 <= len(found) <= 2:
        raise BadCell(Code.DATE_FORMAT_WRONG)
    days = [moment_of(each, options)[0] for each in found]
    return days[0], days[-1]
