"""What a monthly statement is made of, and the statements that were made. 调节表记录"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Row, Table, Text, select, text
from sqlalchemy.dialects.postgresql import insert

from connectors.bank.model import BreakKind
from connectors.bank.rules.balancing import BalanceStatement
from connectors.bank.rules.break_states import BreakEvent, BreakState
from connectors.bank.rules.breaks import Resolution
from connectors.bank.store.tables import METADATA
from gateway.store.tables import PAYLOAD, moment
from gateway.store.unit_of_work import UnitOfWork

MONTH = Table(
    "balance_statement",
    METADATA,
    Column("bank", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("last_day", Date, primary_key=True),
    Column("digest", Text, ForeignKey(PAYLOAD.c.digest), primary_key=True),
    moment("made_at"),
    Column("bank_fen", BigInteger, nullable=False),
    Column("book_fen", BigInteger, nullable=False),
    Column("difference_fen", BigInteger, nullable=False),
)
# A night's postings as the ledger has booked them: reversals of its own taken off.
_POSTED = text("""
    select coalesce(sum(case when reversal_of = '' then fen else -fen end), 0)
    from posting where subject = :night and result_code = '00'""")
_CLAIMED = text("""
    select coalesce(sum(fen), 0) from bank_link
    where night_id = :night and revision = :revision and automatic and side = 'statement'
    and stage between 6 and 9 and posting_key is null""")
# Breaks that no open item stands behind: what was found last about a thing counts.
_BREAKS = text("""
    select b.break_id, b.kind, b.batch_no, b.serial, f.signed_fen, b.first_seen, b.person,
        (select how from break_act a where a.break_id = b.break_id and how <> ''
         order by number desc limit 1) as how,
        (select max(a.at at time zone 'Asia/Shanghai')::date from break_act a
         where a.break_id = b.break_id and a.event = :agreed) as agreed_on,
        b.state
    from break_found f join bank_break b using (break_id)
    join bank_night n on n.night_id = f.night_id and n.revision = f.revision
    where n.bank = :bank and n.account = :account and n.business_date <= :last
    and f.signed_fen <> 0 and b.kind <> :lump
    and (b.side not in ('statement', 'expected') or b.kind = :refused)
    and not exists (select from instruction i join bank_night later using (night_id)
        where later.bank = n.bank and later.account = n.account
        and i.batch_no = b.batch_no and i.serial = b.serial
        and later.business_date > n.business_date and later.business_date <= :last)
    order by b.break_id""")
# What people have ended within a span, open items on either side.
_ENDED = text("""
    select coalesce(sum(case side when 'statement' then fen else -fen end), 0)
    from open_item where bank = :bank and account = :account
    and cleared_on > :after and cleared_on <= :last and starts_with(cleared_by, 'break-')""")
_DONE = text("""
    select b.item, b.batch_no, b.kind, b.state, b.person, a.how
    from bank_break b join bank_night n using (night_id)
    left join lateral (select how from break_act a where a.break_id = b.break_id and how <> ''
        order by number desc limit 1) a on true
    where n.bank = :bank and n.account = :account
    and (b.item = any(:items) or (b.kind = :lump and b.batch_no = any(:batches)))
    order by b.first_seen""")
_LUMP, _REFUSED = BreakKind.LUMP_DIFFERS.name, BreakKind.POSTING_REFUSED.name
_RESOLVED = frozenset({BreakState.RESOLVED.name, BreakState.UNDOING.name})


@dataclass(frozen=True, slots=True)
class MonthRow:
    """The newest statement of a month: its last day and its two balances."""

    last_day: date
    bank_fen: int
    book_fen: int


@dataclass(frozen=True, slots=True)
class LooseBreak:
    """A break that no open item stands behind; `ended_on` when two people have ended it."""

    break_id: str
    kind: BreakKind
    batch_no: str
    serial: int | None
    signed_fen: int
    first_seen: date
    ended_on: date | None
    told: str


@dataclass(frozen=True, slots=True)
class Done:
    """What people did about an open item; `item` is its key, `batch_no` that of its group."""

    item: str
    batch_no: str
    lump: bool
    told: str


@dataclass(frozen=True, slots=True)
class Span:
    """An account's days after one up to another; `after` None is from the beginning."""

    bank: str
    account: str
    after: date | None
    last: date

    def values(self) -> dict[str, object]:
        """As a query takes it."""
        whole = {"bank": self.bank, "account": self.account, "last": self.last}
        return whole | {"after": self.after or date.min}


