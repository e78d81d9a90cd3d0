"""Create the ledger and fill in the nights; running it again changes nothing. 初始化核心系统."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from sandbox.core.grants import grant_exchange
from sandbox.core.rows import COLUMNS, OPENS_AT, SHANGHAI, Row, rows_of
from sandbox.world import Bank, night
from sandbox.world.chance import Seed

SQL_FILES = ("ledger.sql", "booking.sql", "exchange.sql")
BUILD_LOCK = 3_202_014  # two fills at once must not both create the schemas

KEYS = {
    "borrower": ("zjhm",),
    "loan": ("dkzh",),
    "repayment_account": ("dkzh", "sxsj"),
    "mandate": ("xybh",),
    "instalment": ("dkzh", "dqqc"),
    "instruction": ("yhdm", "pch", "xh"),
}


class OtherWorld(RuntimeError):
    """The database was filled from another seed or scale."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which nights to fill in."""

    seed: Seed
    scale: int | None
    banks: tuple[Bank, ...]
    days: tuple[date, ...]

    def nights(self) -> list[tuple[Bank, date]]:
        """Return bank and date of each night."""
        return [(bank, day) for day in self.days for bank in self.banks]


def fill(dsn: str, exchange_role: str, wanted: Wanted) -> int:
    """Create what is missing, fill in the nights, and return how many instructions there are."""
    with psycopg.connect(dsn) as connection:
        create(connection)
        _remember(connection, wanted)
        for bank, day in wanted.nights():
            told = night(wanted.seed, bank, day, wanted.scale)
            for table in COLUMNS:
                copy_in(connection, table, COLUMNS[table], rows_of(told, table))
        _open_the_day(connection, max(wanted.days))
        grant_exchange(connection, exchange_role)
        return _count(connection)


def create(connection: psycopg.Connection) -> None:
    """Create what is missing of ledger and interface."""
    connection.execute("select pg_advisory_xact_lock(%s)", (BUILD_LOCK,))
    for name in SQL_FILES:
        connection.execute((Path(__file__).parent / name).read_bytes())


def _open_the_day(connection: psycopg.Connection, day: date) -> None:
    """Let the core stand on its last day; penalties of the nights are reckoned to their own."""
    connection.execute(
        "insert into ledger.business_day (ywrq, sk) values (%s, %s) on conflict (only_row) do "
        "update set ywrq = excluded.ywrq, sk = excluded.sk where business_day.ywrq < excluded.ywrq",
        (day, datetime.combine(day, OPENS_AT, SHANGHAI)),
    )


def _remember(connection: psycopg.Connection, wanted: Wanted) -> None:
    connection.execute(
        "insert into ledger.filled_with (seed, scale) values (%s, %s) on conflict do nothing",
        (str(wanted.seed), wanted.scale),
    )
    row = connection.execute("select seed, scale from ledger.filled_with").fetchone()
    if row != (str(wanted.seed), wanted.scale):
        raise OtherWorld(
            f"this database was filled from seed and scale {row}: a different world needs an "
            "empty database, or loans and results would not agree"
        )


def copy_in(
    connection: psycopg.Connection, table: str, columns: tuple[str, ...], rows: Iterable[Row]
) -> None:
    """Copy rows into a table of the ledger; what is there stays."""
    names = {
        "table": sql.Identifier("ledger", table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
    }
    connection.execute(
        sql.SQL(
            "create temp table fresh on commit drop as select {columns} from {table} with no data"
        ).format(**names)
    )
    copying = sql.SQL("copy fresh ({columns}) from stdin").format(**names)
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        for row in rows:
            copy.write_row(row)
    # What is there stays: a paid instalment must not fall due again.
    connection.execute(
        sql.SQL(
            "insert into {table} ({columns}) select distinct on ({key}) {columns} "
            "from fresh on conflict do nothing"
        ).format(key=_key(table), **names)
    )
    connection.execute("drop table fresh")


def _key(table: str) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, KEYS[table]))


def _count(connection: psycopg.Connection) -> int:
    row = connection.execute("select count(*) from ledger.instruction").fetchone()
    return int(row[0]) if row else 0
