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
from connectors.core_system.codec import views
from connectors.core_system.codec.views import View
from connectors.core_system.model import (
    DueInstalment,
    FundOffset,
    Instruction,
    LedgerEntry,
    LoanAccount,
    Mandate,
    Posting,
    PostingResult,
    RepaymentAccount,
)
from connectors.core_system.rules import differences
from connectors.core_system.settings import SCHEMA, Interface
from gateway.errors import Code, NotConfigured, OutcomeUnknown, TransportError

T = TypeVar("T")

# Posting and reading the answer back, each with its connecting, end before the lease does.
_POST_SECONDS, _ANSWER_SECONDS = 20.0, 8.0
_READ_SECONDS = 120.0

_CHUNK = 5_000

# what a query of a view asks for, besides bank and account
_OF_THE_DAY = "and ywrq = :day"
_DUE_BY = "and yhrq <= :day"
_BOOKED_ON = "and jzrq = :day"
_BOOKED_FOR = """and (ywrq = :day or (pch, xh) in
    (select * from unnest(cast(:batches as text[]), cast(:serials as integer[]))))"""
_POSTING_COLUMNS = (
    *codec.POSTING_COLUMNS.values(),
    *("mdj", "zhaiyao", "dkywmxlx", "czbz", "ymdj"),
)
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
        return self._rows(views.INSTRUCTIONS, _OF_THE_DAY, bank=bank, account=account, day=day)

    def dues(self, bank: str, account: str, day: date) -> Sequence[DueInstalment]:
        """All instalments not settled that fall due by `day`, by loan and instalment."""
        return self._rows(views.DUES, _DUE_BY, bank=bank, account=account, day=day)

    def mandates(self, bank: str, account: str) -> Sequence[Mandate]:
        """Every authority to debit there is, was or will be."""
        return self._rows(views.MANDATES, "", bank=bank, account=account)

    def repayment_accounts(self, bank: str, account: str) -> Sequence[RepaymentAccount]:
        """Every account a loan was, is or will be repaid from, oldest first for each loan."""
        return self._rows(views.ACCOUNTS, "", bank=bank, account=account)

    def loans(self, bank: str, account: str) -> Sequence[LoanAccount]:
        """All loans whose repayments belong to the account, settled ones too."""
        return self._rows(views.LOANS, "", bank=bank, account=account)

    def entries(
        self, bank: str, account: str, day: date, asked: Sequence[tuple[str, int]] = ()
    ) -> Sequence[LedgerEntry]:
        """Everything ever booked for business date `day`, or for a place that was `asked`."""
        of = {"batches": [batch for batch, _ in asked], "serials": [serial for _, serial in asked]}
        wanted = {"bank": bank, "account": account, "day": day}
        return self._rows(views.ENTRIES, _BOOKED_FOR, **wanted, **of)

    def offsets(self, bank: str, account: str, day: date) -> Sequence[FundOffset]:
        """The repayments out of fund accounts (冲还贷) that their ledger booked on `day`."""
        return self._rows(views.OFFSETS, _BOOKED_ON, bank=bank, account=account, day=day)

    def _rows(self, view: View[T], condition: str, **wanted: object) -> Sequence[T]:
        """The values of a view, fetched in pieces: rows and values of all are never held at once.

        Raises TransportError when the database does not answer in time, NotConfigured naming the
        view when it holds what nobody agreed on.
        """
        query = text(
            f"select {', '.join(view.columns.values())} from {SCHEMA}.{view.name} "  # noqa: S608 - the names are ours, not input
            f"where yhdm = :bank and zhbh = :account {condition} order by {', '.join(view.order)}"
        )

        def read(connection: Connection) -> list[T]:
            pieces = connection.execution_options(yield_per=_CHUNK).execute(query, wanted)
            return [view.value({str(k): v for k, v in row.items()}) for row in pieces.mappings()]

        try:
            return self._read(read, _READ_SECONDS)
        except ValueError as malformed:
            raise NotConfigured(Code.INTERFACE_DIFFERS, detail=view.name) from malformed

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
