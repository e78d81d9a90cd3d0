"""The days of an account: closed, reopened, to be proved again. 账日记录"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Row, Table, Text, select, update
from sqlalchemy.dialects.postgresql import insert

from connectors.bank.model import NightKey
from connectors.bank.rules.day import DAY_STATES, DayEvent, DayState
from connectors.bank.store.tables import METADATA, NIGHT
from gateway.errors import Code, NotConfigured
from gateway.identity import business_id
from gateway.store.tables import moment
from gateway.store.unit_of_work import UnitOfWork

BANK_DAY = Table(
    "bank_day",
    METADATA,
    Column("bank", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("business_date", Date, primary_key=True),
    Column("state", Text, nullable=False),
    moment("state_at"),
)
# A closed day that has to be proved again still takes no line.
_SHUT = frozenset({DayState.CLOSED, DayState.STALE})


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day as it stands; `state_at` is None for one that was never touched."""

    key: NightKey
    state: DayState
    state_at: datetime | None


def day(work: UnitOfWork, key: NightKey) -> DayRow:
    """A day, locked until the transaction ends. Raises NotConfigured when its night never was."""
    night = select(NIGHT.c.night_id).where(NIGHT.c.night_id == key.night_id)
    if work.connection.execute(night).one_or_none() is None:
        raise NotConfigured(Code.NOT_FOUND, detail=key.label)
    row = {
        "bank": key.bank, "account": key.account, "business_date": key.business_date,
        "state": DAY_STATES.initial.name, "state_at": work.now,
    }  # fmt: skip
    work.connection.execute(insert(BANK_DAY).values(row).on_conflict_do_nothing())
    query = select(BANK_DAY).where(_this(key)).with_for_update()
    return _row(work.connection.execute(query).one())


def listed(work: UnitOfWork, bank: str, account: str, most: int) -> Sequence[DayRow]:
    """An account's days, those nobody touched too, newest first, at most `most`."""
    same = (
        (BANK_DAY.c.bank == NIGHT.c.bank)
        & (BANK_DAY.c.account == NIGHT.c.account)
        & (BANK_DAY.c.business_date == NIGHT.c.business_date)
    )
    columns = (NIGHT.c.bank, NIGHT.c.account, NIGHT.c.business_date)
    query = (
        select(*columns, BANK_DAY.c.state, BANK_DAY.c.state_at)
        .select_from(NIGHT.outerjoin(BANK_DAY, same))
        .where(NIGHT.c.bank == bank, NIGHT.c.account == account)
        .order_by(NIGHT.c.business_date.desc())
    )
    return [_row(row) for row in work.connection.execute(query.limit(most))]


def state_of(work: UnitOfWork, key: NightKey) -> DayState:
    """Where a day stands, without a lock; the initial state when nobody touched it."""
    found = work.connection.execute(select(BANK_DAY.c.state).where(_this(key))).scalar_one_or_none()
    return DayState[found] if found else DAY_STATES.initial


def later(work: UnitOfWork, key: NightKey) -> Sequence[DayRow]:
    """The account's days after this one that were ever touched, oldest first, locked."""
    query = select(BANK_DAY).where(
        BANK_DAY.c.bank == key.bank,
        BANK_DAY.c.account == key.account,
        BANK_DAY.c.business_date > key.business_date,
    )
    ordered = query.order_by(BANK_DAY.c.business_date).with_for_update()
    return [_row(row) for row in work.connection.execute(ordered)]


def closed_dates(work: UnitOfWork, bank: str, account: str) -> frozenset[date]:
    """The dates that take no line any more."""
    query = select(BANK_DAY.c.business_date).where(
        BANK_DAY.c.bank == bank,
        BANK_DAY.c.account == account,
        BANK_DAY.c.state.in_([state.name for state in _SHUT]),
    )
    return frozenset(work.connection.execute(query).scalars())


def advance(work: UnitOfWork, row: DayRow, event: DayEvent) -> DayState:
    """Move a locked day by one event; the journal says so when it moved."""
    step = DAY_STATES.advance(row.state, event)
    if step.state is not row.state:
        values = {"state": step.state.name, "state_at": work.now}
        work.connection.execute(update(BANK_DAY).where(_this(row.key)).values(values))
        facts = {"state": step.state.name, "event": event.name}
        work.note("day_moved", day_id(row.key), night=row.key.label, **facts)
    return step.state


def day_id(key: NightKey) -> str:
    """The day's id, what its approvals and its journal entries are about."""
    return business_id("day", key.bank, key.account, key.business_date.isoformat())


def _this(key: NightKey) -> ColumnElement[bool]:
    return (
        (BANK_DAY.c.bank == key.bank)
        & (BANK_DAY.c.account == key.account)
        & (BANK_DAY.c.business_date == key.business_date)
    )


def _row(row: Row[*tuple[Any, ...]]) -> DayRow:
    key = NightKey(row.bank, row.account, row.business_date)
    return DayRow(key, DayState[row.state] if row.state else DAY_STATES.initial, row.state_at)
