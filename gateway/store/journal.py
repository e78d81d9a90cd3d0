"""The journal: append-only, one hash chain over every entry. 流水"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, text

from gateway.dates import SHANGHAI
from gateway.errors import Code, SignatureInvalid
from gateway.store.tables import JOURNAL

# What an entry may hold: ids, digests, counts, fen, codes. Never personal data.
Fact = str | int | bool | None
Facts = Mapping[str, Fact]

GENESIS = "0" * 64
# Any number will do, as long as every writer takes the same.
_LOCK = 4_320_104
_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands in the chain."""

    seq: int
    at: datetime
    event: str
    subject: str
    facts: str
    previous: str
    hash: str

    def line(self) -> str:
        """The entry as one line of canonical JSON: what is hashed, the hash before, and its own.

        Its UTF-8 bytes, without a line end, are the entry's leaf in the journal's tree.
        """
        said = _hashed(self.seq, self.at, self.event, self.subject, self.facts)
        chained = {**said, "previous": self.previous, "hash": self.hash}
        return json.dumps(chained, ensure_ascii=False, sort_keys=True)


def canonical(facts: Facts) -> str:
    """Facts as one text that is always the same for the same facts."""
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _hashed(seq: int, at: datetime, event: str, subject: str, facts: str) -> dict[str, object]:
    moment = at.astimezone(SHANGHAI).isoformat(timespec="microseconds")
    return {"seq": seq, "at": moment, "event": event, "subject": subject, "facts": facts}


def entry_hash(previous: str, seq: int, at: datetime, what: tuple[str, str, str]) -> str:
    """SHA-256 over the previous hash and all that the entry says (event, subject, facts)."""
    body = json.dumps(_hashed(seq, at, *what), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def append(connection: Connection, at: datetime, entries: list[tuple[str, str, str]]) -> None:
    """Write entries (event, subject, canonical facts) at the end of the chain.

    Takes the chain's lock until the transaction ends: call it last, just before the commit.
    """
    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    newest = select(JOURNAL.c.seq, JOURNAL.c.hash).order_by(JOURNAL.c.seq.desc()).limit(1)
    last = connection.execute(newest).one_or_none()
    seq, previous = (last.seq, last.hash) if last else (0, GENESIS)
    rows = []
    for event, subject, facts in entries:
        seq += 1
        chained = entry_hash(previous, seq, at, (event, subject, facts))
        rows.append(
            {"seq": seq, "at": at, "event": event, "subject": subject, "facts": facts,
             "previous": previous, "hash": chained}
        )  # fmt: skip
        previous = chained
    connection.execute(insert(JOURNAL), rows)


def read(connection: Connection, subject: str | None = None) -> Iterator[Entry]:
    """Entries in order, of one subject or all, a page at a time."""
    after = 0
    while page := _page(connection, after, subject):
        yield from page
        after = page[-1].seq


def _page(connection: Connection, after: int, subject: str | None) -> list[Entry]:
    query = select(JOURNAL).where(JOURNAL.c.seq > after).order_by(JOURNAL.c.seq).limit(_PAGE)
    if subject is not None:
        query = query.where(JOURNAL.c.subject == subject)
    return [Entry(*row) for row in connection.execute(query)]


def verified(connection: Connection) -> Iterator[Entry]:
    """All entries in order, each held against the chain before it is handed out.

    Raises SignatureInvalid at the first entry that is missing, out of order or altered.
    """
    previous = GENESIS
    for seq, entry in enumerate(read(connection), start=1):
        what = (entry.event, entry.subject, entry.facts)
        expected = entry_hash(previous, seq, entry.at, what)
        if (entry.seq, entry.previous, entry.hash) != (seq, previous, expected):
            raise SignatureInvalid(Code.JOURNAL_BROKEN, detail=f"seq {seq}")
        previous = entry.hash
        yield entry


def verify(connection: Connection) -> tuple[int, str]:
    """Recompute the whole chain: (number of entries, last hash). Raises as `verified` does."""
    seq, last = 0, GENESIS
    for entry in verified(connection):
        seq, last = entry.seq, entry.hash
    return seq, last
