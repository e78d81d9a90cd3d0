"""Drawing up an account's month: the bank's balance and the books, adjusted. 余额调节表"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from connectors.bank.codec.frames import decode_ledger
from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind
from connectors.bank.model.books import Side
from connectors.bank.model.items import item_of
from connectors.bank.printed.monthly import to_json
from connectors.bank.rules.balancing import (
    Anchor,
    BalanceStatement,
    Item,
    Moved,
    at_the_bank,
    booked_before,
    in_the_books,
    of_break,
    sorted_items,
)
from connectors.bank.rules.states import FileState, NightState
from connectors.bank.store import balances, files, nights, open_items, sums
from connectors.bank.store.balances import LooseBreak, Span
from connectors.bank.store.nights import NightRow
from connectors.bank.store.open_items import ItemRow
from connectors.bank.store.sums import Stated
from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.store import alarms
from gateway.store.unit_of_work import UnitOfWork, keep_bytes

_FINISHED = frozenset({NightState.POSTED, NightState.PROVED})


def draw_up(bank: Bank, account: str, month: date) -> BalanceStatement:
    """The statement of a month, kept; it begins where the last one kept ended, else at the start.

    `month` is any day of it. Two sides that differ ring. Raises RefusedHere while a night of it is
    not finished, NotConfigured when there is none.
    """
    last = month.replace(day=monthrange(month.year, month.month)[1])
    with bank.store.begin() as work:
        statement = _statement(bank, work, account, last)
        digest = keep_bytes(bank.store, work, to_json(statement))
        balances.keep(work, statement, digest)
        if statement.balanced:
            alarms.clear(work, Code.STATEMENT_UNEQUAL, statement.label, "调节后两边相等")
        else:
            alarms.ring(work, Code.STATEMENT_UNEQUAL, statement.label)
    return statement


def _statement(bank: Bank, work: UnitOfWork, account: str, last: date) -> BalanceStatement:
    before = balances.newest(work, bank.profile.code, account, last.replace(day=1))
    span = Span(bank.profile.code, account, before.last_day if before else None, last)
    here = _finished(work, span)
    opening = Anchor(before.bank_fen, before.book_fen) if before else _beginning(work, here[0])
    moved = tuple(_moved(bank, work, here, opening.bank_fen))
    loose = balances.loose_breaks(work, span)
    ended = sum(one.signed_fen for one in loose if _is_within(one.ended_on, span))
    decided = balances.ended_by_people_fen(work, span) + ended
    items = sorted_items([*_open_items(bank, work, span), *_loose(bank, loose, last)])
    name = bank.profile.name
    return BalanceStatement(span.bank, name, account, last, opening, moved, decided, items)


def _finished(work: UnitOfWork, span: Span) -> Sequence[NightRow]:
    first = span.after + timedelta(days=1) if span.after else date.min
    here = nights.span(work, span.bank, span.account, (first, span.last))
    if not here:
        raise NotConfigured(Code.NOT_FOUND, detail=f"{span.bank}/{span.account}/{span.last:%Y-%m}")
    waiting = next((night for night in here if night.state not in _FINISHED), None)
    if waiting is not None:
        raise RefusedHere(Code.NIGHT_UNPROVED, detail=waiting.key.label, subject=waiting.night_id)
    return here


def _is_within(day: date | None, span: Span) -> bool:
    return day is not None and (span.after or date.min) < day <= span.last


def _beginning(work: UnitOfWork, first: NightRow) -> Anchor:
    """At the account's first night nothing is open: the books begin with what the bank says."""
    opening = _stated(work, first).opening_fen or 0
    return Anchor(opening, opening)


def _moved(bank: Bank, work: UnitOfWork, here: Sequence[NightRow], closing: int) -> Iterator[Moved]:
    """Night by night; a statement that states no balance closes where its lines lead."""
    known: set[str] = set()
    for night in here:
        said = _stated(work, night)
        closing = closing + said.moved_fen if said.closing_fen is None else said.closing_fen
        entries = decode_ledger(bank.store.archive.get(night.books_digest or ""))
        yield Moved(
            day=night.key.business_date,
            closing_fen=closing,
            bank_fen=said.moved_fen,
            ledger_fen=booked_before(*entries, known),
            posted_fen=balances.posted_fen(work, night.night_id),
            claimed_fen=balances.claimed_fen(work, night.night_id, night.revision),
        )


def _stated(work: UnitOfWork, night: NightRow) -> Stated:
    """What the statement says that a night was decided on."""
    used = [
        file.file_id
        for file in files.of_night(work, night.night_id)
        if file.kind is FileKind.ACCOUNT_STATEMENT and file.state is FileState.USED
    ]
    return sums.stated(work, used)


def _open_items(bank: Bank, work: UnitOfWork, span: Span) -> Iterator[Item]:
    rows = open_items.of_account(work, span.bank, span.account, span.last)
    keys = [row.item.key for row in rows]
    done = balances.done_about(work, span, keys, [row.item.batch_no for row in rows])
    of_item = {one.item: one.told for one in done if not one.lump}
    of_group = {one.batch_no: one.told for one in done if one.lump}
    for row in rows:
        about = of_item.get(row.item.key) or of_group.get(row.item.batch_no, "")
        yield _item(bank, row, span.last, about)


def _item(bank: Bank, row: ItemRow, last: date, done: str) -> Item:
    item = row.item
    expected = item.side is Side.EXPECTED
    return Item(
        of=(in_the_books if expected else at_the_bank)(item.fen),
        fen=item.fen,
        kind="批扣在途" if expected else "对账单未达",
        reference=item.batch_no or item.host_serial or item.key,
        since=item.first_seen,
        days=bank.calendar.working_days_between(item.first_seen, last),
        done=done,
    )


def _loose(bank: Bank, loose: Sequence[LooseBreak], last: date) -> Iterator[Item]:
    for one in loose:
        if one.ended_on is None or one.ended_on > last:
            of, fen = of_break(one.signed_fen)
            place = item_of(one.batch_no, one.serial) if one.serial is not None else one.batch_no
            age = bank.calendar.working_days_between(one.first_seen, last)
            about = (one.kind.value, place or one.break_id, one.first_seen, age, one.told)
            yield Item(of, fen, *about)
