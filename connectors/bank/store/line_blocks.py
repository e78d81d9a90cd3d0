"""The lines of a large file: stored while it is read, their tokens of people later. 批量入库"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import NestedTransaction, Table, delete, func, insert, select, text, update

from connectors.bank.codec import Layout, decode
from connectors.bank.codec.bulk.plain import NotPlain
from connectors.bank.codec.bulk.reading import BulkReading
from connectors.bank.model import DecodedFile, FileKind
from connectors.bank.store.people import OTHER_TOKENS, PAYER_TOKENS, other_tokens, payer_tokens
from connectors.bank.store.tables import RESULT, STATEMENT, UNTOKENED
from gateway.signing.at_rest.tokens import Tokens
from gateway.store.copying import copy_frames
from gateway.store.unit_of_work import UnitOfWork

_CHUNK = 1024 * 1024
_TABLES = {FileKind.DEDUCTION_RESULT: RESULT, FileKind.ACCOUNT_STATEMENT: STATEMENT}
_PEOPLE = ((RESULT, PAYER_TOKENS, payer_tokens), (STATEMENT, OTHER_TOKENS, other_tokens))


def keep_blocks(
    work: UnitOfWork, file_id: str, layout: Layout, chunks: Iterable[bytes], lines_max: int
) -> DecodedFile:
    """Store a file's lines while they are read; what the file says of itself, without its lines.

    The lines have no tokens yet, and the file is noted for that. Raises NotPlain when the file is
    not one to be read in blocks, or anything in it is off: what was stored until then counts for
    nothing, and the caller takes it back.
    """
    reading = BulkReading(layout, lines_max)
    table = _TABLES[layout.kind]
    kept = [name for name in reading.columns if name in table.c]
    placed = (
        frame.select(pl.lit(file_id).alias("file_id"), *kept) for frame in reading.frames(chunks)
    )
    count = copy_frames(work, table, placed)
    work.connection.execute(insert(UNTOKENED).values(file_id=file_id, wanted_at=work.now))
    return DecodedFile(layout.kind, reading.header, controls=reading.controls, stored=count)


@dataclass(slots=True)
class Keeping:
    """One file's lines on their way into the tables, until its conclusion is known."""

    work: UnitOfWork
    file_id: str
    savepoint: NestedTransaction

    def read(self, layout: Layout, data: bytes, lines_max: int) -> DecodedFile:
        """The file, its lines stored; what is off anywhere is read line by line and not stored."""
        view = memoryview(data)
        chunks = (bytes(view[at : at + _CHUNK]) for at in range(0, len(data), _CHUNK))
        try:
            return keep_blocks(self.work, self.file_id, layout, chunks, lines_max)
        except NotPlain:
            self.take_back()
            return decode(layout, data, lines_max)

    def take_back(self) -> None:
        """Leave no line of the file."""
        if self.savepoint.is_active:
            self.savepoint.rollback()


@contextmanager
def keeping(work: UnitOfWork, file_id: str) -> Iterator[Keeping]:
    """What stores a file's lines; unless taken back, they are the transaction's."""
    savepoint = work.connection.begin_nested()
    yield Keeping(work, file_id, savepoint)
    if savepoint.is_active:
        savepoint.commit()


def untokened(work: UnitOfWork) -> int:
    """How many files have lines nobody can find by person yet."""
    return work.connection.execute(select(func.count()).select_from(UNTOKENED)).scalar_one()


@dataclass(frozen=True, slots=True)
class Portion:
    """Lines that were given their tokens; `file_id` is empty when no file waits."""

    file_id: str
    lines: int


def tokenise(work: UnitOfWork, tokens: Tokens, most: int) -> Portion:
    """Give the next lines of the file that waits longest their tokens; one worker at a time."""
    waiting = select(UNTOKENED).order_by(UNTOKENED.c.wanted_at, UNTOKENED.c.file_id).limit(1)
    file = work.connection.execute(waiting.with_for_update(skip_locked=True)).one_or_none()
    if file is None:
        return Portion("", 0)
    done, last = 0, file.lines_done
    for table, names, make in _PEOPLE:
        mine = (table.c.file_id == file.file_id) & (table.c.line > file.lines_done)
        query = select(table).where(mine).order_by(table.c.line).limit(most)
        rows = [
            (row["line"], *make(tokens, dict(row)).values())
            for row in work.connection.execute(query).mappings()
        ]
        if rows:
            _set(work, table, file.file_id, names, rows)
            done, last = len(rows), rows[-1][0]
    _note(work, file.file_id, last, ended=done < most)
    return Portion(file.file_id, done)


def _set(
    work: UnitOfWork,
    table: Table,
    file_id: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """One statement for all: a value list would be as many parameters as there are tokens."""
    arrays = dict(zip(("line", *names), map(list, zip(*rows, strict=True)), strict=True))
    given = ", ".join(f"cast(:{name} as text[])" for name in names)
    statement = text(f"""
        update {table.name} t set {", ".join(f"{name} = told.{name}" for name in names)}
        from unnest(cast(:line as integer[]), {given}) told (line, {", ".join(names)})
        where t.file_id = :file_id and t.line = told.line
    """)  # noqa: S608 - ours
    work.connection.execute(statement, arrays | {"file_id": file_id})


def _note(work: UnitOfWork, file_id: str, last: int, *, ended: bool) -> None:
    this = UNTOKENED.c.file_id == file_id
    if ended:
        work.connection.execute(delete(UNTOKENED).where(this))
    else:
        work.connection.execute(update(UNTOKENED).where(this).values(lines_done=last))
