"""What people do about a break, act by act: nothing of it is ever changed. 不平账项处理记录"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    Row,
    Select,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from connectors.bank.model import BreakKind, Direction
from connectors.bank.rules.break_states import BREAK_STATES, LIVE, BreakEvent, BreakState
from connectors.bank.rules.breaks import Resolution
from connectors.bank.rules.resolving import BreakAct, BreakNow, Proposal
from connectors.bank.store.tables import BREAK, INSTRUCTION, METADATA, NIGHT, RESULT
from connectors.core_system.store import POSTING
from connectors.core_system.verdicts import SUCCESS
from gateway.errors import Code, IllegalTransition, NotConfigured, RefusedHere
from gateway.identity import mask_account, mask_text
from gateway.store.tables import moment
from gateway.store.unit_of_work import UnitOfWork

ACT = Table(
    "break_act",
    METADATA,
    Column("break_id", Text, ForeignKey("bank_break.break_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    moment("at"),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("loan_no", Text, nullable=False),
    Column("loan_shown", Text, nullable=False),
    Column("instalment_no", Integer),
    Column("other", Text, nullable=False),
    Column("document", Text, nullable=False),
    # what is to be booked, as archived; the subject under which the ledger was asked for it
    Column("postings", Text, ForeignKey("payload.digest")),
    Column("booking", Text, nullable=False),
    Column("approval_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
_NOW = tuple(name for name in BreakNow.__dataclass_fields__ if name not in ("bank", "account"))
_ACT = tuple(BreakAct.__dataclass_fields__)
_PROPOSALS = (BreakEvent.PROPOSED.name, BreakEvent.UNDO_PROPOSED.name)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which breaks somebody wants to see; empty means all. `ended` also those that have ended."""

    bank: str = ""
    account: str = ""
    kind: BreakKind | None = None
    person: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """Who does something and why, and what belongs to it.

    `postings` is the digest of what is to be booked, `booking` under what it was asked for.
    """

    person: str
    reason: str = ""
    proposal: Proposal | None = None
    postings: str | None = None
    booking: str = ""
    approval_id: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What stands proposed: the act's number, the proposal, and what two people were shown."""

    number: int
    proposal: Proposal
    postings: str | None
    booking: str
    approval_id: str
    digest: str


def listed(work: UnitOfWork, wanted: Wanted, most: int) -> Sequence[BreakNow]:
    """Breaks as they stand, the oldest first, at most `most`."""
    columns = ((wanted.bank, NIGHT.c.bank), (wanted.account, NIGHT.c.account))
    asked = [column == value for value, column in columns if value]
    if wanted.kind is not None:
        asked.append(BREAK.c.kind == wanted.kind.name)
    if wanted.person:
        asked.append(BREAK.c.person == wanted.person)
    if not wanted.ended:
        asked.append(BREAK.c.state.in_([state.name for state in LIVE]))
    order = (BREAK.c.first_seen, NIGHT.c.bank, NIGHT.c.account, BREAK.c.kind, BREAK.c.break_id)
    query = _breaks().where(*asked).order_by(*order).limit(most)
    return [_now(row) for row in work.connection.execute(query)]


def find(work: UnitOfWork, wanted: str) -> BreakNow:
    """The break whose id begins with `wanted`. Raises NotConfigured for none or several."""
    rows = work.connection.execute(
        _breaks().where(BREAK.c.break_id.startswith(wanted, autoescape=True)).limit(2)
    ).all()
    if len(rows) != 1:
        raise NotConfigured(Code.NOT_FOUND, detail=mask_text(wanted))
    return _now(rows[0])


def lock(work: UnitOfWork, break_id: str) -> BreakNow:
    """A break, locked until the transaction ends. Raises NotConfigured when there is none."""
    query = _breaks().where(BREAK.c.break_id == break_id).with_for_update(of=BREAK)
    row = work.connection.execute(query).one_or_none()
    if row is None:
        raise NotConfigured(Code.NOT_FOUND, detail=mask_text(break_id))
    return _now(row)


def waiting(work: UnitOfWork, bank: str) -> Sequence[str]:
    """A bank's breaks about which something stands proposed, or whose booking is not confirmed."""
    booked = (
        select(ACT.c.break_id)
        .join(POSTING, POSTING.c.subject == ACT.c.booking)
        .where(func.coalesce(POSTING.c.result_code, "") != SUCCESS)
    )
    states = (BreakState.PROPOSED.name, BreakState.UNDOING.name)
    after = (BreakState.RESOLVED.name, BreakState.ASSIGNED.name)
    asked = BREAK.c.state.in_(after) & BREAK.c.break_id.in_(booked)
    query = _breaks().where(NIGHT.c.bank == bank, BREAK.c.state.in_(states) | asked)
    return [row.break_id for row in work.connection.execute(query.order_by(BREAK.c.break_id))]


def bookings(work: UnitOfWork, break_id: str) -> Sequence[str]:
    """The subjects under which the ledger was asked for a break, the first first."""
    query = select(ACT.c.booking).where(ACT.c.break_id == break_id, ACT.c.booking != "")
    return list(dict.fromkeys(work.connection.execute(query.order_by(ACT.c.number)).scalars()))


def newest(work: UnitOfWork, break_id: str) -> BreakEvent | None:
    """What was last done about a break; None when nothing was."""
    query = select(ACT.c.event).where(ACT.c.break_id == break_id)
    found = work.connection.execute(query.order_by(ACT.c.number.desc()).limit(1))
    name = found.scalar_one_or_none()
    return BreakEvent[name] if name else None


