"""Puts books into PostgreSQL and asks the SQL of this folder what belongs together. 提问"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from connectors.bank.model.books import (
    DAY,
    DUE,
    EXPECTED,
    INSTRUCTION,
    LEDGER,
    OFFSET,
    REGISTERED,
    RESULT,
    STATEMENT,
    Books,
    Columns,
)
from connectors.bank.verdicts import FAILURES
from gateway.identity import DOT, DOTS

Group = tuple[str, bool, frozenset[tuple[str, int]]]
Answer = tuple[object, ...]

_TABLES: Mapping[str, tuple[str, Columns]] = {
    "instruction": ("instructions", INSTRUCTION), "result": ("results", RESULT),
    "statement": ("statement", STATEMENT), "expected": ("expected", EXPECTED),
    "ledger": ("ledger", LEDGER), "due": ("dues", DUE), "registered": ("registered", REGISTERED),
    "offset_": ("offsets", OFFSET), "day": ("days", DAY),
}  # fmt: skip
_TYPES: Mapping[object, tuple[str, str]] = {
    pl.String: ('text collate "C"', "''"), pl.Int64: ("bigint", "0"), pl.Int32: ("int", "0"),
    pl.Boolean: ("boolean", "false"), pl.Date: ("date", "null"),
}  # fmt: skip
# What a result line may leave unsaid: an empty value would be something said.
_UNSAID = frozenset({"instalment_no", "payer_account", "payer_name", "asked_fen"})
# All that str.split() takes for blank.
_BLANKS = "".join(chr(n) for n in range(1, 0x3001) if chr(n).isspace())
_BEFORE = """
create function pg_temp.folded(name text) returns text language sql immutable as
$$select translate(name, {dots} || {blanks}, {plain})$$;
create temp table if not exists meaning (code text, class text, failure boolean) on commit drop;
create temp table if not exists fee (summary text) on commit drop;
create temp table setting (business_date date, credits text, near_days int, zero text,
                           return_days int) on commit drop;
"""
# A table of so few rows needs no statistics.
_SMALL = 1_000
_STEPS = ("answers", "statement", "receipts")


@dataclass(frozen=True, slots=True)
class Told:
    """What the SQL makes of books: an answer for each instruction, and the groups of links."""

    answers: Counter[Answer]
    groups: Counter[Group]


def ask(connection: Connection, books: Books) -> Told:
    """Decide passes 1 to 6 and 8 of these books in SQL; nothing stays in the database."""
    try:
        _fill(connection, books)
        for step in _STEPS:
            connection.execute(_sql(step))
        for before in (books.business_date, None):
            connection.execute(_sql("payers"), {"before": before})
        answers = connection.execute("select * from answer").fetchall()
        links = connection.execute(
            "select evidence, automatic, array_agg(side), array_agg(id) from link"
            " group by evidence, automatic, anchor"
        ).fetchall()
    finally:
        connection.rollback()
    return Told(
        Counter(answers),
        Counter(
            (name, sure, frozenset(zip(*members, strict=True))) for name, sure, *members in links
        ),
    )


def _sql(step: str) -> bytes:
    return (Path(__file__).parent / f"{step}.sql").read_bytes()


def _fill(connection: Connection, books: Books) -> None:
    """The books' frames as tables, nothing null where the gateway reads nothing as empty."""
    connection.execute("set local enable_nestloop = off")
    connection.execute("set local jit = off")  # it compiles longer than these take
    connection.execute(SQL(_BEFORE).format(dots=DOTS, blanks=_BLANKS, plain=DOT * len(DOTS)))
    for table, (frame, columns) in _TABLES.items():
        _copy(connection, table, getattr(books, frame), columns)
    policy = books.policy
    connection.cursor().executemany(
        "insert into meaning values (%s, %s, %s)", list(_meanings(policy.meanings))
    )
    connection.cursor().executemany(
        "insert into fee values (%s)", [(w,) for w in policy.fee_summaries]
    )
    connection.execute(
        "insert into setting values (%s, %s, %s, %s, %s)",
        (books.business_date, policy.credits.value, policy.window,
         "0" if policy.padded_serials else "", policy.return_days),
    )  # fmt: skip
    connection.execute(
        "update statement set other_account = '' where lower(other_account) = 'null'"
    )


def _meanings(meanings: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    failures = {one.name for one in FAILURES}
    return ((code, meaning, meaning in failures) for code, meaning in meanings.items())


def _copy(connection: Connection, table: str, frame: pl.DataFrame, columns: Columns) -> None:
    unsaid = _UNSAID if table == "result" else frozenset()
    kinds = {name: _TYPES[kind] for name, kind in columns.items()}
    made = ", ".join(f'"{name}" {kind}' for name, (kind, _) in kinds.items())
    connection.execute(f"create temp table {table} ({made}) on commit drop")
    with connection.cursor().copy(SQL("copy {} from stdin").format(Identifier(table))) as copy:
        for row in frame.select(*columns).iter_rows():
            copy.write_row(row)
    if frame.height > _SMALL:
        connection.execute(f"analyze {table}")
    for name, (_, nothing) in kinds.items():
        if name not in unsaid and nothing != "null" and frame.get_column(name).null_count():
            connection.execute(f'update {table} set "{name}" = {nothing} where "{name}" is null')
