"""What many tests stand on: a real PostgreSQL, databases as a site has them, a clock. 公共夹具"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, text

from gateway.clock import SystemClock
from gateway.dates import SHANGHAI
from gateway.launcher import counterparties, processes, sandbox_site
from gateway.launcher.databases import Access, provide
from gateway.launcher.options import Options
from gateway.launcher.secret_files import provide_secrets
from gateway.launcher.server import EmbeddedServer, start_embedded
from gateway.store.database import connect
from gateway.store.unit_of_work import PostgresStore
from tests.archives import new_archive
from tests.branch import Branch, free_port


class SteppingClock:
    """A clock that a test holds: every look at it is one millisecond later than the last."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now

    def today(self):
        return self._now.date()

    def forward(self, seconds: float) -> None:
        """Move on; also what a sending flow gets as its way to wait."""
        self._now += timedelta(seconds=max(seconds, 0))


@pytest.fixture(scope="session")
def require_peer() -> Callable[[str | None], None]:
    """Skips when an independent program is missing, but fails where peers are required (CI)."""

    def require(missing: str | None) -> None:
        if missing is None:
            return
        if os.environ.get("GATEWAY_PEERS_REQUIRED"):
            pytest.fail(f"peer missing: {missing}")
        pytest.skip(f"peer missing: {missing} (make peers)")

    return require


@pytest.fixture
def clock() -> SteppingClock:
    """The morning after the sandbox's last business day, before files are due."""
    return SteppingClock(datetime(2026, 3, 1, 2, 0, tzinfo=SHANGHAI))


@pytest.fixture(scope="session")
def stepping_clock() -> type[SteppingClock]:
    """Makes a clock that begins at a given moment."""
    return SteppingClock


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """One PostgreSQL for all tests of this process."""
    running = start_embedded(tmp_path_factory.mktemp("pg"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def access(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Access:
    """Databases and roles, exactly as the launcher makes them."""
    return provide(server, tmp_path_factory.mktemp("secrets"))


@pytest.fixture(scope="session")
def empty_tables(access: Access) -> Callable[[], None]:
    """Empties the gateway's database; only a superuser that switches triggers off can."""
    admin = connect(access.server.admin("gateway"))
    with admin.connect() as connection:
        names = connection.execute(
            text("select tablename from pg_tables where schemaname = 'public'")
        ).scalars()
        tables = ", ".join(sorted(set(names) - {"alembic_version"}))

    def empty() -> None:
        with admin.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            connection.execute(text(f"truncate {tables}"))

    return empty


@pytest.fixture
def engine(access: Access, empty_tables: Callable[[], None]) -> Engine:
    """The gateway's database, empty, as the program's own role."""
    empty_tables()
    return connect(access.url("gateway", "gateway_app"))


@pytest.fixture
def store(engine: Engine, tmp_path: Path, clock: SteppingClock) -> PostgresStore:
    """An empty store over the real database and a real archive."""
    return PostgresStore(engine, new_archive(tmp_path / "archive"), clock)


@pytest.fixture(scope="session")
def running_branch(access: Access, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branch]:
    """Everything but Airflow, as the launcher starts it."""
    var = tmp_path_factory.mktemp("var")
    options = Options(var, free_port(), free_port(), "20260228", "", free_port())
    provide_secrets(options.secrets)
    counterparties.prepare_banks(options)
    counterparties.prepare_time_authority(options)
    sandbox_site.write_site(options, access, SystemClock().now())
    counterparties.fill_core_system(options, access)
    strangers = [
        counterparties.start_banks(options),
        counterparties.start_time_authority(options),
    ]
    yield Branch(options, access)
    processes.stop(options.run, strangers)


@pytest.fixture
def branch(running_branch: Branch, empty_tables: Callable[[], None]) -> Branch:
    """The branch on the morning before anything has come."""
    empty_tables()
    running_branch.forget()
    return running_branch


@pytest.fixture(scope="session")
def at_once() -> Callable[..., list[object]]:
    """Calls several functions at the same moment; what each returned or raised, in order."""

    def run(*calls: Callable[[], object]) -> list[object]:
        results: list[object] = [None] * len(calls)
        barrier = Barrier(len(calls))

        def one(number: int) -> None:
            barrier.wait()
            try:
                results[number] = calls[number]()
            except Exception as error:  # the caller asks which
                results[number] = error

        threads = [Thread(target=one, args=(number,)) for number in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive(), "a deadlock"
        return results

    return run
