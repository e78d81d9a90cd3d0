"""Nights: opened once, moved by the table, with the files they are owed. 夜间对账记录"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, UnaryExpression, select, update
from sqlalchemy.dialects.postgresql import insert

from connectors.bank.model import FileKind, NightKey
from connectors.bank.rules.owed import Expected
from connectors.bank.rules.states import NIGHT_STATES, NightEvent, NightState
from connectors.bank.store.tables import DECISION, EXPECTED, NIGHT
from gateway.errors import Code, NotConfigured
from gateway.ports import Grade
from gateway.states import Step
from gateway.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NightRow:
    """A night as it stands."""

    key: NightKey
    state: NightState
    state_at: datetime
    ledger_digest: str | None
    decision_digest: str | None
    revision: int

    @property
    def night_id(self) -> str:
        """The night's id."""
        return self.key.night_id


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision of a night: digests of the books it was made on and of what was decided."""

    revision: int
    books_digest: str
    decision_digest: str
    decided_at: datetime


def open_night(work: UnitOfWork, key: NightKey, expected: Sequence[Expected]) -> bool:
    """Open a night with the files it is owed; False when it is open already.

    A file owed later than at the first opening (a changed agreement) is added.
    """
    row = {
        "night_id": key.night_id, "bank": key.bank, "account": key.account,
        "business_date": key.business_date, "state": NIGHT_STATES.initial.name,
        "state_at": work.now,
    }  # fmt: skip
    fresh = work.connection.execute(insert(NIGHT).values(row).on_conflict_do_nothing()).rowcount
    for owed in expected:
        owed_row = {"night_id": key.night_id, "kind": owed.kind.value, "due_at": owed.due_at}
        work.connection.execute(insert(EXPECTED).values(owed_row).on_conflict_do_nothing())
    if fresh:
        kinds = ",".join(owed.kind.value for owed in expected)
        work.note("night_opened", key.night_id, night=key.label, owed=kinds)
    return bool(fresh)


def lock(work: UnitOfWork, key: NightKey) -> NightRow:
    """The night, locked until the transaction ends: one worker at a time decides about it."""
    query = select(NIGHT).where(NIGHT.c.night_id == key.night_id).with_for_update()
    row = work.connection.execute(query).one_or_none()
    if row is None:
        raise NotConfigured(Code.NOT_FOUND, detail=key.label)
    return _night(row)


def find(work: UnitOfWork, key: NightKey) -> NightRow | None:
    """The night, None when it was never opened."""
    row = work.connection.execute(
        select(NIGHT).where(NIGHT.c.night_id == key.night_id)
    ).one_or_none()
    return _night(row) if row else None


def before(work: UnitOfWork, key: NightKey) -> NightRow | None:
    """The last night of the same account before this one, whatever its state."""
    earlier = NIGHT.c.business_date < key.business_date
    return _nearest(work, key, earlier, NIGHT.c.business_date.desc())


def after(work: UnitOfWork, key: NightKey) -> NightRow | None:
    """The first night of the same account after this one, whatever its state."""
    later = NIGHT.c.business_date > key.business_date
    return _nearest(work, key, later, NIGHT.c.business_date.asc())


def _nearest(
    work: UnitOfWork, key: NightKey, side: ColumnElement[bool], order: UnaryExpression[date]
) -> NightRow | None:
    same = (NIGHT.c.bank == key.bank) & (NIGHT.c.account == key.account)
    query = select(NIGHT).where(same, side).order_by(order).limit(1)
    row = work.connection.execute(query).one_or_none()
    return _night(row) if row else None


def unfinished(work: UnitOfWork, bank: str, since: date, before: date) -> Sequence[NightKey]:
    """A bank's nights of a span of dates that are not proved, oldest first."""
    query = select(NIGHT).where(
        NIGHT.c.bank == bank,
        NIGHT.c.business_date >= since,
        NIGHT.c.business_date < before,
        NIGHT.c.state != NightState.PROVED.name,
    )
    rows = work.connection.execute(query.order_by(NIGHT.c.business_date, NIGHT.c.account))
    return [_night(row).key for row in rows]


def of_day(work: UnitOfWork, day: date) -> Sequence[NightRow]:
    """Every night of a business date, by bank and account."""
    query = select(NIGHT).where(NIGHT.c.business_date == day)
    rows = work.connection.execute(query.order_by(NIGHT.c.bank, NIGHT.c.account))
    return [_night(row) for row in rows]


def span(work: UnitOfWork, bank: str, account: str, days: tuple[date, date]) -> Sequence[NightRow]:
    """An account's nights of a span of dates, both ends in it, oldest first."""
    query = select(NIGHT).where(
        NIGHT.c.bank == bank, NIGHT.c.account == account, NIGHT.c.business_date.between(*days)
    )
    return [_night(row) for row in work.connection.execute(query.order_by(NIGHT.c.business_date))]


def advance(work: UnitOfWork, night: NightRow, event: NightEvent) -> Step[NightState]:
    """Move a locked night by one event; the journal says so when it moved."""
    step = NIGHT_STATES.advance(night.state, event)
    if step.state is not night.state:
        values = {"state": step.state.name, "state_at": work.now}
        mine = NIGHT.c.night_id == night.night_id
        work.connection.execute(update(NIGHT).where(mine).values(values))
        work.note("night_moved", night.night_id, state=step.state.name, event=event.name)
    return step


def revise(work: UnitOfWork, night: NightRow) -> None:
    """The next decision is another one than those so far."""
    _keep(work, night, {"revision": night.revision + 1})


def keep_extract(work: UnitOfWork, night: NightRow, digest: str, grade: Grade) -> None:
    """Bind the night to the graded extract of the ledger it is decided on."""
    _keep(work, night, {"ledger_digest": digest, "ledger_grade": grade.name})


def keep_decision(work: UnitOfWork, night: NightRow, books: str, decision: str) -> None:
    """Bind the night to the books it was decided on, and to the decision; earlier ones stay."""
    row = {
        "night_id": night.night_id, "revision": night.revision, "books_digest": books,
        "decision_digest": decision, "decided_at": work.now,
    }  # fmt: skip
    work.connection.execute(insert(DECISION).values(row))
    _keep(work, night, {"decision_digest": decision})


def decided(work: UnitOfWork, night_id: str) -> Sequence[DecisionRow]:
    """Every decision made of a night, the one in force last."""
    query = select(DECISION).where(DECISION.c.night_id == night_id).order_by(DECISION.c.revision)
    return [DecisionRow(*row[1:]) for row in work.connection.execute(query)]


def _keep(work: UnitOfWork, night: NightRow, values: dict[str, object]) -> None:
    mine = NIGHT.c.night_id == night.night_id
    work.connection.execute(update(NIGHT).where(mine).values(values))


def owed(work: UnitOfWork, key: NightKey) -> dict[FileKind, datetime]:
    """The files a night is owed, with the moment each is due."""
    query = select(EXPECTED.c.kind, EXPECTED.c.due_at).where(EXPECTED.c.night_id == key.night_id)
    rows = work.connection.execute(query.order_by(EXPECTED.c.kind))
    return {FileKind(row.kind): row.due_at for row in rows}


def _night(row: object) -> NightRow:
    key = NightKey(row.bank, row.account, row.business_date)  # type: ignore[attr-defined]
    return NightRow(
        key,
        NightState[row.state],  # type: ignore[attr-defined]
        row.state_at,  # type: ignore[attr-defined]
        row.ledger_digest,  # type: ignore[attr-defined]
        row.decision_digest,  # type: ignore[attr-defined]
        row.revision,  # type: ignore[attr-defined]
    )
