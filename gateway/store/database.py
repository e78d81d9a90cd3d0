"""The database: engines, migrations, and what version it stands at. 数据库"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from gateway.errors import Code, GatewayError, NotConfigured, TransportError, error_for

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
        # rows hold people, and an error's text goes into logs
        hide_parameters=True,
        connect_args={
            "connect_timeout": _CONNECT_TIMEOUT_SECONDS,
            "options": f"-c statement_timeout={statement_seconds}s -c timezone=Asia/Shanghai",
        },
    )


# Whoever comes first in this table says what a database's error means to us.
_MEANINGS: tuple[tuple[type[DBAPIError], Code], ...] = (
    (OperationalError, Code.DATABASE_UNREACHABLE),
    (InterfaceError, Code.DATABASE_UNREACHABLE),
    (ProgrammingError, Code.MIGRATION_NEEDED),
    (DBAPIError, Code.STORE_REFUSED),
)

# What a diagnosis may say: it names our own tables and rules, and no value.
_TOLD = ("sqlstate", "table_name", "constraint_name")


def meaning(failed: DBAPIError) -> GatewayError:
    """The database's error as one of ours.

    Its own text is left out: PostgreSQL shows the row that failed, and the people in it.
    """
    code = next(code for kind, code in _MEANINGS if isinstance(failed, kind))
    diagnosis = getattr(failed.orig, "diag", None)
    told = (getattr(diagnosis, name, None) for name in _TOLD)
    return error_for(code, detail=" ".join(filter(None, told)))


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
