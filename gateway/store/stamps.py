"""Stamps had and waited for: which digest, of what, since when. 时间戳登记"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.dialects.postgresql import insert

from gateway.identity import business_id
from gateway.signing.primitives.digests import DigestName
from gateway.signing.seals.timestamps import Imprint
from gateway.store.tables import STAMP
from gateway.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry: what is stamped, of which thing; `token_digest` is None while it is waited for."""

    stamp_id: str
    subject: str
    imprint: Imprint
    attempts: int
    token_digest: str | None
    gen_time: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is waited for: how many stamps, the longest since when, the first to be asked for."""

    count: int
    since: datetime
    next_attempt_at: datetime


def enter(work: UnitOfWork, subject: str, imprint: Imprint) -> Kept:
    """Enter what is to be stamped; the same digest of the same thing is entered once."""
    name, digest = imprint.name.name, imprint.digest.hex()
    row = {
        "stamp_id": business_id("stamp", subject, name, digest),
        "subject": subject, "algorithm": name, "digest": digest,
        "asked_at": work.now, "attempts": 0, "next_attempt_at": work.now,
    }  # fmt: skip
    work.connection.execute(insert(STAMP).values(row).on_conflict_do_nothing())
    return find(work, str(row["stamp_id"]))


def find(work: UnitOfWork, stamp_id: str) -> Kept:
    """One entry, locked until the transaction ends."""
    query = select(STAMP).where(STAMP.c.stamp_id == stamp_id).with_for_update()
    return _kept(work.connection.execute(query).one())


def of_subject(work: UnitOfWork, subject: str) -> Sequence[Kept]:
    """Every entry of one thing, the oldest first."""
    query = select(STAMP).where(STAMP.c.subject == subject)
    rows = work.connection.execute(query.order_by(STAMP.c.asked_at, STAMP.c.stamp_id))
    return [_kept(row) for row in rows]


def due(work: UnitOfWork, limit: int) -> Sequence[str]:
    """Ids of what may be asked for again now, the longest waiting first."""
    query = _waiting_ids().where(STAMP.c.next_attempt_at <= work.now).limit(limit)
    return work.connection.execute(query).scalars().all()


def every_waiting(work: UnitOfWork) -> Sequence[str]:
    """Ids of all that is waited for, due or not, the longest waiting first."""
    return work.connection.execute(_waiting_ids()).scalars().all()


def _waiting_ids() -> Select[Any]:
    query = select(STAMP.c.stamp_id).where(STAMP.c.token_digest.is_(None))
    return query.order_by(STAMP.c.asked_at, STAMP.c.stamp_id)


def put_off(work: UnitOfWork, stamp_id: str, until: datetime) -> None:
    """Count an attempt that brought nothing; the next one is not before `until`."""
    waits = (STAMP.c.stamp_id == stamp_id) & STAMP.c.token_digest.is_(None)
    values = {"attempts": STAMP.c.attempts + 1, "next_attempt_at": until}
    work.connection.execute(update(STAMP).where(waits).values(values))


def take(work: UnitOfWork, stamp_id: str, token_digest: str, gen_time: datetime) -> bool:
    """Keep the stamp; False when another worker had one first, which stays."""
    waits = (STAMP.c.stamp_id == stamp_id) & STAMP.c.token_digest.is_(None)
    values = {
        "attempts": STAMP.c.attempts + 1, "token_digest": token_digest, "gen_time": gen_time,
    }  # fmt: skip
    return bool(work.connection.execute(update(STAMP).where(waits).values(values)).rowcount)


def waiting(work: UnitOfWork) -> Waiting | None:
    """What is waited for; None when nothing is."""
    told = func.count(), func.min(STAMP.c.asked_at), func.min(STAMP.c.next_attempt_at)
    row = work.connection.execute(select(*told).where(STAMP.c.token_digest.is_(None))).one()
    return Waiting(*row) if row[0] else None


def newest(work: UnitOfWork) -> datetime | None:
    """The authority's own time in the newest stamp that is had; None before the first."""
    moment: datetime | None = work.connection.execute(select(func.max(STAMP.c.gen_time))).scalar()
    return moment


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    imprint = Imprint(bytes.fromhex(row.digest), DigestName[row.algorithm])
    return Kept(row.stamp_id, row.subject, imprint, row.attempts, row.token_digest, row.gen_time)
