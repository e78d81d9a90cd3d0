"""Bookings we ask the platform for (BDC113), a span of time in as many parts as needed. 明细查询"""

from collections.abc import Sequence

from connectors.bank.codec.settlement import Answered, DetailsAsked, Tx
from connectors.bank.flows.platform import Platform, ask
from connectors.bank.flows.pushes import bookings, keep_bookings
from connectors.bank.model import StatementLine
from connectors.bank.rules.settlement import reason_of, verdict_of
from connectors.bank.rules.windows import Window, halves, is_cut
from connectors.bank.verdicts import PLATFORM_NOT_FOUND
from gateway.errors import Code, MalformedMessage, MessageRejected
from gateway.ports import StageCount, Verdict
from gateway.store import inbox
from gateway.store.unit_of_work import keep_bytes


def fetch_details(platform: Platform, account_number: str, window: Window) -> StageCount:
    """Ask for every booking of an account in a span of time; store those not known yet (B39).

    An answer of a thousand rows is taken for cut off: its span is asked for again in two halves.
    Raises MalformedMessage when that ends at one second, or for an answer that cannot be read;
    MessageRejected when the platform refuses; else as `ask` does. What was stored stays stored.
    """
    asked = new = rows = 0
    spans = [window]
    while spans:
        span = spans.pop()
        asked += 1
        lines = _asked(platform, account_number, span)
        if lines is None:
            spans += _halved(span)
            continue
        rows += len(lines)
        new += _stored(platform, account_number, span, lines)
    return StageCount("details", rows, {"queries": asked, "bookings": new})


def _halved(span: Window) -> Sequence[Window]:
    smaller = halves(span)
    if not smaller:
        raise MalformedMessage(Code.QUERY_CUT_OFF, detail=f"{span.first:%Y-%m-%d %H:%M:%S}")
    return smaller[::-1]


def _asked(platform: Platform, number: str, span: Window) -> Sequence[StatementLine] | None:
    """The bookings of one span; None when the answer may leave some out."""
    first, last = span.first, span.last
    asked = DetailsAsked(number, first.date(), first.time(), last.date(), last.time())
    answered = ask(platform, Tx.DETAILS, platform.accounts[number][0], asked)
    if not _has_rows(answered):
        return ()
    lines, findings = bookings(platform, platform.details, answered.files)
    if is_cut(len(lines)):
        return None
    if findings:
        raise MalformedMessage(findings[0].code, detail=findings[0].place())
    return lines


def _has_rows(answered: Answered) -> bool:
    """Whether there is anything; "no result" is a lawful answer. Raises MessageRejected."""
    head = answered.head
    if verdict_of(head) is Verdict.ACCEPTED:
        return True
    if head.rtn_code != PLATFORM_NOT_FOUND:
        raise MessageRejected(Code.MESSAGE_REJECTED, detail=reason_of(head.rtn_code))
    return False


def _stored(
    platform: Platform, number: str, span: Window, lines: Sequence[StatementLine]
) -> int:
    """Under the item that told them: who asked what, and the bytes of the answer."""
    raise NotImplementedError
