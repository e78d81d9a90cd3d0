"""The outbox: drafted once, every attempt and every answer on record. 待发箱"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from gateway.errors import Code, IllegalTransition
from gateway.grades import Fact, grade_of
from gateway.ports import Outgoing, Reply, Signed
from gateway.retrying import policy_for
from gateway.states import Answer
from gateway.store import alarms, leases
from gateway.store.journal import Facts
from gateway.store.leases import Claim
from gateway.store.messages import MESSAGE_STATES, MessageEvent, MessageState, event_of
from gateway.store.tables import ATTEMPT, MESSAGE, OUTBOX
from gateway.store.unit_of_work import Store, UnitOfWork, keep_bytes

# What an attempt proves that brought nothing back, and what a "never saw it" read from them does.
_NOTHING = grade_of().name
_READ = grade_of(Fact.CHANNEL, Fact.READABLE).name


class Courier(Protocol):
    """Carries one kind of message to its counterparty and understands what comes back."""

    def prepare(self, message: Outgoing, at: datetime) -> Signed:
        """The exact bytes that will be sent, and who signed them: archived before they leave."""

    def send(self, message: Outgoing, signed: bytes) -> Reply:
        """Put it on the wire. OutcomeUnknown: it may have reached them.

        TransportError, NotConfigured, SignatureInvalid of the line itself: nothing has. A reply
        whose signature does not hold is a Reply of grade E, so that its bytes are kept.
        """

    def enquire(self, message: Outgoing, signed: bytes) -> Reply | None:
        """Ask what became of it; None when they provably never saw it.

        None is as good as their word: say it only of what an authenticated channel let you read.
        """

    def settle(self, work: UnitOfWork, message: Outgoing, reply: Reply) -> None:
        """Write what the reply means for the rows behind the message; for grades A–C only."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be sent: its id comes from its business key, its payload is final.

    From `not_after` on, where there is one, it no longer leaves.
    """

    message_id: str
    counterparty: str
    kind: str
    subject: str
    name: str
    payload: bytes = field(repr=False)
    not_after: datetime | None = None


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
    not_after: datetime | None = None


def draft(store: Store, work: UnitOfWork, message: Draft) -> bool:
    """Write a message to be sent; False when the same one is already there.

    Raises IllegalTransition when the same id stands there with another payload.
    """
    digest = keep_bytes(store, work, message.payload)
    row = {
        "message_id": message.message_id, "counterparty": message.counterparty,
        "kind": message.kind, "subject": message.subject, "name": message.name, "digest": digest,
        "state": MESSAGE_STATES.initial.name, "state_at": work.now, "reason": "",
        "not_after": message.not_after,
    }  # fmt: skip
    # waits for whoever is drafting the same message at this moment
    if not work.connection.execute(insert(MESSAGE).values(row).on_conflict_do_nothing()).rowcount:
        there = find(work, message.message_id)
        if there is None or there.digest != digest:
            raise IllegalTransition(Code.CONTENT_DIFFERS, subject=message.message_id)
        return False
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
            row.not_after,
        )
        for row in rows
    ]


def due(work: UnitOfWork, limit: int) -> Sequence[str]:
    """Unfinished messages that may be worked on now, the longest waiting first."""
    unfinished = [state.name for state in MessageState if state not in MESSAGE_STATES.finals]
    free = leases.is_free(work.now) & (OUTBOX.c.next_attempt_at <= work.now)
    query = (
        select(OUTBOX.c.message_id)
        .join(MESSAGE, MESSAGE.c.message_id == OUTBOX.c.message_id)
        .where(MESSAGE.c.state.in_(unfinished), free)
        .order_by(OUTBOX.c.next_attempt_at, OUTBOX.c.message_id)
    )
    return list(work.connection.execute(query.limit(limit)).scalars())


def intend(store: Store, work: UnitOfWork, claimed: Claim, signed: Signed) -> None:
    """Record the intent to send exactly these bytes, before the first of them leaves.

    Raises RefusedHere when another worker has the message by now; then nothing may be sent.
    """
    digest = keep_bytes(store, work, signed.data)
    leases.hold(work, claimed, attempts=1)
    _begin_attempt(work, claimed, "send", signed_digest=digest, kid=signed.kid)
    _advance(work, claimed.message_id, claimed.state, MessageEvent.CLAIMED)
    facts: Facts = {"fence": claimed.fence, "digest": digest, "kid": signed.kid}
    work.note("send_intended", claimed.message_id, **facts)


def expire(work: UnitOfWork, claimed: Claim) -> None:
    """Its time is over, and not a byte of it has left: it never will."""
    state = leases.require_ours(work, claimed)
    _advance(work, claimed.message_id, state, MessageEvent.TOO_LATE)
    leases.release(work, claimed)
    work.note("message_expired", claimed.message_id, fence=claimed.fence)


def begin_enquiry(work: UnitOfWork, claimed: Claim) -> None:
    """Record that the counterparty is being asked."""
    leases.hold(work, claimed)
    _begin_attempt(work, claimed, "enquire")
    work.note("enquiry_begun", claimed.message_id, fence=claimed.fence)


def _begin_attempt(work: UnitOfWork, claimed: Claim, act: str, **signed: str | None) -> None:
    row = {
        "message_id": claimed.message_id, "fence": claimed.fence, "act": act,
        "started_at": work.now, **signed,
    }  # fmt: skip
    work.connection.execute(insert(ATTEMPT).values(row))


def lease_ran_out(work: UnitOfWork, claimed: Claim) -> None:
    """The worker before us died while sending: what it did is unknown, and to be asked for."""
    leases.require_ours(work, claimed)
    _advance(work, claimed.message_id, claimed.state, MessageEvent.LEASE_EXPIRED)
    leases.release(work, claimed)
    work.note(
        "message_unknown",
        claimed.message_id,
        fence=claimed.fence,
        why="LEASE_EXPIRED",
        grade=_NOTHING,
    )


def nothing_sent(work: UnitOfWork, claimed: Claim, code: Code) -> None:
    """The attempt failed before anything could reach them: try again later."""
    state = leases.require_ours(work, claimed)
    if state is MessageState.SENDING:
        _advance(work, claimed.message_id, state, MessageEvent.NOTHING_SENT)
    _end_attempt(work, claimed, code.name)
    leases.release(work, claimed, until=_later(work, claimed))
    work.note(
        "attempt_failed", claimed.message_id, fence=claimed.fence, code=code.name, grade=_NOTHING
    )


def outcome_lost(work: UnitOfWork, claimed: Claim, code: Code) -> None:
    """The attempt may have reached them: unknown, and to be asked for."""
    leases.require_ours(work, claimed)
    _advance(work, claimed.message_id, MessageState.SENDING, MessageEvent.OUTCOME_LOST)
    _end_attempt(work, claimed, code.name)
    leases.release(work, claimed)
    alarms.ring(work, Code.SEND_OUTCOME_UNKNOWN, claimed.message_id)
    work.note(
        "message_unknown", claimed.message_id, fence=claimed.fence, why=code.name, grade=_NOTHING
    )


def never_seen(work: UnitOfWork, claimed: Claim) -> None:
    """The counterparty proved that it never saw the message: it may be sent again, same key."""
    leases.require_ours(work, claimed)
    _advance(work, claimed.message_id, MessageState.UNKNOWN, MessageEvent.NEVER_SAW)
    _end_attempt(work, claimed, MessageEvent.NEVER_SAW.name, grade=_READ)
    leases.release(work, claimed)
    alarms.clear(work, Code.SEND_OUTCOME_UNKNOWN, claimed.message_id, "对方证实未收到")
    work.note(
        "enquiry_answered",
        claimed.message_id,
        fence=claimed.fence,
        answer="NEVER_SAW",
        grade=_READ,
    )


def keep_reply(store: Store, work: UnitOfWork, claimed: Claim, reply: Reply) -> None:
    """First half of taking a reply: its raw bytes, before anybody reads a meaning into them."""
    digest = keep_bytes(store, work, reply.raw)
    _end_attempt(work, claimed, reply.verdict.name, reply_digest=digest, grade=reply.grade.name)
    work.note("reply_received", claimed.message_id, fence=claimed.fence, digest=digest)


def take_reply(work: UnitOfWork, claimed: Claim, reply: Reply) -> MessageState:
    """Second half: the verdict moves the message, or contradicts what is known of it.

    On grades D and E no verdict ends anything: the message is unknown, asked for, and rings.
    """
    state = leases.require_ours(work, claimed)
    event = event_of(reply)
    step = MESSAGE_STATES.advance(state, event)
    facts = {"verdict": reply.verdict.name, "grade": reply.grade.name}
    if step.answer is Answer.MOVE:
        values = facts | {"reason": reply.reason}
        _advance(work, claimed.message_id, state, event, values)
    if step.answer is Answer.CONTRADICTION:
        alarms.ring(work, Code.ANSWER_CONTRADICTS, claimed.message_id)
    if step.answer is Answer.MOVE and step.state is MessageState.REJECTED:
        alarms.ring(work, Code.MESSAGE_REJECTED, claimed.message_id, reply.reason)
    if event is MessageEvent.PROVES_TOO_LITTLE:
        alarms.ring(work, Code.PROOF_TOO_WEAK, claimed.message_id, reply.grade.name)
    if step.state in MESSAGE_STATES.finals:
        alarms.clear(work, Code.PROOF_TOO_WEAK, claimed.message_id, "对方已答复，凭据充分")
        alarms.clear(work, Code.SEND_OUTCOME_UNKNOWN, claimed.message_id, "对方已答复")
    unknown = step.state is MessageState.UNKNOWN
    leases.release(work, claimed, until=_later(work, claimed) if unknown else None)
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


def _later(work: UnitOfWork, claimed: Claim) -> datetime:
    query = select(MESSAGE.c.kind, OUTBOX.c.attempts).join_from(MESSAGE, OUTBOX)
    row = work.connection.execute(query.where(MESSAGE.c.message_id == claimed.message_id)).one()
    return policy_for(row.kind).next_attempt(work.now, max(row.attempts, 1))
