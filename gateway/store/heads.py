"""Heads: signed roots of the journal's tree, kept as they were signed. 流水树根"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, text, update

from gateway.dates import SHANGHAI
from gateway.ports import Algorithm
from gateway.store.tables import JOURNAL_HEAD
from gateway.store.unit_of_work import UnitOfWork

# Any number will do that no other lock of ours has.
_LOCK = 4_320_106
FORMAT = "journal-head-1"


@dataclass(frozen=True, slots=True)
class Head:
    """The root over the first `size` entries, and the hash of the last of them, both in hex."""

    size: int
    root: str
    last: str
    at: datetime
    kid: str
    algorithm: Algorithm

    def text(self) -> str:
        """The head as it is signed, stamped and published: canonical JSON with a line end.

        The key and its algorithm stand in it, so that a signature under another key or algorithm
        is a signature over another text.
        """
        said = {
            "format": FORMAT,
            "size": self.size,
            "root": self.root,
            "last": self.last,
            "at": self.at.astimezone(SHANGHAI).isoformat(timespec="microseconds"),
            "kid": self.kid,
            "alg": self.algorithm.value,
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":")) + "\n"


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head as it is kept: its exact text, the raw signature over it, and the key to check it.

    `stamp` is the digest of the time-stamp token in the archive, None while there is none;
    `published_at` is None while something of the head is not published, and be it its stamp.
    """

    size: int
    root: str
    at: datetime
    text: str
    kid: str
    algorithm: Algorithm
    signature: bytes = field(repr=False)
    public_key: str = field(repr=False)
    stamp: str | None = None
    stamped_at: datetime | None = None
    published_at: datetime | None = None

    @property
    def head_id(self) -> str:
        """What it is called in the journal and where it is published."""
        return head_id(self.size)

    @property
    def digest(self) -> str:
        """SHA-256 of its text: what a time-stamp is over."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def head_id(size: int) -> str:
    """The name of the head over `size` entries."""
    return f"head-{size}"


def lock(work: UnitOfWork) -> None:
    """Wait until nobody else makes a head; holds until the transaction ends."""
    work.connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def add(work: UnitOfWork, head: SignedHead) -> None:
    """Keep a head that was just signed."""
    row = {
        "size": head.size, "root": head.root, "at": head.at, "text": head.text,
        "digest": head.digest, "kid": head.kid, "algorithm": head.algorithm.name,
        "signature": head.signature, "public_key": head.public_key,
    }  # fmt: skip
    work.connection.execute(insert(JOURNAL_HEAD), row)


def newest(work: UnitOfWork) -> SignedHead | None:
    """The head over the most entries, None before the first."""
    found = _found(work, select(JOURNAL_HEAD).order_by(JOURNAL_HEAD.c.size.desc()).limit(1))
    return found[0] if found else None


def every(work: UnitOfWork) -> Sequence[SignedHead]:
    """All heads, the smallest first."""
    return _found(work, select(JOURNAL_HEAD))


def unstamped(work: UnitOfWork) -> Sequence[SignedHead]:
    """Heads without a time-stamp, the smallest first."""
    return _found(work, select(JOURNAL_HEAD).where(JOURNAL_HEAD.c.stamp_digest.is_(None)))


def unpublished(work: UnitOfWork) -> Sequence[SignedHead]:
    """Heads of which something was not published yet: they themselves, or their stamp."""
    return _found(work, select(JOURNAL_HEAD).where(JOURNAL_HEAD.c.published_at.is_(None)))


def set_stamp(work: UnitOfWork, size: int, digest: str) -> None:
    """Record the time-stamp that was had for a head, which is to be published; the first stays."""
    bare = (JOURNAL_HEAD.c.size == size) & JOURNAL_HEAD.c.stamp_digest.is_(None)
    values = {"stamp_digest": digest, "stamped_at": work.now, "published_at": None}
    work.connection.execute(update(JOURNAL_HEAD).where(bare).values(values))


def set_published(work: UnitOfWork, head: SignedHead) -> bool:
    """Record that what is known of a head is published.

    False when another worker has done so, or when a stamp came meanwhile, which is not published.
    """
    known = JOURNAL_HEAD.c.stamp_digest.is_not_distinct_from(head.stamp)
    this = (JOURNAL_HEAD.c.size == head.size) & JOURNAL_HEAD.c.published_at.is_(None) & known
    done = update(JOURNAL_HEAD).where(this).values(published_at=work.now)
    return bool(work.connection.execute(done).rowcount)


def _found(work: UnitOfWork, query: Select[Any]) -> Sequence[SignedHead]:
    rows = work.connection.execute(query.order_by(JOURNAL_HEAD.c.size))
    return [_head(row) for row in rows]


def _head(row: Row[Any]) -> SignedHead:
    return SignedHead(
        size=row.size,
        root=row.root,
        at=row.at,
        text=row.text,
        kid=row.kid,
        algorithm=Algorithm[row.algorithm],
        signature=bytes(row.signature),
        public_key=row.public_key,
        stamp=row.stamp_digest,
        stamped_at=row.stamped_at,
        published_at=row.published_at,
    )
