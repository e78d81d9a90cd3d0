"""The database: engines, migrations, and what version it stands at. 数据库"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from gateway.errors import Code, NotConfigured, TransportError

_MIGRATIONS = Path(__file__).parent / "migrations"
_CONNECT_TIMEOUT_SECONDS = 10
_STATEMENT_SECONDS = 120
# One migration at a time; any number will do that no other lock of ours has.
_LOCK = 4_320_105


def connect(url: str | URL, statement_seconds: int = _STATEMENT_SECONDS) -> Engine:
    """An engine over psycopg 3 whose statements end after so many seconds.

    Connections are not pooled: tasks are short and processes many.
    """
    return create_engine(
        url,
        poolclass=NullPool,
        connect_args={
            "connect_timeout": _CONNECT_TIMEOUT_SECONDS,
            "options": f"-c statement_timeout={statement_seconds}s -c timezone=Asia/Shanghai",
        },
    )


def migrate(engine: Engine) -> str:
    """Bring the schema to this version's, as the owner role; returns the revision reached."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return newest_revision()


def newest_revision() -> str:
    """The revision this version of the program needs."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return str(ScriptDirectory.from_config(config).get_current_head())


def require_current(engine: Engine) -> str:
    """The schema's revision.

    Raises TransportError when the database cannot be reached, NotConfigured when it stands at
    another revision than this program's.
    """
    try:
        with engine.connect() as connection:
            connection.execute(text("select 1"))
            found = MigrationContext.configure(connection).get_current_revision()
    except OperationalError as unreachable:
        raise TransportError(Code.DATABASE_UNREACHABLE) from unreachable
    if found != newest_revision():
        raise NotConfigured(Code.MIGRATION_NEEDED, detail=f"{found} → {newest_revision()}")
    return found
