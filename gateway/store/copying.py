"""Many rows at once: COPY within the transaction, in and out, instead of row by row. 批量读写"""

import io
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import polars as pl
import psycopg
from psycopg.abc import Params
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from sqlalchemy import Select, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from gateway.store.unit_of_work import UnitOfWork

_DIALECT = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]
# Blocks made ahead of the one that is being written: enough to keep both sides busy.
_AHEAD = 2


def copy_rows(
    work: UnitOfWork, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Add rows to a table, each with a value for each of these columns, in their order.

    What the database refuses is raised as SQLAlchemy would have it, without the row.
    """
    with _copying(work, _into(table, columns)) as copy:
        for row in rows:
            copy.write_row(row)


def copy_frame(work: UnitOfWork, table: Table, frame: pl.DataFrame) -> None:
    """Add a frame to a table: its columns are columns of the table, null and "" stay apart.

    What the database refuses is raised as SQLAlchemy would have it, without the row.
    """
    copy_frames(work, table, [frame])


def frame_of(work: UnitOfWork, query: Select[Any], columns: Mapping[str, Any]) -> pl.DataFrame:
    """The rows of a query as a frame of these columns, in the query's order.

    No text of the query may be null: null and "" are the same here. What the database refuses is
    raised as SQLAlchemy would have it.
    """
    compiled = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    statement = f"copy ({compiled}) to stdout (format csv)"
    try:
        told = _told(work, statement, compiled.params)
    except psycopg.Error as refused:
        raise DBAPIError.instance(statement, None, refused, psycopg.Error) from None
    return _read(told, dict(columns)) if told else pl.DataFrame(schema=dict(columns))


def _told(work: UnitOfWork, statement: str, values: Params) -> bytes:
    """All that COPY writes. libpq's own calls: psycopg's reader takes its time over every row."""
    driver = work.connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("the database is spoken to by psycopg")
    with psycopg.ClientCursor(driver) as cursor:
        asked = cursor.mogrify(statement, values).encode()
    result, whole = driver.pgconn.exec_(asked), io.BytesIO()
    if result.status == ExecStatus.COPY_OUT:
        while (row := driver.pgconn.get_copy_data(0))[0] > 0:
            whole.write(row[1])
        result = driver.pgconn.get_result() or result
        while driver.pgconn.get_result() is not None:
            pass
    if result.status != ExecStatus.COMMAND_OK:
        raise error_from_result(result)
    return whole.getvalue()


def _read(told: bytes, schema: dict[str, Any]) -> pl.DataFrame:
    """PostgreSQL's words for true and false are t and f, which Polars does not know."""
    flags = [name for name, kind in schema.items() if kind == pl.Boolean]
    frame = pl.read_csv(told, has_header=False, schema=schema | dict.fromkeys(flags, pl.String))
    texts = [name for name, kind in schema.items() if kind == pl.String]
    return frame.with_columns(pl.col(texts).fill_null(""), *(pl.col(n) == "t" for n in flags))


def _into(table: Table, columns: Sequence[str]) -> str:
    return f"copy {table.name} ({', '.join(columns)}) from stdin"


@contextmanager
def _copying(
    work: UnitOfWork, statement: str, values: Params | None = None
) -> Iterator[psycopg.Copy]:
    driver = work.connection.connection.cursor()
    try:
        with driver.copy(statement, values) as copy:
            yield copy
    except psycopg.Error as refused:
        raise DBAPIError.instance(statement, None, refused, psycopg.Error) from None
    finally:
        driver.close()


def copy_frames(work: UnitOfWork, table: Table, frames: Iterable[pl.DataFrame]) -> int:
    """Add frames of the same columns, each made while the one before is written; counts the rows.

    Raises what the frames' own maker raises; the transaction is then the caller's to end.
    """
    rows = 0
    with closing(_ahead(map(_written, frames))) as made:
        first = next(made, None)
        if first is None:
            return 0
        with _copying(work, f"{_into(table, first.columns)} (format csv)") as copy:
            for part in chain([first], made):
                copy.write(part.text)
                rows += part.rows
    return rows


@dataclass(frozen=True, slots=True)
class _Written:
    """A frame as COPY reads it."""

    columns: Sequence[str]
    rows: int
    text: bytes


def _written(frame: pl.DataFrame) -> _Written:
    """Polars quotes what is empty and not what is null, and that is how PostgreSQL reads it."""
    text = io.BytesIO()
    frame.write_csv(text, include_header=False)
    return _Written(frame.columns, frame.height, text.getvalue())


def _ahead(items: Iterable[_Written]) -> Generator[_Written, None, None]:
    """The same items, made in a thread of their own; it ends with its reader."""
    source = iter(items)
    with ThreadPoolExecutor(1) as maker:
        waiting = deque(maker.submit(next, source, None) for _ in range(_AHEAD))
        while (item := waiting.popleft().result()) is not None:
            waiting.append(maker.submit(next, source, None))
            yield item
