"""The outbox: drafted once, claimed by one worker at a time, every attempt on record. 待发箱"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, insert, or_, select, update

from gateway.errors import Code, IllegalTransition, RefusedHere
from gateway.ports import Outgoing, Reply
from gateway.retrying import policy_for
from gateway.states import Answer
from gateway.store import alarms
from gateway.store.messages import EVENT_OF, MESSAGE_STATES, MessageEvent, MessageState
from gateway.store.tables import ATTEMPT, MESSAGE, OUTBOX
from gateway.store.unit_of_work import Store, UnitOfWork, keep_bytes

# Longer than any one call on the wire may take; a dead worker's message waits this long.
LEASE_SECONDS = 30


class Courier(Protocol):
    """Carries one kind of message to its counterparty and understands what comes back."""

    def prepare(self, message: Outgoing, at: datetime) -> bytes:
        """The exact bytes that will be sent, signed: archived before they leave."""

    def send(self, message: Outgoing, signed: bytes) -> Reply:
        """Put it on the wire. TransportError: nothing reached them. OutcomeUnknown: it may have."""

    def enquire(self, message: Outgoing, signed: bytes) -> Reply | None:
        """Ask what became of it; None when they provably never saw it."""

    def settle(self, work: UnitOfWork, message: Outgoing, reply: Reply) -> None:
        """Write what the reply means for the rows behind the message."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be sent: its id comes from its business key, its payload is final."""

    message_id: str
    counterparty: str
    kind: str
    subject: str
    name: str
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message as it stands."""

    message_id: str
    counterparty: str
    kind: str
    subject: str
    name: str
    digest: str
    state: MessageState


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one message until the lease ends; `fence` proves it is still ours."""

    message_id: str
    fence: int
    state: MessageState
    signed_digest: str | None


def draft(store: Store, work: UnitOfWork, message: Draft) -> bool:
    """Write a message to be sent; False when the same one is already there.

    Raises IllegalTransition when the same id stands there with another payload.
    """
    digest = keep_bytes(store, work, message.payload)
    there = find(work, message.message_id)
    if there is not None:
        if there.digest != digest:
            raise IllegalTransition(Code.CONTENT_DIFFERS, subject=message.message_id)
        return False
    row = {
        "message_id": message.message_id, "counterparty": message.counterparty,
        "kind": message.kind, "subject": message.subject, "name": message.name, "digest": digest,
        "state": MESSAGE_STATES.initial.name, "state_at": work.now, "reason": "",
    }  # fmt: skip
    work.connection.execute(insert(MESSAGE).values(row))
    queued = {"message_id": message.message_id, "next_attempt_at": work.now}
    work.connection.execute(insert(OUTBOX).values(queued | {"attempts": 0, "fence": 0}))
    work.note("message_drafted", message.message_id, kind=message.kind, digest=digest)
    return True


def find(work: UnitOfWork, message_id: str) -> MessageRow | None:
    """One message, None when there is none of that id."""
    rows = _select(work, MESSAGE.c.message_id == message_id)
    return rows[0] if rows else None


def of_subject(work: UnitOfWork, subject: str) -> Sequence[MessageRow]:
    """All messages about one subject (a night), by id."""
    return _select(work, MESSAGE.c.subject == subject)


def _select(work: UnitOfWork, condition: ColumnElement[bool]) -> list[MessageRow]:
    rows = work.connection.execute(select(MESSAGE).where(condition).order_by(MESSAGE.c.message_id))
    return [
        MessageRow(
            row.message_id,
            row.counterparty,
            row.kind,
            row.subject,
            row.name,
            row.digest,
            MessageState[row.state],
        )
        for row in rows
    ]


def due(work: UnitOfWork, limit: int) -> Sequence[str]:
    """Unfinished messages that may be worked on now, the longest waiting first."""
    unfinished = [state.name for state in MessageState if state not in MESSAGE_STATES.finals]
    free = or_(OUTBOX.c.lease_until.is_(None), OUTBOX.c.lease_until <= work.now)
    query = (
        select(OUTBOX.c.message_id)
        .join(MESSAGE, MESSAGE.c.message_id == OUTBOX.c.message_id)
        .where(MESSAGE.c.state.in_(unfinished), OUTBOX.c.next_attempt_at <= work.now, free)
        .order_by(OUTBOX.c.next_attempt_at, OUTBOX.c.message_id)
    )
    return list(work.connection.execute(query.limit(limit)).scalars())


