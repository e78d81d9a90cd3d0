"""The unit of work: one transaction, its journal entries written last. 工作单元"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, Engine, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from gateway.errors import Code, IllegalTransition, RefusedHere
from gateway.events import JOURNAL_EVENTS
from gateway.ports import Clock
from gateway.store import journal
from gateway.store.archive import Archive
from gateway.store.database import meaning
from gateway.store.journal import Fact
from gateway.store.tables import PAYLOAD

# A payload kept again within a day of the last time changes nothing about how long it is kept.
_KEPT_AGAIN = timedelta(days=1)


@dataclass(slots=True)
class UnitOfWork:
    """One transaction. `now` is its one moment: everything in it happened then."""

    connection: Connection
    now: datetime
    archive: Archive
    _entries: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, event: str, subject: str, /, **facts: Fact) -> None:
        """Add a journal entry; it is written when the transaction commits, in this order."""
        if event not in JOURNAL_EVENTS:
            raise IllegalTransition(Code.TRANSITION_MISSING, detail=f"journal event {event}")
        self._entries.append((event, subject, journal.canonical(facts)))

    def keep(self, digest: str, size: int) -> None:
        """Record that the archive holds these bytes; they are already durable there.

        What is kept again is kept for as long as if it had come now. Raises RefusedHere when it was
        shredded between its way into the archive and this record: the next try keeps it anew.
        """
        row = {"digest": digest, "bytes": size, "archived_at": self.now}
        fresh = insert(PAYLOAD).values(row).on_conflict_do_nothing()
        if not self.connection.execute(fresh).rowcount:
            self._keep_again(digest)

    def _keep_again(self, digest: str) -> None:
        last = func.coalesce(PAYLOAD.c.kept_again_at, PAYLOAD.c.archived_at)
        old = PAYLOAD.c.shredded_at.is_not(None) | (last < self.now - _KEPT_AGAIN)
        values = {"kept_again_at": self.now, "shredded_at": None}
        renewed = update(PAYLOAD).where(PAYLOAD.c.digest == digest, old).values(values)
        # the row is locked from here on, so nobody shreds what is found to be there
        if self.connection.execute(renewed).rowcount and not self.archive.holds(digest):
            raise RefusedHere(Code.PAYLOAD_SHREDDED, subject=digest)

    def write_journal(self) -> None:
        """Write the entries; called once, last before the commit."""
        if self._entries:
            journal.append(self.connection, self.now, self._entries)
            self._entries = []


class Store(Protocol):
    """Whoever can begin a unit of work and holds the archive: the real store, or a test's."""

    @property
    def archive(self) -> Archive:
        """The raw bytes."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """A transaction that commits when its block ends well, and leaves nothing otherwise."""


class PostgresStore:
    """The store over PostgreSQL and an archive directory."""

    def __init__(self, engine: Engine, archive: Archive, clock: Clock) -> None:
        self.engine = engine
        self._archive = archive
        self._clock = clock

    @property
    def archive(self) -> Archive:
        """The raw bytes."""
        return self._archive

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """A transaction; the journal is written last, under its lock, then all is committed.

        Raises what the database's error means to us, without its text.
        """
        try:
            with self.engine.begin() as connection:
                # an insert that did nothing must be told from one that did: `rowcount`, not -1
                connection.execution_options(preserve_rowcount=True)
                work = UnitOfWork(connection, self._clock.now(), self._archive)
                yield work
                work.write_journal()
        except DBAPIError as failed:
            raise meaning(failed) from None


def keep_bytes(store: Store, work: UnitOfWork, data: bytes) -> str:
    """Archive small bytes made within a transaction and record them; returns the digest.

    The file is durable before the row: a crash between leaves a file nothing refers to.
    """
    digest = store.archive.put(data)
    work.keep(digest, len(data))
    return digest
