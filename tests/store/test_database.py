"""The database: at this program's revision, or a refusal that says what to do. 数据库版本"""

import itertools
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from sqlalchemy import inspect, text

from gateway.errors import Code, NotConfigured, TransportError
from gateway.store.database import connect, migrate, newest_revision, require_current

NUMBERS = itertools.count(1)


@pytest.fixture
def empty_database(access):
    """Makes an empty database of the gateway's owner; the address as one role."""
    name = f"empty_{next(NUMBERS)}"
    admin = connect(access.server.admin()).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name} owner gateway_owner"))
    return lambda role: access.url("gateway", role).set(database=name)


@pytest.fixture
def new_owner(empty_database):
    return connect(empty_database("gateway_owner"))


def test_a_migrated_database_is_current(new_owner):
    assert migrate(new_owner) == newest_revision()
    assert require_current(new_owner) == newest_revision()


def test_migrating_twice_changes_nothing(new_owner):
    migrate(new_owner)
    before = sorted(inspect(new_owner).get_table_names())
    assert migrate(new_owner) == newest_revision()
    assert sorted(inspect(new_owner).get_table_names()) == before


def migrate_at(url):
    return migrate(connect(url))


def test_processes_may_migrate_at_the_same_moment(empty_database):
    """Bug: the slower one found the tables of the faster one there and crashed."""
    with ProcessPoolExecutor(3, mp_context=get_context("fork")) as processes:
        reached = list(processes.map(migrate_at, [empty_database("gateway_owner")] * 3))
    assert reached == [newest_revision()] * 3


def test_the_programs_role_may_see_the_revision(new_owner, empty_database):
    migrate(new_owner)
    assert require_current(connect(empty_database("gateway_app"))) == newest_revision()


def test_an_empty_database_needs_its_migrations(new_owner):
    with pytest.raises(NotConfigured) as raised:
        require_current(new_owner)
    assert raised.value.code is Code.MIGRATION_NEEDED


@pytest.mark.parametrize("revision", ["0000", "9999"], ids=["older", "newer"])
def test_another_revision_is_refused_and_both_are_named(revision, new_owner):
    migrate(new_owner)
    with new_owner.begin() as connection:
        connection.execute(text("update alembic_version set version_num = :v"), {"v": revision})
    with pytest.raises(NotConfigured) as raised:
        require_current(new_owner)
    assert raised.value.code is Code.MIGRATION_NEEDED
    assert raised.value.detail == f"{revision} → {newest_revision()}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"query": {"host": "/nowhere"}},
        {"query": {}, "host": "127.0.0.1", "port": 1},
        {"password": "not it"},
        {"database": "no_such_database"},
    ],
    ids=["no socket", "nobody listens", "password", "database"],
)
def test_a_database_that_is_away_is_a_matter_of_time(wrong, access):
    url = access.url("gateway", "gateway_app").set(**wrong)
    with pytest.raises(TransportError) as raised:
        require_current(connect(url))
    assert raised.value.code is Code.DATABASE_UNREACHABLE
    assert access.passwords["gateway_app"] not in str(raised.value)


def test_every_connection_has_our_time_and_a_bound(engine):
    with engine.connect() as connection:
        assert connection.execute(text("show timezone")).scalar_one() == "Asia/Shanghai"
        assert connection.execute(text("show statement_timeout")).scalar_one() == "2min"


def test_connections_are_closed_and_not_kept(engine, superuser):
    with engine.connect() as connection:
        pid = connection.execute(text("select pg_backend_pid()")).scalar_one()
    with superuser.connect() as connection:
        gone = text("select pg_terminate_backend(:pid, 5000)")
        connection.execute(gone, {"pid": pid})
        left = text("select count(*) from pg_stat_activity where pid = :pid")
        assert connection.execute(left, {"pid": pid}).scalar_one() == 0
