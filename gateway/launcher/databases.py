"""Databases and roles: each with the least it needs. 数据库与角色"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, text

from gateway.launcher.secret_files import write_once
from gateway.launcher.server import Server
from gateway.store.database import connect, migrate

_PASSWORD_BYTES = 24


@dataclass(frozen=True, slots=True)
class Database:
    """One database, its owner, and the roles that may connect to it besides."""

    name: str
    owner: str
    guests: tuple[str, ...] = ()


# gateway_app is the program; gateway_desk only looks; core_exchange is us at the core system.
DATABASES = (
    Database("gateway", "gateway_owner", ("gateway_app", "gateway_desk")),
    Database("airflow", "airflow"),
    Database("core_system", "core_owner", ("core_exchange",)),
)


# The desk is a web page: it does not write, whatever it is asked and whatever it was granted.
_ROLE_SETTINGS = {"gateway_desk": {"default_transaction_read_only": "on"}}


@dataclass(frozen=True, slots=True)
class Access:
    """Addresses of the databases, by database and role."""

    server: Server
    passwords: Mapping[str, str]

    def url(self, database: str, role: str) -> URL:
        """The address of a database as one role."""
        admin = self.server.admin(database)
        return admin.set(username=role, password=self.passwords[role])


def provide(server: Server, secrets_directory: Path) -> Access:
    """Create what is missing: roles, databases, and the gateway's schema at its newest."""
    names = [name for base in DATABASES for name in (base.owner, *base.guests)]
    passwords = {name: _password(secrets_directory, name) for name in names}
    engine = connect(server.admin()).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as admin:
        for name in names:
            _provide_role(admin, name, passwords[name])
        for base in DATABASES:
            _provide_database(admin, base)
    access = Access(server, passwords)
    migrate(connect(access.url("gateway", "gateway_owner")))
    return access


def _password(directory: Path, role: str) -> str:
    """The role's password: a file made once, readable by nobody else."""
    path = directory / f"password_{role}"
    write_once(path, lambda: secrets.token_urlsafe(_PASSWORD_BYTES))
    return path.read_text(encoding="ascii")


def _provide_role(admin: Connection, name: str, password: str) -> None:
    known = admin.execute(text("select from pg_roles where rolname = :name"), {"name": name})
    verb = "alter" if known.one_or_none() is not None else "create"
    # names are ours and passwords URL-safe base64: neither holds a quote
    admin.execute(text(f"{verb} role {name} login password '{password}'"))
    for setting, value in _ROLE_SETTINGS.get(name, {}).items():
        admin.execute(text(f"alter role {name} set {setting} = '{value}'"))


def _provide_database(admin: Connection, base: Database) -> None:
    known = admin.execute(
        text("select from pg_database where datname = :name"), {"name": base.name}
    )
    if known.one_or_none() is None:
        admin.execute(text(f"create database {base.name} owner {base.owner}"))
    admin.execute(text(f"revoke connect, temporary on database {base.name} from public"))
    for guest in base.guests:
        admin.execute(text(f"grant connect on database {base.name} to {guest}"))
