"""The embedded server: started again and again, killed, its notes stale; never open. 内嵌数据库"""

import os
import shutil
import signal
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from gateway.errors import Code, NotConfigured, TransportError
from gateway.launcher import server as launcher_server
from gateway.launcher.server import SiteServer, open_server, start_embedded
from gateway.store.database import connect
from tests.launcher.conftest import lives, wait_until
from tests.simulation.parts import Crash


def pid_of(server):
    return int((server.data / "postmaster.pid").read_text().split("\n", 1)[0])


def ask(server, sql):
    with connect(server.admin()).connect() as connection:
        return connection.execute(text(sql)).scalar_one()


def do(server, *statements):
    with connect(server.admin()).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def is_open(server, password=None, user="postgres"):
    try:
        with connect(server.admin()._replace(username=user, password=password)).connect():
            return True
    except OperationalError as refused:
        assert "password" in str(refused)
        return False


def test_starting_twice_finds_the_server_running(own, var):
    before = pid_of(own)
    again = start_embedded(var)
    assert (pid_of(again), again.admin()) == (before, own.admin())


def test_stopped_and_started_again_it_has_kept_everything(own, var):
    do(own, "create table if not exists kept as select 7 as number")
    before = pid_of(own)
    own.stop()
    assert not lives(before)
    own.stop()
    again = start_embedded(var)
    assert pid_of(again) != before
    assert ask(again, "select number from kept") == 7


def test_who_is_connected_does_not_keep_it_from_stopping(own, var):
    connection = connect(own.admin()).connect()
    connection.execute(text("select 1"))
    own.stop()
    with pytest.raises(OperationalError):
        connection.execute(text("select 1"))
    connection.invalidate()
    assert ask(start_embedded(var), "select 1") == 1


def test_a_killed_server_recovers_what_was_committed(own, var):
    do(own, "drop table if exists paid", "create table paid as select 1 as n")
    do(own, "insert into paid select 2")
    killed = psutil.Process(pid_of(own))
    helpers = killed.children()
    killed.send_signal(signal.SIGKILL)
    psutil.wait_procs([killed, *helpers], 10)
    again = start_embedded(var)
    assert ask(again, "select sum(n) from paid") == 3


@pytest.mark.parametrize("stranger", ["another program", "nobody", "nonsense", "empty"])
def test_a_stale_note_does_not_keep_it_from_starting(stranger, own, var):
    note = (own.data / "postmaster.pid").read_text()
    old = str(pid_of(own))
    own.stop()
    pid = {"another program": os.getpid(), "nobody": 4_194_303, "nonsense": "x"}.get(stranger)
    stale = "" if pid is None else note.replace(old, str(pid), 1)
    (own.data / "postmaster.pid").write_text(stale)
    again = start_embedded(var)
    assert ask(again, "select 1") == 1


def test_a_note_with_the_number_of_another_server_is_stale_too(own, var, server):
    """Bug: any program called postgres passed for ours, and ours could not start."""
    note, old = (own.data / "postmaster.pid").read_text(), pid_of(own)
    own.stop()
    (own.data / "postmaster.pid").write_text(note.replace(str(old), str(pid_of(server)), 1))
    again = start_embedded(var)
    assert pid_of(again) != pid_of(server)
    assert ask(server, "select 1") == ask(again, "select 1") == 1


def test_nobody_is_let_in_without_the_password(own):
    for password in (None, "", "not it", own.password + " "):
        assert not is_open(own, password)
    assert is_open(own, own.password)


def test_no_role_is_trusted(own):
    do(own, "drop role if exists guest", "create role guest login")
    assert not is_open(own, None, "guest")
    assert not is_open(own, own.password, "guest")


def test_it_listens_on_its_socket_only(own):
    assert ask(own, "show listen_addresses") == ""
    connections = psutil.Process(pid_of(own)).net_connections("inet")
    assert connections == []


def test_the_password_is_for_our_eyes_only_and_not_shown(own, var):
    file = var / "secrets" / "postgres_password"
    assert file.read_text() == own.password
    assert file.stat().st_mode & 0o777 == 0o600
    assert own.password not in repr(own)