def claim(work: UnitOfWork, message_id: str, owner: str) -> Claim:
    """Take the lease on a message that is due; the fence goes up in the same UPDATE.

    Raises RefusedHere when another worker holds it or its next attempt is not due; the moment from
    which it may be taken stands in the detail.
    """
    free = or_(OUTBOX.c.lease_until.is_(None), OUTBOX.c.lease_until <= work.now)
    taken = work.connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.message_id == message_id, free, OUTBOX.c.next_attempt_at <= work.now)
        .values(
            lease_owner=owner,
            lease_until=work.now + timedelta(seconds=LEASE_SECONDS),
            fence=OUTBOX.c.fence + 1,
        )
        .returning(OUTBOX.c.fence)
    ).scalar_one_or_none()
    if taken is None:
        until = free_from(work, message_id)
        raise RefusedHere(
            Code.CLAIMED_ELSEWHERE, detail=f"{until:%H:%M:%S} 起可接手", subject=message_id
        )
    return Claim(message_id, taken, _state(work, message_id), _last_signed(work, message_id))


def free_from(work: UnitOfWork, message_id: str) -> datetime:
    """From when the message may be claimed, as it stands now."""
    query = select(OUTBOX.c.lease_until, OUTBOX.c.next_attempt_at)
    row = work.connection.execute(query.where(OUTBOX.c.message_id == message_id)).one()
    moments: list[datetime] = [row.next_attempt_at, row.lease_until or row.next_attempt_at]
    return max(moments)


def _state(work: UnitOfWork, message_id: str) -> MessageState:
    query = select(MESSAGE.c.state).where(MESSAGE.c.message_id == message_id).with_for_update()
    return MessageState[work.connection.execute(query).scalar_one()]


def _last_signed(work: UnitOfWork, message_id: str) -> str | None:
    query = (
        select(ATTEMPT.c.signed_digest)
        .where(ATTEMPT.c.message_id == message_id, ATTEMPT.c.signed_digest.is_not(None))
        .order_by(ATTEMPT.c.fence.desc())
        .limit(1)
    )
    return work.connection.execute(query).scalar_one_or_none()


def intend(store: Store, work: UnitOfWork, claimed: Claim, signed: bytes) -> None:
    """Record the intent to send exactly these bytes, before the first of them leaves."""
    digest = keep_bytes(store, work, signed)
    _begin_attempt(work, claimed, "send", digest)
    _advance(work, claimed.message_id, claimed.state, MessageEvent.CLAIMED)
    count = OUTBOX.c.attempts + 1
    mine = (OUTBOX.c.message_id == claimed.message_id) & (OUTBOX.c.fence == claimed.fence)
    work.connection.execute(update(OUTBOX).where(mine).values(attempts=count))
    work.note("send_intended", claimed.message_id, fence=claimed.fence, digest=digest)


def begin_enquiry(work: UnitOfWork, claimed: Claim) -> None:
    """Record that the counterparty is being asked."""
    _begin_attempt(work, claimed, "enquire", None)
    work.note("enquiry_begun", claimed.message_id, fence=claimed.fence)


def _begin_attempt(work: UnitOfWork, claimed: Claim, act: str, digest: str | None) -> None:
    row = {
        "message_id": claimed.message_id, "fence": claimed.fence, "act": act,
        "started_at": work.now, "signed_digest": digest,
    }  # fmt: skip
    work.connection.execute(insert(ATTEMPT).values(row))


def lease_ran_out(work: UnitOfWork, claimed: Claim) -> None:
    """The worker before us died while sending: what it did is unknown."""
    _advance(work, claimed.message_id, claimed.state, MessageEvent.LEASE_EXPIRED)
    work.note("message_unknown", claimed.message_id, fence=claimed.fence, why="LEASE_EXPIRED")


def nothing_sent(work: UnitOfWork, claimed: Claim, code: Code) -> None:
    """The attempt failed before anything could reach them: try again later."""
    _require_fence(work, claimed)
    row = find(work, claimed.message_id)
    if row is not None and row.state is MessageState.SENDING:
        _advance(work, claimed.message_id, row.state, MessageEvent.NOTHING_SENT)
    _end_attempt(work, claimed, code.name)
    _release(work, claimed, again=True)
    work.note("attempt_failed", claimed.message_id, fence=claimed.fence, code=code.name)


def outcome_lost(work: UnitOfWork, claimed: Claim, code: Code) -> None:
    """The attempt may have reached them: unknown, and to be asked for."""
    _require_fence(work, claimed)
    _advance(work, claimed.message_id, MessageState.SENDING, MessageEvent.OUTCOME_LOST)
    _end_attempt(work, claimed, code.name)
    _release(work, claimed, again=False)
    alarms.ring(work, Code.SEND_OUTCOME_UNKNOWN, claimed.message_id)
    work.note("message_unknown", claimed.message_id, fence=claimed.fence, why=code.name)


