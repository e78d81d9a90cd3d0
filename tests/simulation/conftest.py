"""The seeded simulation's ground: one seed, one history. 模拟夹具"""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from gateway.store.unit_of_work import PostgresStore
from tests.archives import new_archive


@pytest.fixture
def new_store(access, empty_tables, tmp_path: Path) -> Callable[[object], PostgresStore]:
    """Makes an empty store over the real database, for a given clock; each call starts anew."""
    # pooled, unlike ours: a simulation opens ten thousand transactions in one process
    engine: Engine = create_engine(access.url("gateway", "gateway_app"), pool_size=1)
    count = iter(range(1_000_000))

    def make(clock: object) -> PostgresStore:
        empty_tables()
        return PostgresStore(engine, new_archive(tmp_path / str(next(count))), clock)

    return make
