"""Databases and roles: made once, found again, each with a password of its own. 数据库与角色"""

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from gateway.launcher.databases import DATABASES, provide
from gateway.launcher.server import SiteServer
from gateway.store.database import connect, newest_revision, require_current

ROLES = [(base.name, role) for base in DATABASES for role in (base.owner, *base.guests)]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    return tmp_path_factory.mktemp("secrets") / "of the site"


@pytest.fixture
def provided(own, secrets):
    return provide(own, secrets)


def ask(url, sql):
    with connect(url).connect() as connection:
        return connection.execute(text(sql)).all()


def test_the_gateways_database_is_at_its_newest(provided):
    assert require_current(connect(provided.url("gateway", "gateway_app"))) == newest_revision()


def test_providing_again_changes_nothing(provided, own, secrets):
    files = {path.name: path.read_bytes() for path in secrets.iterdir()}
    catalogue = "select datname, datdba, datacl::text from pg_database order by 1"
    before = ask(own.admin(), catalogue)
    again = provide(own, secrets)
    assert again.passwords == provided.passwords
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == files
    assert ask(own.admin(), catalogue) == before


def test_providing_again_keeps_what_is_in_the_tables(provided, own, secrets):
    owner = provided.url("gateway", "gateway_owner")
    with connect(owner).begin() as connection:
        connection.execute(text("insert into payload values (repeat('a', 64), 1, now())"))
    provide(own, secrets)
    assert ask(owner, "select count(*) from payload") == [(1,)]


@pytest.mark.parametrize(("database", "role"), ROLES)
def test_every_role_enters_its_database_with_its_password(database, role, provided):
    assert ask(provided.url(database, role), "select current_user") == [(role,)]


@pytest.mark.parametrize(("database", "role"), ROLES)
def test_no_role_enters_with_anothers_password_or_another_database(database, role, provided):
    other = next(name for _, name in ROLES if name != role)
    elsewhere = next(base.name for base in DATABASES if base.name != database)
    for url in (
        provided.url(database, role).set(password=provided.passwords[other]),
        provided.url(database, role)._replace(password=None),
        provided.url(elsewhere, role),
    ):
        with pytest.raises(OperationalError):
            ask(url, "select 1")


def test_passwords_are_for_our_eyes_only_and_all_different(provided, secrets):
    files = list(secrets.iterdir())
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert len({path.read_text() for path in files}) == len(ROLES) == len(files)
    assert secrets.stat().st_mode & 0o777 == 0o700


def test_a_password_file_that_was_lost_is_made_anew_and_works(provided, own, secrets):
    (secrets / "password_gateway_desk").unlink()
    again = provide(own, secrets)
    assert again.passwords["gateway_desk"] != provided.passwords["gateway_desk"]
    assert ask(again.url("gateway", "gateway_desk"), "select 1") == [(1,)]


def test_a_sites_server_is_provided_in_the_same_way(provided, own, secrets):
    site = SiteServer(make_url(own.admin().render_as_string(hide_password=False)))
    access = provide(site, secrets)
    assert ask(access.url("gateway", "gateway_app"), "select 1") == [(1,)]


def test_the_desk_can_only_look(provided):
    desk = provided.url("gateway", "gateway_desk")
    assert ask(desk, "show default_transaction_read_only") == [("on",)]
    app = provided.url("gateway", "gateway_app")
    assert ask(app, "show default_transaction_read_only") == [("off",)]


def test_passwords_are_not_shown(provided):
    shown = str(provided.url("gateway", "gateway_app"))
    assert provided.passwords["gateway_app"] not in shown
