"""The push inbox: what has come, whether it has been taken. 推送收件箱"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from connectors.bank.rules.pushes import PUSH_STATES, PushEvent, PushState
from connectors.bank.store.platform_tables import PUSH, PUSH_FINDING
from gateway.errors import Code, Finding
from gateway.store.tables import INBOX
from gateway.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PushRow:
    """A push as it stands; its bytes are archived under the digest."""

    item_id: str
    counterparty: str
    tx_code: str
    seq_no: str
    digest: str
    state: PushState


def add(work: UnitOfWork, item_id: str, tx_code: str, seq_no: str) -> None:
    """Enter a push that the inbox has just taken in."""
    state = PUSH_STATES.initial.name
    row = {"item_id": item_id, "tx_code": tx_code, "seq_no": seq_no, "state": state}
    work.connection.execute(insert(PUSH).values(row | {"state_at": work.now}))


def waiting(work: UnitOfWork, tx_code: str, limit: int) -> Sequence[PushRow]:
    """Pushes of a kind that nobody has looked at yet, in the order they came."""
    query = (
        select(PUSH.c.item_id, INBOX.c.counterparty, PUSH.c.tx_code, PUSH.c.seq_no, INBOX.c.digest)
        .join(INBOX, INBOX.c.item_id == PUSH.c.item_id)
        .where(PUSH.c.state == PushState.RECEIVED.name, PUSH.c.tx_code == tx_code)
        .order_by(INBOX.c.arrival)
        .limit(limit)
    )
    return [PushRow(*row, PushState.RECEIVED) for row in work.connection.execute(query)]


def newest_waiting(connection: Connection) -> int | None:
    """The number under which the newest waiting push was entered; None when none waits."""
    query = (
        select(func.max(INBOX.c.arrival))
        .join(PUSH, PUSH.c.item_id == INBOX.c.item_id)
        .where(PUSH.c.state == PushState.RECEIVED.name)
    )
    newest: int | None = connection.execute(query).scalar_one()
    return newest


def lock(work: UnitOfWork, item_id: str) -> PushState:
    """The state of a push; whoever else wants to move it waits until this work is done."""
    query = select(PUSH.c.state).where(PUSH.c.item_id == item_id).with_for_update()
    return PushState[work.connection.execute(query).scalar_one()]


def advance(work: UnitOfWork, item_id: str, event: PushEvent) -> PushState:
    """Move a push by one event; it is locked by the caller."""
    step = PUSH_STATES.advance(lock(work, item_id), event)
    values = {"state": step.state.name, "state_at": work.now}
    work.connection.execute(update(PUSH).where(PUSH.c.item_id == item_id).values(values))
    work.note("push_moved", item_id, push=step.state.name)
    return step.state


def keep_findings(work: UnitOfWork, item_id: str, found: Sequence[Finding]) -> None:
    """Store what is wrong with a push, in the order a clerk reads it."""
    rows = [
        {
            "item_id": item_id, "number": number, "code": finding.code.name,
            "line": finding.line, "byte_column": finding.column, "field": finding.field,
        }
        for number, finding in enumerate(found, start=1)
    ]  # fmt: skip
    work.connection.execute(insert(PUSH_FINDING), rows)


def findings(work: UnitOfWork, item_id: str) -> Sequence[Finding]:
    """What is wrong with a push."""
    of = PUSH_FINDING.c.item_id == item_id
    rows = work.connection.execute(select(PUSH_FINDING).where(of).order_by(PUSH_FINDING.c.number))
    return [Finding(Code[row.code], row.line, row.byte_column, row.field) for row in rows]
