"""The sandbox's core system in a database of its own, and a line to it. 核心系统线路夹具"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, text

from connectors.core_system.model import Instruction, Posting
from connectors.core_system.transport import CoreDatabase
from gateway.store.database import connect
from tests.transports.line import Line

PROJECT = Path(__file__).resolve().parents[3]
SEED, BANK, DAY = "core-wire", "990001", date(2026, 2, 24)
DATABASE = "core_wire"


@dataclass
class Core:
    """The core system seen from its owner's side, and our engine to it."""

    owner: Engine
    engine: Engine

    @property
    def wire(self) -> CoreDatabase:
        return CoreDatabase(self.engine)

    def ask(self, sql: str, **values) -> list[tuple]:
        with self.owner.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql), values)]

    def do(self, *statements: str) -> None:
        with self.owner.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def attempts(self) -> list[bool]:
        """One for each insert that was committed: whether its key was known before."""
        return [known for (known,) in self.ask("select known from ledger.posting_attempt")]

    def posted(self) -> int:
        return self.ask("select count(*) from exchange.repayment_posting")[0][0]

    def paid(self) -> int:
        return self.ask("select count(*) from ledger.instalment where mdj is not null")[0][0]


def sandbox(*arguments: str, url: URL) -> None:
    dsn = f"host={url.query['host']} user={url.username} dbname={url.database}"
    subprocess.run(
        [sys.executable, "-m", "sandbox", "core", *arguments, "--dsn", dsn],
        cwd=PROJECT, env={**os.environ, "PGPASSWORD": url.password}, check=True,
        capture_output=True,
    )  # fmt: skip


@pytest.fixture(scope="session")
def filled_core(access) -> Core:
    """One night of one bank, filled in by the sandbox's own command."""
    admin = connect(access.server.admin()).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {DATABASE} owner core_owner"))
    owner = access.url("core_system", "core_owner").set(database=DATABASE)
    night = ("--date", DAY.isoformat(), "--bank", BANK)
    sandbox("fill", "--seed", SEED, "--exchange-role", "core_exchange", *night, url=owner)
    ours = access.url("core_system", "core_exchange").set(database=DATABASE)
    return Core(connect(owner), connect(ours))


@pytest.fixture
def core(filled_core) -> Core:
    """The core before the first posting."""
    filled_core.do("select ledger.forget_postings()")
    return filled_core


@pytest.fixture
def instructions(core) -> list[Instruction]:
    """What the branch instructed for the night."""
    return list(core.wire.instructions(BANK, "ZH01", DAY))


@pytest.fixture
def postings(instructions) -> list[Posting]:
    """Three postings that pay three instalments exactly."""
    return [posting_of(instruction) for instruction in instructions[:3]]


def posting_of(asked: Instruction, **other) -> Posting:
    fields = {
        "bank": asked.bank, "account": asked.account, "business_date": asked.business_date,
        "batch_no": asked.batch_no, "serial": asked.serial, "loan_no": asked.loan_no,
        "instalment_no": asked.instalment_no, "fen": asked.asked_fen,
        "principal_fen": asked.principal_fen, "interest_fen": asked.interest_fen,
        "penalty_fen": asked.penalty_fen, "booked_on": DAY, "host_serial": "H0001",
    }  # fmt: skip
    return Posting(**(fields | other))


@pytest.fixture
def core_behind(core) -> Iterator[Callable[..., tuple[CoreDatabase, Line]]]:
    """Makes a wire to the core over a line that misbehaves."""
    lines, host = [], core.engine.url.query["host"]

    def dial() -> socket.socket:
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.5432")
        return server

    def make(seconds: float = 5.0, **how) -> tuple[CoreDatabase, Line]:
        lines.append(Line(dial, **how).open())
        there = {"host": "127.0.0.1", "port": lines[-1].port, "query": {}}
        return CoreDatabase(connect(core.engine.url.set(**there)), seconds), lines[-1]

    yield make
    for line in lines:
        line.close()
