"""What requests and reports have in common: texts, ids, totals. 共用取值"""

import re
from collections.abc import Iterable, Sequence, Set

from connectors.bank.codec.camt.values import count_in, element_in, fen_of
from connectors.bank.codec.elements import BadElement, Element
from gateway.errors import Code

# What a text may hold: no control, no line end, nothing that XML has no character for.
UNTOLD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
XML_BLANKS = " \t\r\n"
# 足额标志: all or nothing, or what there is (B07).
FULL_FLAGS = frozenset({"0", "1"})
FULL_FLAG_AT = "PmtTpInf/LclInstrm/Prtry"
# The lengths of ISO 20022: Max34Text for an account, Max140Text for a name …
ACCOUNT_MAX, NAME_MAX, ID_MAX = 34, 140, 35
SERIAL_MAX = 99_999_999
_BATCH = re.compile(r"[A-Za-z0-9]{1,20}")
_SERIAL = re.compile(r"[0-9]{8}")


def end_to_end_id(batch_no: str, serial: int) -> str:
    """The EndToEndId of a line: the batch's number and the serial in eight digits."""
    return f"{batch_no}{serial:08d}"


def serial_of(end_to_end: str, batch_no: str) -> int | None:
    """The serial of a line of this batch; None for an id that is none of its."""
    digits = end_to_end.removeprefix(batch_no)
    ours = end_to_end.startswith(batch_no) and _SERIAL.fullmatch(digits)
    return int(digits) or None if ours else None


def serials(told: Iterable[tuple[Element, str]], batch_no: str) -> Sequence[int]:
    """The serials of a batch's lines by their EndToEndIds, each at most once.

    Raises BadElement for an id of another batch (B28: nothing else tells which line it is).
    """
    seen: dict[int, None] = {}
    for element, end_to_end in told:
        serial = serial_of(end_to_end, batch_no)
        if serial is None:
            raise BadElement(Code.FIELD_FORMAT_WRONG, element, "端到端标识")
        if serial in seen:
            raise BadElement(Code.SERIAL_REPEATED, element, "端到端标识")
        seen[serial] = None
    return tuple(seen)


def place_of(element: Element) -> Element:
    """Where an element stands, without what is in it: a million of them are kept."""
    return Element(element.name, {}, element.line, element.at)


def batch_in(parent: Element, path: str) -> str:
    """The number of a batch of ours. Raises BadElement for what cannot be one."""
    text = text_in(parent, path, "批次号", ID_MAX)
    if not _BATCH.fullmatch(text):
        raise BadElement(Code.FIELD_FORMAT_WRONG, parent, "批次号")
    return text


def text_in(parent: Element, path: str, title: str, most: int, *, needed: bool = True) -> str:
    """The one text of that path, at most so many characters; "" where none is needed or there.

    Raises BadElement when it is missing, twice there, too long, or holds a control.
    """
    found = parent.only(path, title, needed=needed)
    text = "" if found is None else found.text.strip(XML_BLANKS)
    if found is None or (not text and not needed):
        return ""
    if not text:
        raise BadElement(Code.FIELD_EMPTY, found, title)
    found.closed(frozenset())
    if len(text) > most:
        raise BadElement(Code.FIELD_TOO_LONG, found, title)
    if UNTOLD.search(text):
        raise BadElement(Code.FIELD_FORMAT_WRONG, found, title)
    return text


def choice_in(
    parent: Element, path: str, title: str, allowed: Set[str], *, needed: bool = True
) -> str:
    """The one word of that path, one of these. Raises BadElement."""
    text = text_in(parent, path, title, ID_MAX, needed=needed)
    if text not in allowed and (text or needed):
        raise BadElement(Code.VALUE_NOT_ALLOWED, parent.all(path)[0], title)
    return text


def yuan_in(parent: Element, path: str, title: str, currency: str) -> int:
    """The one amount of that path, in fen. Raises BadElement, also for another currency."""
    amount = element_in(parent, path, title)
    if amount.attributes.get("Ccy") != currency:
        raise BadElement(Code.VALUE_NOT_ALLOWED, amount, "币种")
    return fen_of(amount, title)


def hold_totals(parent: Element, prefix: str, fen: Sequence[int]) -> None:
    """Hold the declared count, which must be there, and sum against the amounts.

    Raises BadElement where one differs (B16).
    """
    count = element_in(parent, f"{prefix}NbOfTxs", "总笔数")
    if count_in(parent, count.name, "总笔数") != len(fen):
        raise BadElement(Code.CONTROL_COUNT_WRONG, count, "总笔数")
    declared = parent.only(f"{prefix}CtrlSum", "总金额", needed=False)
    if declared is not None and fen_of(declared, "总金额") != sum(fen):
        raise BadElement(Code.CONTROL_SUM_WRONG, declared, "总金额")
