"""Bookings we ask the platform for (BDC113), a span of time in as many parts as needed. 明细查询"""

from collections.abc import Sequence

from connectors.bank.codec.settlement import Answered, DetailsAsked, Tx
from connectors.bank.flows.platform import Platform, ask
from connectors.bank.flows.pushes import bookings, keep_bookings
from connectors.bank.rules.pushes import Booking
from connectors.bank.rules.settlement import reason_of, verdict_of
from connectors.bank.rules.windows import Window, halves
from connectors.bank.verdicts import PLATFORM_NOT_FOUND
from gateway.errors import Code, MalformedMessage, MessageRejected
from gateway.ports import StageCount, Verdict
from gateway.store import inbox
from gateway.store.inbox import Seen
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
        answered = _asked(platform, account_number, span)
        lines, findings = bookings(platform, answered.files)
        if any(finding.code is Code.ROWS_CAPPED for finding in findings):
            spans += _halved(span)
            continue
        if findings:
            raise MalformedMessage(findings[0].code, detail=findings[0].place())
        rows += len(lines)
        new += _stored(platform, (account_number, span), answered, lines)
    return StageCount("details", rows, {"queries": asked, "bookings": new})


def _halved(span: Window) -> Sequence[Window]:
    """The earlier half last: it is asked for first."""
    smaller = halves(span)
    if not smaller:
        raise MalformedMessage(Code.ROWS_CAPPED, detail=f"{span.first:%Y-%m-%d %H:%M:%S}")
    return smaller[::-1]


def _asked(platform: Platform, number: str, span: Window) -> Answered:
    """The answer about one span; "no result" is a lawful one. Raises MessageRejected."""
    first, last = span.first, span.last
    asked = DetailsAsked(number, first.date(), first.time(), last.date(), last.time())
    answered = ask(platform, Tx.DETAILS, platform.accounts[number][0], asked)
    head = answered.head
    if verdict_of(head) is not Verdict.ACCEPTED and head.rtn_code != PLATFORM_NOT_FOUND:
        raise MessageRejected(Code.MESSAGE_REJECTED, detail=reason_of(head.rtn_code))
    return answered


def _stored(
    platform: Platform,
    of: tuple[str, Window],
    answered: Answered,
    lines: Sequence[Booking],
) -> int:
    """Store the bookings under an item of the inbox: what was asked, and the files' bytes."""
    if not lines:
        return 0
    (number, span), data = of, b"".join(file.data for file in answered.files)
    name = f"{Tx.DETAILS.value} {'/'.join(platform.accounts[number])} {_label(span)}"
    with platform.store.begin() as work:
        digest = keep_bytes(platform.store, work, data)
        arrival = inbox.take(work, platform.profile.platform, name, digest)
        if arrival.seen is not Seen.SAME_AGAIN:
            work.note("details_fetched", arrival.item_id, message=name, digest=digest)
        return keep_bookings(platform, work, arrival.item_id, lines)


def _label(span: Window) -> str:
    return f"{span.first:%Y%m%dT%H%M%S}-{span.last:%Y%m%dT%H%M%S}"