def loan_of(work: UnitOfWork, break_id: str) -> tuple[str, int | None]:
    """Whose loan, and which instalment, a break is about; ("", None) where nobody knows."""
    asked = (
        (INSTRUCTION.c.night_id == BREAK.c.night_id)
        & (INSTRUCTION.c.batch_no == BREAK.c.batch_no)
        & (INSTRUCTION.c.serial == BREAK.c.serial)
    )
    answered = (RESULT.c.file_id == BREAK.c.file_id) & (RESULT.c.line == BREAK.c.line)
    loan = func.coalesce(
        func.nullif(BREAK.c.loan_no, ""), INSTRUCTION.c.loan_no, RESULT.c.loan_no, ""
    )
    instalment = func.coalesce(INSTRUCTION.c.instalment_no, RESULT.c.instalment_no)
    source = BREAK.outerjoin(INSTRUCTION, asked).outerjoin(RESULT, answered)
    query = select(loan, instalment).select_from(source).where(BREAK.c.break_id == break_id)
    row = work.connection.execute(query).one()
    return row[0], row[1]


def acts(work: UnitOfWork, break_id: str) -> Sequence[BreakAct]:
    """A break's life as people made it, the first act first."""
    columns = (ACT.c[name] for name in _ACT)
    query = select(*columns).where(ACT.c.break_id == break_id).order_by(ACT.c.number)
    return [_act(row) for row in work.connection.execute(query)]


def proposed(work: UnitOfWork, break_id: str, event: BreakEvent) -> Proposed:
    """The newest act of this event; raises IllegalTransition when there is none."""
    query = select(ACT).where(ACT.c.break_id == break_id, ACT.c.event == event.name)
    row = work.connection.execute(query.order_by(ACT.c.number.desc()).limit(1)).one_or_none()
    if row is None:
        raise IllegalTransition(Code.TRANSITION_MISSING, detail=f"{break_id} {event.name}")
    said = (row.person, row.reason, row.loan_no, row.instalment_no, row.other, row.document)
    proposal = Proposal(Resolution[row.how], *said)
    return Proposed(row.number, proposal, row.postings, row.booking, row.approval_id, row.digest)


def next_number(work: UnitOfWork, break_id: str) -> int:
    """The number that the next act of a locked break will have."""
    query = select(func.coalesce(func.max(ACT.c.number), 0)).where(ACT.c.break_id == break_id)
    return int(work.connection.execute(query).scalar_one()) + 1


def act(work: UnitOfWork, row: BreakNow, event: BreakEvent, said: Said) -> BreakState:
    """Do one thing about a locked break: its state moves, the act and the journal keep who.

    Raises RefusedHere when the break is not in a state for it.
    """
    state = _state_after(row, event)
    proposal = said.proposal
    values = {
        "break_id": row.break_id, "number": next_number(work, row.break_id), "at": work.now,
        "event": event.name, "state": state.name, "person": said.person,
        "reason": mask_text(said.reason), "postings": said.postings, "booking": said.booking,
        "approval_id": said.approval_id, "digest": said.digest, **_of_proposal(proposal),
    }  # fmt: skip
    work.connection.execute(insert(ACT).values(values))
    changed: dict[str, object] = {"state": state.name, "state_at": work.now}
    if event is BreakEvent.TAKEN:
        changed["person"] = said.person
        changed["held"] = row.held or (
            proposal is not None and proposal.how is Resolution.HOLD_LOAN
        )
    this = BREAK.c.break_id == row.break_id
    work.connection.execute(update(BREAK).where(this).values(changed))
    how = proposal.how.name if proposal else ""
    facts = {"user": said.person, "reason": mask_text(said.reason), "how": how}
    work.note("break_moved", row.break_id, state=state.name, event=event.name, **facts)
    return state


def _state_after(row: BreakNow, event: BreakEvent) -> BreakState:
    try:
        return BREAK_STATES.advance(row.state, event).state
    except IllegalTransition as impossible:
        detail = f"{row.state.value}：{event.value}"
        raise RefusedHere(Code.BREAK_NOT_READY, detail=detail, subject=row.break_id) from impossible


def _of_proposal(proposal: Proposal | None) -> dict[str, object]:
    if proposal is None:
        return {
            "how": "", "loan_no": "", "loan_shown": "", "instalment_no": None, "other": "",
            "document": "",
        }  # fmt: skip
    return {
        "how": proposal.how.name, "loan_no": proposal.loan_no,
        "loan_shown": mask_account(proposal.loan_no) if proposal.loan_no else "",
        "instalment_no": proposal.instalment_no, "other": proposal.other,
        "document": proposal.document,
    }  # fmt: skip


def _breaks() -> Select[*tuple[Any, ...]]:
    columns = (BREAK.c[name] for name in _NOW)
    return select(NIGHT.c.bank, NIGHT.c.account, *columns).join_from(BREAK, NIGHT)


def _now(row: Row[*tuple[Any, ...]]) -> BreakNow:
    values = {name: getattr(row, name) for name in ("bank", "account", *_NOW)}
    values |= {
        "kind": BreakKind[row.kind],
        "direction": Direction[row.direction],
        "state": BreakState[row.state],
        "candidates": tuple(row.candidates),
    }
    return BreakNow(**values)


def _act(row: Row[*tuple[Any, ...]]) -> BreakAct:
    values = {name: getattr(row, name) for name in _ACT}
    values |= {
        "event": BreakEvent[row.event],
        "state": BreakState[row.state],
        "how": Resolution[row.how] if row.how else None,
    }
    return BreakAct(**values)
