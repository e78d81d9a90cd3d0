"""The wire to the core system: its database's exchange interface, and nothing else. 核心系统传输"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.exc import DBAPIError, OperationalError

from connectors.core_system import codec
from connectors.core_system.model import Instruction, Posting, PostingResult
from connectors.core_system.rules import differences
from connectors.core_system.settings import SCHEMA, Interface
from gateway.errors import Code, NotConfigured, OutcomeUnknown, TransportError

T = TypeVar("T")

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
    from {SCHEMA}.posting_result where mdj in :keys order by mdj
""").bindparams(bindparam("keys", expanding=True))  # noqa: S608 - the names are ours, not input
_COLUMNS = text("""
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = :schema and a.attnum > 0 and not a.attisdropped
""")
_GRANTED = text("select has_table_privilege(:relation, :privilege)")


class CoreDatabase:
    """The ledger over its exchange schema; every call is one short transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def instructions(self, bank: str, account: str, day: date) -> Sequence[Instruction]:
        """All deductions instructed for one bank, account and business date, in batch order."""
        wanted = {"bank": bank, "account": account, "day": day}
        rows = self._read(lambda c: c.execute(_INSTRUCTIONS, wanted).mappings().all())
        return [codec.instruction_of({str(k): v for k, v in row.items()}) for row in rows]

    def post(self, postings: Sequence[Posting]) -> None:
        """Insert the postings in one transaction; a key that is already there is left alone.

        Raises TransportError when it failed before the commit: the database then keeps nothing.
        Raises OutcomeUnknown when the commit was under way.
        """
        try:
            connection = self._engine.connect()
        except DBAPIError as unreachable:
            raise TransportError(Code.DATABASE_UNREACHABLE) from unreachable
        with connection:
            self._insert(connection, postings)
            try:
                connection.commit()
            except DBAPIError as lost:
                raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN) from lost

    @staticmethod
    def _insert(connection: Connection, postings: Sequence[Posting]) -> None:
        try:
            connection.execute(_POST, [codec.row_of(posting) for posting in postings])
        except DBAPIError as failed:
            raise TransportError(Code.DATABASE_UNREACHABLE) from failed

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
        wrong = differences(agreed, found) + self._missing_grants(agreed)
        if wrong:
            raise NotConfigured(Code.INTERFACE_DIFFERS, detail=wrong[0])
        return sum(len(columns) for columns in agreed.relations.values())

    def _missing_grants(self, agreed: Interface) -> list[str]:
        wanted = [(name, right) for name, rights in agreed.grants.items() for right in rights]
        return [f"{name}: {right}" for name, right in wanted if not self._may(name, right)]

    def _may(self, relation: str, privilege: str) -> bool:
        what = {"relation": f"{SCHEMA}.{relation}", "privilege": privilege}
        return bool(self._read(lambda c: c.execute(_GRANTED, what).scalar_one()))

    def _read(self, query: Callable[[Connection], T]) -> T:
        """Run a query that changes nothing; TransportError when the database does not answer."""
        try:
            with self._engine.connect() as connection:
                return query(connection)
        except OperationalError as unreachable:
            raise TransportError(Code.DATABASE_UNREACHABLE) from unreachable
        except DBAPIError as refused:
            raise NotConfigured(Code.INTERFACE_DIFFERS, detail=SCHEMA) from refused
