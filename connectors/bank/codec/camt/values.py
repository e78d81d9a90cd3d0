"""Amounts, signs, dates and accounts of ISO 20022 elements, in our values. 要素取值"""

import re
from datetime import date, datetime, time

from connectors.bank.codec.elements import BadElement, Element
from gateway.dates import SHANGHAI
from gateway.errors import Code

# xs:decimal without a sign; up to 13 digits of yuan, and what is beyond fen must be nothing
_AMOUNT = re.compile(r"0*([0-9]{1,13})(?:\.([0-9]{0,2})(0{0,15}))?")
_COUNT = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DIRECTIONS = {"CRDT": "C", "DBIT": "D"}
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def fen_in(parent: Element, title: str, currency: str, path: str = "Amt") -> int:
    """The amount under a parent, in hundredths of the statement's currency.

    Raises BadElement when it is missing, twice there, malformed, or of another currency.
    """
    amount = element_in(parent, path, title)
    if amount.attributes.get("Ccy") != currency:
        raise BadElement(Code.VALUE_NOT_ALLOWED, amount, "币种")
    return fen_of(amount, title)


def fen_of(amount: Element, title: str) -> int:
    """The amount in an element, whatever its currency."""
    read = _AMOUNT.fullmatch(amount.text.strip())
    if not read or amount.children:
        raise BadElement(Code.AMOUNT_FORMAT_WRONG, amount, title)
    return int(read[1]) * 100 + int((read[2] or "").ljust(2, "0"))


def count_in(parent: Element, path: str, title: str) -> int | None:
    """A number of entries, None where it is not said."""
    found = parent.only(path, title, needed=False)
    if found is None:
        return None
    if not _COUNT.fullmatch(found.text.strip()):
        raise BadElement(Code.FIELD_FORMAT_WRONG, found, title)
    return int(found.text)


def direction_in(parent: Element) -> str:
    """C or D, as it was booked."""
    found = element_in(parent, "CdtDbtInd", "借贷标志")
    direction = _DIRECTIONS.get(found.text.strip())
    if direction is None:
        raise BadElement(Code.VALUE_NOT_ALLOWED, found, "借贷标志")
    return direction


def truth_in(parent: Element, path: str, title: str) -> bool:
    """An indicator; false where it is not given."""
    found = parent.only(path, title, needed=False)
    if found is None:
        return False
    truth = _TRUTHS.get(found.text.strip())
    if truth is None:
        raise BadElement(Code.VALUE_NOT_ALLOWED, found, title)
    return truth


def text_in(parent: Element, title: str, *paths: str) -> str:
    """A text of some person or bank, one line of it; "" where nothing is said."""
    text = parent.first(*paths)
    if _CONTROLS.search(text):
        raise BadElement(Code.FIELD_FORMAT_WRONG, parent, title)
    return text


def moment_in(parent: Element, path: str, title: str) -> tuple[date | None, time | None]:
    """Day and time of a `Dt` or `DtTm` choice; a time with its zone is told as in Shanghai."""
    choice = parent.only(path, title, needed=False)
    if choice is None:
        return None, None
    days, times = choice.all("Dt"), choice.all("DtTm")
    if len(days) + len(times) != 1:
        raise BadElement(Code.FIELD_COUNT_WRONG, choice, title)
    return (day_of(days[0], title), None) if days else moment_of(times[0], title)


def day_of(element: Element, title: str) -> date:
    """An ISO date, its zone not looked at: it is the bank's own day."""
    read = _DAY.fullmatch(element.text.strip())
    try:
        return date.fromisoformat(read[1] if read else "")
    except ValueError as wrong:
        raise BadElement(Code.DATE_FORMAT_WRONG, element, title) from wrong


def moment_of(element: Element, title: str) -> tuple[date, time]:
    """An ISO date and time."""
    try:
        moment = datetime.fromisoformat(element.text.strip())
    except ValueError as wrong:
        raise BadElement(Code.DATE_FORMAT_WRONG, element, title) from wrong
    if moment.tzinfo is not None:
        moment = _in_shanghai(moment, element, title)
    return moment.date(), moment.time().replace(microsecond=0)


def _in_shanghai(moment: datetime, element: Element, title: str) -> datetime:
    try:
        return moment.astimezone(SHANGHAI)
    except OverflowError as wrong:  # the last day there is, west of us
        raise BadElement(Code.DATE_FORMAT_WRONG, element, title) from wrong


def element_in(parent: Element, path: str, title: str) -> Element:
    """The one element of that path. Raises BadElement when it is missing or stands twice."""
    found = parent.only(path, title)
    if found is None:
        raise BadElement(Code.FIELD_EMPTY, parent, title)
    return found
