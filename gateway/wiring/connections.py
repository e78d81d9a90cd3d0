"""Connections in the form of Airflow's local-filesystem secrets backend. 连接"""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter
from sqlalchemy import URL

from connectors.bank.transport import FolderWire, PlatformAddress, SftpAddress, SftpWire
from gateway.errors import Code, NotConfigured
from gateway.ports import FileWire
from gateway.wiring.reading import read_secret, read_typed

FILE = "connections.json"
# Our own database: as the program, as the desk, which only looks, and as its owner, who alone may
# migrate; that last connection may be there for the time of an upgrade only.
GATEWAY, DESK, OWNER = "gateway_db", "gateway_desk", "gateway_owner"
_DRIVER = "postgresql+psycopg"


@dataclass(frozen=True, slots=True)
class Extra:
    """What only some connections have; the key's passphrase is in `key_passphrase`."""

    private_key: str = ""
    host_keys: tuple[str, ...] = ()
    # of a folder of this machine, as Airflow's own file connections have it
    path: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection as Airflow writes it."""

    conn_type: str
    host: str = ""
    port: int | None = None
    login: str = ""
    password: str = field(default="", repr=False)
    schema: str = ""
    extra: Extra = Extra()


_ADAPTER = TypeAdapter(dict[str, Connection])


class Connections:
    """All connections of the site, by id."""

    def __init__(self, secrets: Path) -> None:
        self._secrets = secrets
        self._all = read_typed(secrets / FILE, _ADAPTER)

    def _of(self, conn_id: str) -> Connection:
        if conn_id not in self._all:
            raise NotConfigured(Code.SETTING_MISSING, detail=f"{FILE}: {conn_id}")
        return self._all[conn_id]

    def database(self, conn_id: str) -> URL:
        """A PostgreSQL connection as a URL; `host` may be a socket's directory."""
        found = self._of(conn_id)
        socket = found.host.startswith("/")
        return URL.create(
            _DRIVER,
            username=found.login,
            password=found.password,
            host=None if socket else found.host,
            port=found.port,
            database=found.schema,
            query={"host": found.host} if socket else {},
        )

    def sftp(self, conn_id: str) -> SftpAddress:
        """An SFTP connection; its private key is a file of the secrets directory."""
        found = self._of(conn_id)
        return SftpAddress(
            host=found.host,
            port=found.port or 22,
            user=found.login,
            private_key=self._secrets / found.extra.private_key,
            passphrase=read_secret(self._secrets / "key_passphrase"),
            host_keys=found.extra.host_keys,
        )

    def files(self, conn_id: str, listing_max: int) -> FileWire:
        """A counterparty's directories: a folder of this machine (`fs`), else SFTP."""
        found = self._of(conn_id)
        if found.conn_type != "fs":
            return SftpWire(self.sftp(conn_id), listing_max)
        if not Path(found.extra.path).is_absolute():
            raise NotConfigured(Code.SETTING_INVALID, detail=f"{FILE}: {conn_id}: extra.path")
        return FolderWire(Path(found.extra.path), listing_max)

    def platform(self, conn_id: str, node: str) -> PlatformAddress:
        """Where the settlement platform answers, as that node."""
        found = self._of(conn_id)
        if not found.host or not found.port:
            raise NotConfigured(Code.SETTING_INVALID, detail=f"{FILE}: {conn_id}")
        return PlatformAddress(found.host, found.port, node)
