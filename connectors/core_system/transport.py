"""The wire to the core system: its database's exchange interface, and nothing else. 核心系统传输"""

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from threading import Timer
from typing import TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from connectors.core_system import codec
from connectors.core_system.model import Instruction, Posting, PostingResult
from connectors.core_system.rules import differences
from connectors.core_system.settings import SCHEMA, Interface
from gateway.errors import Code, NotConfigured, OutcomeUnknown, TransportError

T = TypeVar("T")

# Posting and reading the answer back, each with its connecting, end before the lease does.
_POST_SECONDS, _ANSWER_SECONDS = 20.0, 8.0
_READ_SECONDS = 120.0

_INSTRUCTIONS = text(f"""
    select {", ".join(codec.INSTRUCTION_COLUMNS.values())} from {SCHEMA}.deduction_instruction
    where yhdm = :bank and zhbh = :account and ywrq = :day order by pch, xh
""")  # noqa: S608 - the names are ours, not input
_POSTING_COLUMNS = (*codec.POSTING_COLUMNS.values(), "mdj", "zhaiyao", "dkywmxlx")
_POST = text(f"""
    insert into {SCHEMA}.repayment_posting ({", ".join(_POSTING_COLUMNS)})
    values ({", ".join(f":{column}" for column in _POSTING_COLUMNS)})
    on conflict (mdj) do nothing
""")  # noqa: S608 - the names are ours, not input
_RESULTS = text(f"""
    select mdj, zhaiyao, coalesce(jgdm, '') as jgdm, coalesce(jgsm, '') as jgsm
    from {SCHEMA}.posting_result where mdj = any(cast(:keys as text[])) order by mdj
""")  # noqa: S608 - the names are ours, not input
_COLUMNS = text("""
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = :schema and a.attnum > 0 and not a.attisdropped
""")
_GRANTED = text("select has_table_privilege(:relation, :privilege)")


class CoreDatabase:
    """The ledger over its exchange schema; every call is one short transaction."""

    def __init__(self, engine: Engine, post_seconds: float = _POST_SECONDS) -> None:
        self._engine, self._post_seconds = engine, post_seconds

    def instructions(self, bank: str, account: str, day: date) -> Sequence[Instruction]:
        """All deductions instructed for one bank, account and business date, in batch order."""
        wanted = {"bank": bank, "account": account, "day": day}
        rows = self._read(
            lambda c: c.execute(_INSTRUCTIONS, wanted).mappings().all(), _READ_SECONDS
        )
        try:
            return [codec.instruction_of({str(k): v for k, v in row.items()}) for row in rows]
        except ValueError as malformed:
            raise NotConfigured(
                Code.INTERFACE_DIFFERS, detail="deduction_instruction"
            ) from malformed

    def post(self, postings: Sequence[Posting]) -> None:
        """Insert the postings in one transaction; a key that is already there is left alone.

        Before the commit the database keeps nothing: raises TransportError when it does not
        answer, NotConfigured when it will not take the rows. Raises OutcomeUnknown when the commit
        was under way.
        """
        try:
            connection = self._engine.connect()
        except DBAPIError as unreachable:
            raise TransportError(Code.DATABASE_UNREACHABLE) from unreachable
        with connection, _bounded(connection, self._post_seconds):
            self._insert(connection, postings)
            try:
                connection.commit()
            except DBAPIError as lost:
                raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN) from lost

    @staticmethod
    def _insert(connection: Connection, postings: Sequence[Posting]) -> None:
        try:
            connection.execute(_POST, [codec.row_of(posting) for posting in postings])
        except OperationalError as failed:
            raise TransportError(Code.DATABASE_UNREACHABLE) from failed
        except DBAPIError:
            raise NotConfigured(Code.INTERFACE_DIFFERS, detail="repayment_posting") from None

    def results(self, keys: Sequence[str]) -> Sequence[PostingResult]:
        """What became of these postings; those the ledger never saw are not in the answer."""
        rows = self._read(lambda c: c.execute(_RESULTS, {"keys": list(keys)}).all())
        return [PostingResult(*row) for row in rows]

    def check(self, agreed: Interface) -> int:
        """Compare the interface with the agreed one; the number of columns compared.

        Raises NotConfigured naming the first difference.
        """
        rows = self._read(lambda c: c.execute(_COLUMNS, {"schema": SCHEMA}).all())
        found: dict[str, dict[str, str]] = {}
        for relation, column, kind in rows:
            found.setdefault(relation, {})[column] = kind
        wrong = differences(agreed, found) or self._missing_grants(agreed)
        if wrong:
            raise NotConfigured(Code.INTERFACE_DIFFERS, detail=wrong[0])
        return sum(len(columns) for columns in agreed.relations.values())

    def _missing_grants(self, agreed: Interface) -> list[str]:
        wanted = [(name, right) for name, rights in agreed.grants.items() for right in rights]
        return [f"{name}: {right}" for name, right in wanted if not self._may(name, right)]

    def _may(self, relation: str, privilege: str) -> bool:
        what = {"relation": f"{SCHEMA}.{relation}", "privilege": privilege}
        return bool(self._read(lambda c: c.execute(_GRANTED, what).scalar_one()))

    def _read(self, query: Callable[[Connection], T], seconds: float = _ANSWER_SECONDS) -> T:
        """Run a query that changes nothing; TransportError when the database does not answer."""
        try:
            with self._engine.connect() as connection, _bounded(connection, seconds):
                return query(connection)
        except OperationalError as unreachable:
            raise TransportError(Code.DATABASE_UNREACHABLE) from unreachable
        except DBAPIError as refused:
            raise NotConfigured(Code.INTERFACE_DIFFERS, detail=SCHEMA) from refused


@contextmanager
def _bounded(connection: Connection, seconds: float) -> Iterator[None]:
    """Cut the line when the time is over: whoever waits on it sees it go down.

    The database's own time limits are for each statement, and say nothing about a server or a
    network that has fallen silent.
    """
    driver = connection.connection.driver_connection
    line = socket.socket(fileno=os.dup(driver.fileno()))  # type: ignore[union-attr]
    timer = Timer(seconds, _cut, (line,))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        line.close()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
