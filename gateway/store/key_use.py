"""What is still open under a key, and one writer of the key ring at a time. 密钥占用"""

from sqlalchemy import func, select, text

from gateway.store.messages import MESSAGE_STATES, MessageState
from gateway.store.tables import ATTEMPT, MESSAGE
from gateway.store.unit_of_work import UnitOfWork

# Any number will do, as long as every writer takes the same.
_LOCK = 4_320_106
_OPEN = [state.name for state in MessageState if state not in MESSAGE_STATES.finals]
# What has left, or may have, and is not answered yet.
_SENT = [MessageState.SENDING.name, MessageState.UNKNOWN.name]


def lock_ring(work: UnitOfWork) -> None:
    """Wait until no other process changes the key ring; held until the transaction ends."""
    work.connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def signed_and_open(work: UnitOfWork, kid: str) -> int:
    """Messages without an answer whose bytes, sent or to be sent again, this key signed."""
    last = (
        select(ATTEMPT.c.kid)
        .where(ATTEMPT.c.message_id == MESSAGE.c.message_id, ATTEMPT.c.signed_digest.is_not(None))
        .order_by(ATTEMPT.c.fence.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(func.count()).where(MESSAGE.c.state.in_(_OPEN), last == kid)
    return int(work.connection.execute(query.select_from(MESSAGE)).scalar_one())


def replies_expected(work: UnitOfWork, counterparty: str) -> int:
    """Messages that this counterparty has, or may have, and has not answered."""
    query = select(func.count()).select_from(MESSAGE)
    theirs = (MESSAGE.c.counterparty == counterparty) & MESSAGE.c.state.in_(_SENT)
    return int(work.connection.execute(query.where(theirs)).scalar_one())