def never_seen(work: UnitOfWork, claimed: Claim) -> None:
    """The counterparty proved that it never saw the message: it may be sent again, same key."""
    _require_fence(work, claimed)
    _advance(work, claimed.message_id, MessageState.UNKNOWN, MessageEvent.NEVER_SAW)
    _end_attempt(work, claimed, MessageEvent.NEVER_SAW.name)
    _release(work, claimed, again=False)
    alarms.clear(work, Code.SEND_OUTCOME_UNKNOWN, claimed.message_id, "对方证实未收到")
    work.note("enquiry_answered", claimed.message_id, fence=claimed.fence, answer="NEVER_SAW")


def keep_reply(store: Store, work: UnitOfWork, claimed: Claim, reply: Reply) -> None:
    """First half of taking a reply: its raw bytes, before anybody reads a meaning into them."""
    digest = keep_bytes(store, work, reply.raw)
    _end_attempt(work, claimed, reply.verdict.name, reply_digest=digest, grade=reply.grade.name)
    work.note("reply_received", claimed.message_id, fence=claimed.fence, digest=digest)


def take_reply(work: UnitOfWork, claimed: Claim, reply: Reply) -> MessageState:
    """Second half: the verdict moves the message, or contradicts what is known of it."""
    _require_fence(work, claimed)
    state = _state(work, claimed.message_id)
    event = EVENT_OF[reply.verdict]
    step = MESSAGE_STATES.advance(state, event)
    facts = {"verdict": reply.verdict.name, "grade": reply.grade.name}
    if step.answer is Answer.MOVE:
        values = facts | {"reason": reply.reason}
        _advance(work, claimed.message_id, state, event, values)
    if step.answer is Answer.CONTRADICTION:
        alarms.ring(work, Code.ANSWER_CONTRADICTS, claimed.message_id)
    if step.state in MESSAGE_STATES.finals:
        alarms.clear(work, Code.SEND_OUTCOME_UNKNOWN, claimed.message_id, "对方已答复")
    _release(work, claimed, again=step.state is MessageState.UNKNOWN)
    work.note("message_answered", claimed.message_id, answer=step.answer.name, **facts)
    return step.state


def _advance(
    work: UnitOfWork,
    message_id: str,
    state: MessageState,
    event: MessageEvent,
    values: dict[str, str] | None = None,
) -> None:
    step = MESSAGE_STATES.advance(state, event)
    moved = work.connection.execute(
        update(MESSAGE)
        .where(MESSAGE.c.message_id == message_id, MESSAGE.c.state == state.name)
        .values(state=step.state.name, state_at=work.now, **(values or {}))
    )
    if moved.rowcount != 1:
        raise IllegalTransition(Code.TRANSITION_MISSING, subject=message_id, detail=event.name)


def _end_attempt(work: UnitOfWork, claimed: Claim, outcome: str, **more: str) -> None:
    mine = (ATTEMPT.c.message_id == claimed.message_id) & (ATTEMPT.c.fence == claimed.fence)
    values = {"ended_at": work.now, "outcome": outcome, **more}
    work.connection.execute(update(ATTEMPT).where(mine).values(values))


def _release(work: UnitOfWork, claimed: Claim, *, again: bool) -> None:
    """Give the lease back; `again` puts the next attempt off by the kind's policy."""
    values: dict[str, object] = {"lease_owner": None, "lease_until": None}
    if again:
        values["next_attempt_at"] = _later(work, claimed)
    mine = (OUTBOX.c.message_id == claimed.message_id) & (OUTBOX.c.fence == claimed.fence)
    work.connection.execute(update(OUTBOX).where(mine).values(values))


def _later(work: UnitOfWork, claimed: Claim) -> datetime:
    query = select(MESSAGE.c.kind, OUTBOX.c.attempts).join_from(MESSAGE, OUTBOX)
    row = work.connection.execute(query.where(MESSAGE.c.message_id == claimed.message_id)).one()
    return policy_for(row.kind).next_attempt(work.now, max(row.attempts, 1))


def _require_fence(work: UnitOfWork, claimed: Claim) -> None:
    """A worker that was overtaken may not write: its lease ran out and another one has it."""
    query = select(OUTBOX.c.fence).where(OUTBOX.c.message_id == claimed.message_id)
    if work.connection.execute(query.with_for_update()).scalar_one() != claimed.fence:
        raise RefusedHere(Code.CLAIMED_ELSEWHERE, subject=claimed.message_id)
