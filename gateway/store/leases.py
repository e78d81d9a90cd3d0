"""Leases: one worker at a time may work on a message; a fence proves it is still that one. 租约"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update

from gateway.errors import Code, RefusedHere
from gateway.store.messages import MessageState
from gateway.store.tables import ATTEMPT, MESSAGE, OUTBOX
from gateway.store.unit_of_work import UnitOfWork

# Longer than a whole attempt may take, and every transport keeps to that; a dead worker's message
# waits this long.
LEASE_SECONDS = 50


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one message until the lease ends; `fence` proves it is still ours."""

    message_id: str
    fence: int
    state: MessageState
    signed_digest: str | None
    signed_kid: str | None = None


def is_free(now: datetime) -> ColumnElement[bool]:
    """The messages nobody works on."""
    return or_(OUTBOX.c.lease_until.is_(None), OUTBOX.c.lease_until <= now)


def claim(work: UnitOfWork, message_id: str, owner: str) -> Claim:
    """Take the lease on a message that is due; the fence goes up in the same UPDATE.

    Raises RefusedHere when another worker holds it or its next attempt is not due; the moment from
    which it may be taken stands in the detail.
    """
    due = OUTBOX.c.next_attempt_at <= work.now
    taken = work.connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.message_id == message_id, is_free(work.now), due)
        .values(lease_owner=owner, lease_until=_end(work), fence=OUTBOX.c.fence + 1)
        .returning(OUTBOX.c.fence)
    ).scalar_one_or_none()
    if taken is None:
        until = free_from(work, message_id)
        raise RefusedHere(
            Code.CLAIMED_ELSEWHERE, detail=f"{until:%H:%M:%S} 起可接手", subject=message_id
        )
    return Claim(message_id, taken, _state(work, message_id), *_last_signed(work, message_id))


def free_from(work: UnitOfWork, message_id: str) -> datetime:
    """From when the message may be claimed, as it stands now."""
    query = select(OUTBOX.c.lease_until, OUTBOX.c.next_attempt_at)
    row = work.connection.execute(query.where(OUTBOX.c.message_id == message_id)).one()
    moments: list[datetime] = [row.next_attempt_at, row.lease_until or row.next_attempt_at]
    return max(moments)


def hold(work: UnitOfWork, claimed: Claim, *, attempts: int = 0) -> None:
    """Begin an attempt: the lease runs anew, in the same UPDATE that proves it is still ours.

    Raises RefusedHere when another worker has overtaken us: it may be on the wire at this moment.
    """
    values = {"lease_until": _end(work), "attempts": OUTBOX.c.attempts + attempts}
    held = work.connection.execute(update(OUTBOX).where(_mine(claimed)).values(values))
    if held.rowcount != 1:
        raise RefusedHere(Code.CLAIMED_ELSEWHERE, subject=claimed.message_id)


def require_ours(work: UnitOfWork, claimed: Claim) -> MessageState:
    """The message's state, to be written by us alone until the transaction ends.

    Raises RefusedHere for a worker that was overtaken: its lease ran out and another one has it.
    """
    query = select(OUTBOX.c.fence).where(_mine(claimed)).with_for_update()
    if work.connection.execute(query).one_or_none() is None:
        raise RefusedHere(Code.CLAIMED_ELSEWHERE, subject=claimed.message_id)
    return _state(work, claimed.message_id)


def release(work: UnitOfWork, claimed: Claim, *, until: datetime | None = None) -> None:
    """Give the lease back; `until` puts the next attempt off."""
    values: dict[str, object] = {"lease_owner": None, "lease_until": None}
    if until is not None:
        values["next_attempt_at"] = until
    work.connection.execute(update(OUTBOX).where(_mine(claimed)).values(values))


def _mine(claimed: Claim) -> ColumnElement[bool]:
    return (OUTBOX.c.message_id == claimed.message_id) & (OUTBOX.c.fence == claimed.fence)


def _end(work: UnitOfWork) -> datetime:
    return work.now + timedelta(seconds=LEASE_SECONDS)


def _state(work: UnitOfWork, message_id: str) -> MessageState:
    query = select(MESSAGE.c.state).where(MESSAGE.c.message_id == message_id).with_for_update()
    return MessageState[work.connection.execute(query).scalar_one()]


def _last_signed(work: UnitOfWork, message_id: str) -> tuple[str | None, str | None]:
    """Digest and key id of what was last put on the wire; None twice before the first time."""
    query = (
        select(ATTEMPT.c.signed_digest, ATTEMPT.c.kid)
        .where(ATTEMPT.c.message_id == message_id, ATTEMPT.c.signed_digest.is_not(None))
        .order_by(ATTEMPT.c.fence.desc())
        .limit(1)
    )
    row = work.connection.execute(query).one_or_none()
    return (row.signed_digest, row.kid) if row else (None, None)
