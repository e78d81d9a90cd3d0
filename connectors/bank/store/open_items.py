"""Open items: carried from night to night until something ends them. 未达账项"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from connectors.bank.model import NightKey
from connectors.bank.model.books import Side
from connectors.bank.model.items import Cleared, Clearing, OpenItem, item_id
from connectors.bank.store import days
from connectors.bank.store.tables import METADATA
from gateway.store.unit_of_work import UnitOfWork

OPEN_ITEM = Table(
    "open_item",
    METADATA,
    Column("item_id", Text, primary_key=True),
    Column("bank", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("file_id", Text, ForeignKey("bank_file.file_id")),
    Column("line", Integer),
    Column("batch_no", Text, nullable=False),
    Column("host_serial", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("booked_on", Date),
    Column("first_seen", Date, nullable=False),
    # the bank's date belongs to a day that was closed already: booked in the open day, and marked
    Column("late", Boolean, nullable=False),
    Column("cleared_on", Date),
    Column("cleared_how", Text),
    Column("cleared_by", Text, nullable=False, server_default="", index=True),
    Index("ix_open_item_open", "bank", "account"),
)
_FIELDS = tuple(OpenItem.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An open item as it stands; `cleared_on` is the business date of its end."""

    item_id: str
    bank: str
    account: str
    item: OpenItem
    late: bool
    cleared_on: date | None
    cleared_how: Cleared | None
    cleared_by: str


def carried(work: UnitOfWork, bank: str, account: str, before: date) -> Sequence[OpenItem]:
    """What earlier nights left open for the night of `before`, oldest first.

    The same for every re-run of that night: what it ended itself is still open here.
    """
    still = OPEN_ITEM.c.cleared_on.is_(None) | (OPEN_ITEM.c.cleared_on >= before)
    query = _ordered(bank, account).where(OPEN_ITEM.c.first_seen < before, still)
    return [_row(row).item for row in work.connection.execute(query)]


def known(work: UnitOfWork, bank: str, account: str, before: date) -> Sequence[OpenItem]:
    """Every item that any night before a date has left open, whatever became of it since."""
    query = _ordered(bank, account).where(OPEN_ITEM.c.first_seen < before)
    return [_row(row).item for row in work.connection.execute(query)]


def keep(
    work: UnitOfWork, key: NightKey, items: Sequence[OpenItem], ended: Sequence[Clearing]
) -> int:
    """Keep what a night leaves open and end what it explained; returns how many items are new.

    An item already known keeps its first-seen date. What an earlier run of this night left open or
    ended and this run does not is put right: a re-run leaves what a first run would have left.
    """
    _take_back(work, key)
    shut = days.closed_dates(work, key.bank, key.account)
    rows = [_values(key, item) | {"late": item.booked_on in shut} for item in items]
    new = 0
    if rows:
        fresh = insert(OPEN_ITEM).on_conflict_do_nothing()
        new = work.connection.execute(fresh, rows).rowcount
    end(work, key.business_date, [_end(key, clearing) for clearing in ended])
    _withdraw(work, key, {row["item_id"] for row in rows})
    return new


def _take_back(work: UnitOfWork, key: NightKey) -> None:
    """What an earlier run of this night has ended is open again, to be ended anew or not."""
    mine = _account(key.bank, key.account) & (OPEN_ITEM.c.cleared_by == key.label)
    work.connection.execute(update(OPEN_ITEM).where(mine).values(_OPEN))


def _withdraw(work: UnitOfWork, key: NightKey, here: set[str]) -> None:
    """What only an earlier run of this night has seen was taken back by a correction."""
    first = OPEN_ITEM.c.first_seen == key.business_date
    query = select(OPEN_ITEM.c.item_id).where(
        _account(key.bank, key.account), first, OPEN_ITEM.c.cleared_on.is_(None)
    )
    gone = [found for found in work.connection.execute(query).scalars() if found not in here]
    end(work, key.business_date, [(one, Cleared.WITHDRAWN, key.label) for one in gone])


def end(work: UnitOfWork, on: date, ends: Sequence[tuple[str, Cleared, str]]) -> None:
    """End items by (item id, how, by what); what has an end already keeps it."""
    if not ends:
        return
    this = (OPEN_ITEM.c.item_id == bindparam("of")) & OPEN_ITEM.c.cleared_on.is_(None)
    values = {"cleared_on": on, "cleared_how": bindparam("how"), "cleared_by": bindparam("why")}
    rows = [{"of": one, "how": how.name, "why": by} for one, how, by in ends]
    work.connection.execute(update(OPEN_ITEM).where(this).values(values), rows)


def open_again(work: UnitOfWork, by: str) -> None:
    """Take back what a person's decision about the break `by` has ended."""
    work.connection.execute(update(OPEN_ITEM).where(OPEN_ITEM.c.cleared_by == by).values(_OPEN))


def find(work: UnitOfWork, bank: str, account: str, keys: Sequence[str]) -> Sequence[ItemRow]:
    """The items of these keys, of either side; what nothing was kept of is not in the answer."""
    query = select(OPEN_ITEM).where(_account(bank, account), OPEN_ITEM.c.key.in_(keys))
    return [_row(row) for row in work.connection.execute(query.order_by(OPEN_ITEM.c.item_id))]


def of_account(work: UnitOfWork, bank: str, account: str, on: date) -> Sequence[ItemRow]:
    """What was open at the end of a business date, oldest first: the 未达账项 of that day."""
    still = OPEN_ITEM.c.cleared_on.is_(None) | (OPEN_ITEM.c.cleared_on > on)
    query = _ordered(bank, account).where(OPEN_ITEM.c.first_seen <= on, still)
    return [_row(row) for row in work.connection.execute(query)]


_OPEN = {"cleared_on": None, "cleared_how": None, "cleared_by": ""}


def _account(bank: str, account: str) -> ColumnElement[bool]:
    return (OPEN_ITEM.c.bank == bank) & (OPEN_ITEM.c.account == account)


def _ordered(bank: str, account: str) -> Select[Any]:
    order = (OPEN_ITEM.c.first_seen, OPEN_ITEM.c.side, OPEN_ITEM.c.key)
    return select(OPEN_ITEM).where(_account(bank, account)).order_by(*order)


def _end(key: NightKey, clearing: Clearing) -> tuple[str, Cleared, str]:
    identity = item_id(key.bank, key.account, clearing.side, clearing.key)
    return identity, clearing.how, clearing.by


def _values(key: NightKey, item: OpenItem) -> dict[str, Any]:
    stored = {name: getattr(item, name) for name in _FIELDS} | {"side": item.side.value}
    identity = item_id(key.bank, key.account, item.side, item.key)
    return {"item_id": identity, "bank": key.bank, "account": key.account, **stored}


def _row(row: Row[Any]) -> ItemRow:
    stored = {name: getattr(row, name) for name in _FIELDS} | {"side": Side(row.side)}
    how = Cleared[row.cleared_how] if row.cleared_how else None
    known = (row.late, row.cleared_on, how, row.cleared_by)
    return ItemRow(row.item_id, row.bank, row.account, OpenItem(**stored), *known)