def posted_fen(work: UnitOfWork, night_id: str) -> int:
    """What the ledger has booked at a night's request, in fen."""
    return int(work.connection.execute(_POSTED, {"night": night_id}).scalar_one())


def claimed_fen(work: UnitOfWork, night_id: str, revision: int) -> int:
    """Receipts a night has matched with what is due and somebody else has to book, in fen."""
    values = {"night": night_id, "revision": revision}
    return int(work.connection.execute(_CLAIMED, values).scalar_one())


def loose_breaks(work: UnitOfWork, span: Span) -> Sequence[LooseBreak]:
    """Breaks with money that no open item stands behind, of all nights up to the span's end."""
    values = span.values() | {"agreed": BreakEvent.AGREED.name, "lump": _LUMP, "refused": _REFUSED}
    return [_loose(row) for row in work.connection.execute(_BREAKS, values)]


def told(state: str, person: str, how: str | None) -> str:
    """What people did, as a clerk reads it."""
    words = [BreakState[state].value, Resolution[how].value.title if how else "", person]
    return "　".join(word for word in words if word)


def _loose(row: Row[*tuple[Any, ...]]) -> LooseBreak:
    ended = row.agreed_on if row.state in _RESOLVED else None
    kind = BreakKind[row.kind]
    whole = (row.batch_no, row.serial, row.signed_fen, row.first_seen, ended)
    return LooseBreak(row.break_id, kind, *whole, told(row.state, row.person, row.how))


def ended_by_people_fen(work: UnitOfWork, span: Span) -> int:
    """Open items that people have ended within the span, as money that entered the books."""
    return int(work.connection.execute(_ENDED, span.values()).scalar_one())


def done_about(
    work: UnitOfWork, span: Span, items: Sequence[str], batches: Sequence[str]
) -> Sequence[Done]:
    """What people did about these open items, or the groups they are in."""
    values = span.values() | {"items": list(items), "batches": list(batches), "lump": _LUMP}
    return [_done(row) for row in work.connection.execute(_DONE, values)]


def _done(row: Row[*tuple[Any, ...]]) -> Done:
    words = told(row.state, row.person, row.how)
    return Done(row.item, row.batch_no, row.kind == _LUMP, words)


def keep(work: UnitOfWork, statement: BalanceStatement, digest: str) -> None:
    """Record a month's statement; the same again is nothing new."""
    values = {
        "bank": statement.bank, "account": statement.account, "last_day": statement.last,
        "digest": digest, "made_at": work.now, "bank_fen": statement.bank_fen,
        "book_fen": statement.book_fen, "difference_fen": statement.difference_fen,
    }  # fmt: skip
    fresh = insert(MONTH).values(values).on_conflict_do_nothing()
    if work.connection.execute(fresh).rowcount:
        work.note("statement_made", statement.label, digest=digest, fen=statement.difference_fen)


def newest(work: UnitOfWork, bank: str, account: str, before: date) -> MonthRow | None:
    """The newest statement of the last month that ended before a day, None where there is none."""
    query = select(MONTH).where(
        MONTH.c.bank == bank, MONTH.c.account == account, MONTH.c.last_day < before
    )
    order = (MONTH.c.last_day.desc(), MONTH.c.made_at.desc())
    row = work.connection.execute(query.order_by(*order).limit(1)).one_or_none()
    return MonthRow(row.last_day, row.bank_fen, row.book_fen) if row else None
