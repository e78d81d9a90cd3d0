"""The inbox: what has been seen, by counterparty, name and digest. 收件箱"""

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import insert, select, text

from gateway.identity import business_id
from gateway.store.tables import INBOX
from gateway.store.unit_of_work import UnitOfWork

_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:counterparty || :name, 0))")


class Seen(Enum):
    """What an arriving file is to us."""

    NEW = "新到"
    SAME_AGAIN = "重复（同名同内容）"
    OTHER_CONTENT = "同名不同内容"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that arrived: its id is derived from who, which name and which bytes."""

    item_id: str
    seen: Seen


def take(work: UnitOfWork, counterparty: str, name: str, digest: str) -> Arrival:
    """Enter a file whose bytes are archived; says whether its name or bytes were seen before."""
    item_id = business_id("file", counterparty, name, digest)
    # of two workers with one name the second sees what the first has entered, and counts after it
    work.connection.execute(_LOCK, {"counterparty": counterparty, "name": name})
    known = (INBOX.c.counterparty == counterparty) & (INBOX.c.name == name)
    digests = set(work.connection.execute(select(INBOX.c.digest).where(known)).scalars())
    if digest in digests:
        return Arrival(item_id, Seen.SAME_AGAIN)
    row = {
        "item_id": item_id, "counterparty": counterparty, "name": name, "digest": digest,
        "received_at": work.now,
    }  # fmt: skip
    work.connection.execute(insert(INBOX).values(row))
    return Arrival(item_id, Seen.OTHER_CONTENT if digests else Seen.NEW)


def names(work: UnitOfWork, counterparty: str) -> frozenset[str]:
    """Every name a counterparty has used so far."""
    query = select(INBOX.c.name).where(INBOX.c.counterparty == counterparty)
    return frozenset(work.connection.execute(query).scalars())


def is_reused_name(work: UnitOfWork, item_id: str) -> bool:
    """Whether another content was entered under the same name before this item.

    The number drawn under the lock on the name decides, never a clock, which may be set back.
    """
    mine, other = INBOX.alias(), INBOX.alias()
    query = (
        select(other.c.item_id)
        .join(mine, (mine.c.counterparty == other.c.counterparty) & (mine.c.name == other.c.name))
        .where(mine.c.item_id == item_id, other.c.arrival < mine.c.arrival)
    )
    return work.connection.execute(query.limit(1)).one_or_none() is not None