@pytest.fixture
def new_var(tmp_path):
    """A directory in which no server has ever been; afterwards none runs there."""
    yield tmp_path / "v"
    if (tmp_path / "v" / "postgres" / "postmaster.pid").exists():
        launcher_server._handle(tmp_path / "v" / "postgres").stop()


@pytest.mark.parametrize("statement", ["alter role", "pg_reload_conf"])
def test_a_first_start_that_died_half_way_is_finished_by_the_next(statement, new_var):
    """Bug: dead before the password was on the disk, nobody could ever get in again."""

    def die(connection, cursor, said, *_):
        if statement in said:
            raise Crash(statement)

    event.listen(Engine, "after_cursor_execute", die)
    try:
        with pytest.raises(Crash):
            start_embedded(new_var)
    finally:
        event.remove(Engine, "after_cursor_execute", die)
    whole = start_embedded(new_var)
    wait_until(lambda: not is_open(whole))
    assert is_open(whole, whole.password)


def test_a_server_that_has_not_read_its_rules_yet_is_told_to(new_var):
    first = start_embedded(new_var)
    (first.data / "pg_hba.conf").write_text("local all all trust\n")
    do(first, "select pg_reload_conf()")
    wait_until(lambda: is_open(first))
    (first.data / "pg_hba.conf").write_text(launcher_server._ACCESS)
    start_embedded(new_var)
    wait_until(lambda: not is_open(first))


def test_a_lost_password_is_told_and_not_overwritten(own, var):
    file = var / "secrets" / "postgres_password"
    file.rename(file.with_suffix(".lost"))
    try:
        with pytest.raises(NotConfigured) as raised:
            start_embedded(var)
    finally:
        file.with_suffix(".lost").rename(file)
    assert (raised.value.code, raised.value.detail) == (Code.SETTING_INVALID, file.name)
    assert is_open(own, own.password)


def test_a_server_that_cannot_start_says_where_to_read_why(new_var):
    """Bug: it ended with the library's error."""
    data = new_var / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("18\n")
    with pytest.raises(TransportError) as raised:
        start_embedded(new_var)
    assert raised.value.code is Code.DATABASE_UNREACHABLE
    assert str(data / "log") in raised.value.detail


@pytest.mark.parametrize("name", ["with a blank", "long" * 25, "很长的目录名" * 6])
def test_a_directory_that_no_socket_fits_in_is_refused_and_the_variable_named(name, tmp_path):
    """Bug: it ended with the library's error, after half a server had been made."""
    with pytest.raises(NotConfigured) as raised:
        start_embedded(tmp_path / name)
    assert raised.value.code is Code.PLATFORM_UNFIT
    assert "GATEWAY_VAR=" in raised.value.detail
    assert not (tmp_path / name).exists()


def test_a_sites_own_server_is_used_and_never_stopped(own):
    address = own.admin().render_as_string(hide_password=False)
    site = open_server(Path("/nowhere"), address.replace("postgresql+psycopg", "postgresql"))
    assert isinstance(site, SiteServer)
    assert site.admin("other").database == "other"
    site.stop()
    assert ask(site, "select 1") == 1


def test_without_an_address_the_embedded_one_is_started(own, var):
    assert open_server(var, "").admin() == own.admin()


def test_a_directory_of_an_earlier_run_that_was_deleted_is_made_anew(new_var):
    start_embedded(new_var).stop()
    shutil.rmtree(new_var)
    assert ask(start_embedded(new_var), "select 1") == 1


def test_nothing_of_it_lies_in_a_directory_that_all_users_share(own, var):
    """Bug: where the wheel did not trust our directory, one user's lock shut all others out."""
    handle = launcher_server._handle(own.data)
    assert Path(os.fsdecode(handle._lock.path)).parent == var
    assert own.socket == own.data


def test_a_server_that_cannot_be_used_is_not_left_running(tmp_path):
    """Bug: where its password file was lost, the start failed and the server stayed."""
    var = tmp_path / "v"
    start_embedded(var).stop()
    (var / "secrets" / "postgres_password").unlink()
    with pytest.raises(NotConfigured):
        start_embedded(var)
    assert not (var / "postgres" / "postmaster.pid").exists()


def test_an_address_that_is_none_is_refused_without_showing_it(tmp_path):
    with pytest.raises(NotConfigured) as raised:
        open_server(tmp_path, "rubbish secret")
    assert "secret" not in str(raised.value)
