"""The journal is append-only by permission, and for its owner by trigger. 流水只增不改"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.store.database import connect

CHANGES = [
    "update journal set facts = '{}'",
    "update journal set facts = '{}' where false",
    "delete from journal",
    "delete from journal where seq = 1",
    "truncate journal cascade",
]


@pytest.fixture
def entry(store, entries):
    """Writes one entry; afterwards it must stand as it was written."""
    with store.begin() as work:
        work.note("night_opened", "night-1", number=1)
    before = entries()
    yield
    assert entries() == before


def refusal(engine, statement):
    with pytest.raises(DBAPIError) as raised, engine.begin() as connection:
        # what a role does by default it can undo; what it was not granted it cannot
        connection.execute(text("set transaction read write"))
        connection.execute(text(statement))
    return str(raised.value.orig)


@pytest.mark.parametrize("change", CHANGES)
def test_the_program_has_no_permission_to_change_an_entry(change, entry, engine):
    assert "permission denied" in refusal(engine, change)


@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_is_stopped_by_the_trigger(change, entry, owner):
    assert "the journal is append-only" in refusal(owner, change)


def test_the_program_cannot_switch_the_trigger_off(entry, engine):
    for statement in (
        "alter table journal disable trigger all",
        "set session_replication_role = replica",
        "drop trigger journal_is_append_only on journal",
        "create or replace function journal_is_append_only() returns trigger "
        "language plpgsql as 'begin return null; end'",
        "drop table journal cascade",
        "set role gateway_owner",
    ):
        assert "permission denied" in refusal(engine, statement) or "must be owner" in refusal(
            engine, statement
        )


def test_the_owner_cannot_bypass_triggers_for_its_session(entry, owner):
    assert "permission denied" in refusal(owner, "set session_replication_role = replica")


@pytest.mark.parametrize("change", [*CHANGES, "insert into journal values (2)"])
def test_the_desk_may_only_look(change, entry, access):
    desk = connect(access.url("gateway", "gateway_desk"))
    assert "permission denied" in refusal(desk, change)
    with desk.connect() as connection:
        assert connection.execute(text("select count(*) from journal")).scalar_one() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "delete from payload",
        "delete from message",
        "truncate attempt",
        "update payload set bytes = 0",
        "update message set digest = digest",
        "update message set message_id = 'other'",
        "update attempt set signed_digest = null",
        "update inbox_item set name = 'other'",
        "update alarm set code = 'OTHER'",
        "update outbox set message_id = 'other'",
    ],
)
def test_the_program_cannot_rewrite_what_is_history(statement, engine):
    assert "permission denied" in refusal(engine, statement)
