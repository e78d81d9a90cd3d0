"""Approvals as they lie: the tables, and a row with what people did. 复核记录"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    select,
    text,
)

from gateway.errors import Code, NotConfigured
from gateway.identity import mask_text
from gateway.store.approval_states import ApprovalState
from gateway.store.tables import METADATA, moment
from gateway.store.unit_of_work import UnitOfWork

APPROVAL = Table(
    "approval",
    METADATA,
    Column("approval_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("lines", ARRAY(Text), nullable=False),
    Column("barred", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    moment("state_at"),
    moment("asked_at"),
    Column("round", Integer, nullable=False),
    UniqueConstraint("kind", "subject", "digest"),
    Index(
        "ix_approval_standing",
        "kind",
        "subject",
        unique=True,
        postgresql_where=text("state <> 'SUPERSEDED'"),
    ),
    Index(
        "ix_approval_waiting",
        "asked_at",
        postgresql_where=text("state in ('AWAITING', 'RELEASED')"),
    ),
)

ACT = Table(
    "approval_act",
    METADATA,
    Column("approval_id", Text, ForeignKey("approval.approval_id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("act", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("digest", Text, nullable=False),
    moment("at"),
    Column("reason", Text, nullable=False),
    Index(
        "ix_approval_act_two_people",
        "approval_id",
        "round",
        "person",
        unique=True,
        postgresql_where=text("act <> 'REFUSED'"),
    ),
)

# What waits for a person.
OPEN = (ApprovalState.AWAITING, ApprovalState.RELEASED)


@dataclass(frozen=True, slots=True)
class Act:
    """What one person did; `act` is the state it led to."""

    act: ApprovalState
    person: str
    digest: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A thing to approve as it stands, with the acts of its present round, the first first."""

    approval_id: str
    kind: str
    subject: str
    digest: str
    title: str
    lines: tuple[str, ...]
    barred: frozenset[str]
    state: ApprovalState
    asked_at: datetime
    round: int
    acts: tuple[Act, ...]

    def who(self, act: ApprovalState) -> str:
        """Who did that; empty when nobody has."""
        return next((done.person for done in self.acts if done.act is act), "")


def standing(work: UnitOfWork, kind: str, subject: str, *, lock: bool = False) -> Approval | None:
    """The approval that stands for a thing; None when nothing was ever asked for it."""
    query = select(APPROVAL).where(
        APPROVAL.c.kind == kind,
        APPROVAL.c.subject == subject,
        APPROVAL.c.state != ApprovalState.SUPERSEDED.name,
    )
    query = query.with_for_update() if lock else query
    row = work.connection.execute(query).one_or_none()
    return None if row is None else _approval(work, row)


def find(work: UnitOfWork, approval_id: str, *, lock: bool = False) -> Approval:
    """One approval. Raises NotConfigured when there is none of that id."""
    query = select(APPROVAL).where(APPROVAL.c.approval_id == approval_id)
    query = query.with_for_update() if lock else query
    row = work.connection.execute(query).one_or_none()
    if row is None:
        raise NotConfigured(Code.NOT_FOUND, detail=mask_text(approval_id))
    return _approval(work, row)


def waiting(work: UnitOfWork, most: int) -> Sequence[Approval]:
    """What waits for a person, the longest waiting first; at most `most`."""
    query = select(APPROVAL).where(APPROVAL.c.state.in_([state.name for state in OPEN]))
    query = query.order_by(APPROVAL.c.asked_at, APPROVAL.c.approval_id).limit(most)
    return [_approval(work, row) for row in work.connection.execute(query).all()]


def waiting_for(work: UnitOfWork, subject: str) -> Sequence[Approval]:
    """What people are still asked about one thing, locked."""
    query = select(APPROVAL).where(APPROVAL.c.subject == subject)
    query = query.where(APPROVAL.c.state.in_([state.name for state in OPEN])).with_for_update()
    return [_approval(work, row) for row in work.connection.execute(query).all()]


def _approval(work: UnitOfWork, row: Row[Any]) -> Approval:
    done = (ACT.c.approval_id == row.approval_id) & (ACT.c.round == row.round)
    columns = (ACT.c.act, ACT.c.person, ACT.c.digest, ACT.c.at, ACT.c.reason)
    acts = work.connection.execute(select(*columns).where(done).order_by(ACT.c.at))
    return Approval(
        approval_id=row.approval_id,
        kind=row.kind,
        subject=row.subject,
        digest=row.digest,
        title=row.title,
        lines=tuple(row.lines),
        barred=frozenset(row.barred),
        state=ApprovalState[row.state],
        asked_at=row.asked_at,
        round=row.round,
        acts=tuple(Act(ApprovalState[act], *rest) for act, *rest in acts),
    )
