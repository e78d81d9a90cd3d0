"""Pages put together, and every sign proved by the balances. 分页合并与方向证明"""

from collections.abc import Iterator, Sequence
from datetime import date

from connectors.bank.codec.mt940.details import Details
from connectors.bank.codec.mt940.messages import Message
from connectors.bank.codec.mt940.options import MtOptions, Reversals
from connectors.bank.codec.mt940.tags import BadField
from connectors.bank.codec.mt940.values import Booking
from connectors.bank.codec.telling import TITLES, Told, control_code, totals
from connectors.bank.model import FileKind, StatementLine
from gateway.errors import Code, Finding

_REVERSED = frozenset({"RC", "RD"})
# MT942 announces what is not booked yet
_EXPECTED = frozenset({"EC", "ED"})
_NO_REFERENCE = frozenset({"NONREF", "NOTPROVIDED"})
_SIDES = {"90C": "credit", "90D": "debit"}


def statements_of(messages: Sequence[Message]) -> list[list[Message]]:
    """Pages of one statement together. Raises BadField when one of them is missing.

    A page that ends with an intermediate balance (62M) is followed by the page of the same account
    that begins with it (60M).
    """
    statements: list[list[Message]] = []
    for message in messages:
        before = statements[-1][-1] if statements else None
        if before is not None and not before.last_page:
            _require_next(before, message)
            statements[-1].append(message)
        elif not message.first_page:
            raise BadField(Finding(Code.PAGE_MISSING, message.line))
        else:
            statements.append([message])
    for pages in statements:
        if not pages[-1].last_page:
            raise BadField(Finding(Code.PAGE_MISSING, pages[-1].line))
    return statements


def _require_next(before: Message, page: Message) -> None:
    if page.first_page or page.account != before.account:
        raise BadField(Finding(Code.PAGE_MISSING, page.line))
    if before.closing is None or page.opening is None or page.opening.fen != before.closing.fen:
        raise BadField(Finding(Code.BALANCE_CHAIN_BROKEN, page.line))


def told_of(pages: Sequence[Message], options: MtOptions) -> Told:
    """What a statement says, under the agreed meaning of its reversals. Raises BadField."""
    first, last = pages[0], pages[-1]
    booked = [pair for page in pages for pair in page.bookings if pair[0].mark not in _EXPECTED]
    every = sum(len(page.bookings) for page in pages)
    if (first.opening is None) != (last.closing is None):
        title = "期初余额" if first.opening is None else "期末余额"
        raise BadField(Finding(Code.FIELD_EMPTY, last.line, field=title))
    for page in pages:
        _prove(page, options.reversals)
    lines = [_line(booking, details, options.reversals) for booking, details in booked]
    return Told(
        kind=FileKind.ACCOUNT_DETAILS if last.closing is None else FileKind.ACCOUNT_STATEMENT,
        account=first.account,
        day=_day(last),
        opening_fen=first.opening.fen if first.opening else None,
        closing_fen=last.closing.fen if last.closing else None,
        lines=lines,
        pending=every - len(booked),
    )


def _prove(page: Message, reading: Reversals) -> None:
    """The page must hold as it was agreed to be read, and its reversals in no other way.

    Raises BadField. Where both readings hold, or nothing is there to hold them against, nobody
    knows which way the money went.
    """
    for finding in _disagreements(page, reading):
        raise BadField(finding)
    reversals = [booking for booking, _ in page.bookings if booking.mark in _REVERSED]
    if not reversals:
        return
    other = Reversals.EFFECT if reading is Reversals.STANDARD else Reversals.STANDARD
    silent = page.closing is None and not page.sums
    if silent or not any(_disagreements(page, other)):
        raise reversals[0].field.bad(Code.SIGN_UNDECIDED, "借贷标志")


def _disagreements(page: Message, reading: Reversals) -> Iterator[Finding]:
    """Where balances and sums say otherwise; the sums may count what is only announced."""
    every = [booking for booking, _ in page.bookings]
    booked = [_moved(each, reading) for each in every if each.mark not in _EXPECTED]
    opening, closing = page.opening, page.closing
    if opening and closing and opening.fen + sum(booked) != closing.fen:
        yield Finding(Code.BALANCE_CHAIN_BROKEN, closing.field.line)
    counted = (totals(booked), totals([_moved(each, reading) for each in every]))
    for tag, told in page.sums.items():
        for name, value in (("count", told.count), ("total", told.fen)):
            key = f"{_SIDES[tag]}_{name}"
            if value not in [each[key] for each in counted]:
                yield Finding(control_code(key), told.field.line, field=TITLES[key])


def _moved(booking: Booking, reading: Reversals) -> int:
    comes_in = booking.mark.endswith("C")
    if booking.mark in _REVERSED and reading is Reversals.STANDARD:
        comes_in = not comes_in
    return booking.fen if comes_in else -booking.fen


def _line(booking: Booking, details: Details, reading: Reversals) -> StatementLine:
    """Our direction is the original's, and `reversal` turns it round."""
    reversal = booking.mark in _REVERSED
    comes_in = _moved(booking, reading) >= 0 if booking.fen else booking.mark.endswith("C")
    return StatementLine(
        line=booking.field.line,
        serial=0,
        host_serial="" if booking.bank_reference in _NO_REFERENCE else booking.bank_reference,
        direction="C" if comes_in != reversal else "D",
        amount_fen=booking.fen,
        balance_fen=None,
        other_account=details.account,
        other_name=details.name,
        summary=details.summary or booking.supplement,
        reversal=reversal,
        booked_time=None,
        booked_on=booking.day,
        remark=_remark(booking.reference, details.remark),
    )


def _remark(reference: str, text: str) -> str:
    """What names the business; the customer's reference only where the text does not say it."""
    if reference in _NO_REFERENCE or reference in text:
        return text
    return f"{reference} {text}".strip()


def _day(last: Message) -> date:
    """The business date: of the closing balance, else when the report was made."""
    if last.closing is not None:
        return last.closing.day
    days = [last.made_on] if last.made_on else [booking.day for booking, _ in last.bookings]
    if not days:
        raise BadField(Finding(Code.FIELD_EMPTY, last.line, field="业务日期"))
    return max(days)
