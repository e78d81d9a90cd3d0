"""Deduction batches as they lie: written with their plan, found, moved by their table. 扣款批次"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, insert, select, text, update

from connectors.bank.model.deductions import BatchKey, Line
from connectors.bank.rules.deduction.planning import digest_of, sum_of
from connectors.bank.rules.deduction.states import BATCH_STATES, BatchEvent, BatchState
from connectors.bank.rules.proof import Sum
from connectors.bank.store.deduction_tables import BATCH, LINE
from connectors.bank.store.people import payer_tokens
from gateway.errors import Code, NotConfigured
from gateway.identity import mask_text
from gateway.signing.at_rest.tokens import Tokens
from gateway.states import Answer, Step
from gateway.store import alarms
from gateway.store.unit_of_work import UnitOfWork

_LINE_FIELDS = tuple(Line.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch as it stands; `bank_no` is the bank's own number of it, empty until it told."""

    batch_id: str
    plan_id: str
    key: BatchKey
    batch_no: str
    digest: str
    total: Sum
    state: BatchState
    state_at: datetime
    sent_at: datetime | None
    bank_no: str

    @property
    def place(self) -> tuple[str, str, str]:
        """Bank, account and business date, as they go into the digest."""
        return (self.key.bank, self.key.account, self.key.business_date.isoformat())


def one_at_a_time(work: UnitOfWork, bank: str, account: str) -> None:
    """Whoever plans for the same bank and account waits until this transaction ends (X03)."""
    lock = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
    work.connection.execute(lock, {"key": f"deductions {bank} {account}"})


def add(
    work: UnitOfWork, tokens: Tokens, plan_id: str, key: BatchKey, lines: Sequence[Line]
) -> Batch:
    """Write a batch with its lines, all of them live from now on.

    The database refuses a line whose instalment is live in another batch.
    """
    total = sum_of(lines)
    digest = digest_of((key.bank, key.account, key.business_date.isoformat()), lines)
    row = {
        "batch_id": key.batch_id, "plan_id": plan_id, "bank": key.bank, "account": key.account,
        "business_date": key.business_date, "sequence": key.sequence, "batch_no": key.batch_no,
        "digest": digest, "line_count": total.count, "fen": total.fen, "bank_no": "",
        "state": BATCH_STATES.initial.name, "state_at": work.now,
    }  # fmt: skip
    work.connection.execute(insert(BATCH).values(row))
    work.connection.execute(insert(LINE), [_line_row(tokens, key.batch_id, line) for line in lines])
    work.note("batch_built", key.batch_id, count=total.count, fen=total.fen, digest=digest)
    return find(work, key.batch_id)


def _line_row(tokens: Tokens, batch_id: str, line: Line) -> dict[str, object]:
    row = {name: getattr(line, name) for name in _LINE_FIELDS}
    zeros = dict.fromkeys(("principal", "interest", "penalty", "fine"), 0)
    taken = {f"taken_{part}_fen": zero for part, zero in zeros.items()}
    asked = {"batch_id": batch_id, "live": True, "code": "", "host_serial": ""}
    return {**row, **asked, **taken, **payer_tokens(tokens, row)}


def next_key(work: UnitOfWork, bank: str, account: str, day: date) -> BatchKey:
    """The key of the next batch of a business date; call it under `one_at_a_time`."""
    query = select(func.coalesce(func.max(BATCH.c.sequence), 0)).where(_of(bank, account, day))
    return BatchKey(bank, account, day, work.connection.execute(query).scalar_one() + 1)


def find(work: UnitOfWork, batch_id: str, *, lock: bool = False) -> Batch:
    """One batch. Raises NotConfigured when there is none of that id."""
    found = _select(work, BATCH.c.batch_id == batch_id, lock=lock)
    if not found:
        raise NotConfigured(Code.NOT_FOUND, detail=mask_text(batch_id))
    return found[0]


def named(work: UnitOfWork, text: str) -> Batch:
    """The batch of this number or id. Raises NotConfigured unless there is exactly one."""
    found = _select(work, (BATCH.c.batch_id == text) | (BATCH.c.batch_no == text))
    if len(found) != 1:
        raise NotConfigured(Code.NOT_FOUND, detail=mask_text(text))
    return found[0]


def in_states(work: UnitOfWork, bank: str, states: Collection[BatchState]) -> Sequence[Batch]:
    """A bank's batches in one of these states, the oldest business date first."""
    names = [state.name for state in states]
    return _select(work, (BATCH.c.bank == bank) & BATCH.c.state.in_(names))


def of_day(work: UnitOfWork, bank: str, account: str, day: date) -> Sequence[Batch]:
    """Every batch there ever was for a business date."""
    return _select(work, _of(bank, account, day))


def newest(work: UnitOfWork, most: int) -> Sequence[Batch]:
    """The newest batches of all banks, the newest last; at most `most`."""
    ids = select(BATCH.c.batch_id).order_by(BATCH.c.business_date.desc(), BATCH.c.batch_id)
    return _select(work, BATCH.c.batch_id.in_(ids.limit(most)))


def _of(bank: str, account: str, day: date) -> ColumnElement[bool]:
    return (BATCH.c.bank == bank) & (BATCH.c.account == account) & (BATCH.c.business_date == day)


def _select(work: UnitOfWork, where: ColumnElement[bool], *, lock: bool = False) -> list[Batch]:
    order = (BATCH.c.business_date, BATCH.c.bank, BATCH.c.account, BATCH.c.sequence)
    query = select(BATCH).where(where).order_by(*order)
    query = query.with_for_update() if lock else query
    return [
        Batch(
            batch_id=row.batch_id,
            plan_id=row.plan_id,
            key=BatchKey(row.bank, row.account, row.business_date, row.sequence),
            batch_no=row.batch_no,
            digest=row.digest,
            total=Sum(row.line_count, row.fen),
            state=BatchState[row.state],
            state_at=row.state_at,
            sent_at=row.sent_at,
            bank_no=row.bank_no,
        )
        for row in work.connection.execute(query)
    ]


def lines_of(work: UnitOfWork, batch_id: str) -> tuple[Line, ...]:
    """What a batch asks for, by serial, as it was written."""
    columns = (LINE.c[name] for name in _LINE_FIELDS)
    query = select(*columns).where(LINE.c.batch_id == batch_id).order_by(LINE.c.serial)
    return tuple(Line(*row) for row in work.connection.execute(query))


def move(work: UnitOfWork, batch: Batch, event: BatchEvent, **more: object) -> Step[BatchState]:
    """Answer an event by the table; a contradiction rings. Raises IllegalTransition without a row.

    `batch` was read under its lock in this transaction.
    """
    step = BATCH_STATES.advance(batch.state, event)
    if step.answer is Answer.CONTRADICTION:
        alarms.ring(work, Code.ANSWER_CONTRADICTS, batch.batch_id, event.value)
    if step.answer is not Answer.MOVE:
        return step
    this = BATCH.c.batch_id == batch.batch_id
    values = {"state": step.state.name, "state_at": work.now, **more}
    work.connection.execute(update(BATCH).where(this).values(values))
    work.note("batch_moved", batch.batch_id, event=event.name, state=step.state.name)
    return step
