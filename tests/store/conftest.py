"""What the store's tests stand on: the other roles, rows and entries as they lie. 存储测试夹具"""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Engine, Row, text

from gateway.store import journal, outbox
from gateway.store.database import connect
from gateway.store.messages import MessageState
from gateway.store.outbox import Draft


@pytest.fixture(scope="session")
def superuser(access) -> Engine:
    """The gateway's database as the server's administrator, for whom no permission counts."""
    return connect(access.server.admin("gateway"))


@pytest.fixture(scope="session")
def owner(access) -> Engine:
    """The gateway's database as the role that owns and migrates it."""
    return connect(access.url("gateway", "gateway_owner"))


@pytest.fixture
def rows(engine) -> Callable[..., Sequence[Row]]:
    """Returns what a query finds."""

    def query(sql: str, **values: object) -> Sequence[Row]:
        with engine.connect() as connection:
            return connection.execute(text(sql), values).all()

    return query


@pytest.fixture
def entries(engine) -> Callable[..., list[journal.Entry]]:
    """Returns the journal, of one subject or all."""

    def read(subject: str | None = None) -> list[journal.Entry]:
        with engine.connect() as connection:
            return list(journal.read(connection, subject))

    return read


@pytest.fixture(scope="session")
def draft() -> Callable[..., Draft]:
    """Makes a message to a bank that does not exist."""

    def make(message_id: str = "m-1", payload: bytes = b"pay once", **other: str) -> Draft:
        about = {"counterparty": "990009", "kind": "test.kind", "subject": "night-1"} | other
        return Draft(message_id, name=f"{message_id}.txt", payload=payload, **about)

    return make


@pytest.fixture
def drafted(store, draft, engine) -> Callable[..., Draft]:
    """Writes a message into the outbox, in any state."""

    def write(message_id: str = "m-1", state=MessageState.DRAFTED, **other) -> Draft:
        message = draft(message_id, **other)
        with store.begin() as work:
            outbox.draft(store, work, message)
        graded = {"state": state.name, "id": message_id}
        with engine.begin() as connection:
            connection.execute(
                text("update message set state = :state, grade = 'C' where message_id = :id"),
                graded,
            )
        return message

    return write
