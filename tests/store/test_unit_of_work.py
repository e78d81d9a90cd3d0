"""One transaction, one moment, its journal last: all of it or nothing. 工作单元"""

from datetime import datetime

import pytest
from sqlalchemy.dialects.postgresql import insert

from gateway.dates import SHANGHAI
from gateway.errors import Code, IllegalTransition
from gateway.store import journal
from gateway.store.tables import PAYLOAD
from gateway.store.unit_of_work import PostgresStore, keep_bytes


class Broken(Exception):
    """Something went wrong in the middle of a step."""


def test_a_unit_that_fails_leaves_nothing(store, rows, entries):
    with pytest.raises(Broken), store.begin() as work:
        work.note("night_opened", "night-1")
        keep_bytes(store, work, b"bytes")
        raise Broken
    assert (rows("select * from payload"), entries()) == ([], [])


def test_a_unit_that_ends_well_keeps_rows_and_entries_together(store, rows, entries):
    with store.begin() as work:
        digest = keep_bytes(store, work, b"bytes")
        work.note("night_opened", "night-1")
    assert rows("select digest, bytes from payload") == [(digest, 5)]
    assert [entry.event for entry in entries()] == ["night_opened"]


def test_a_unit_whose_journal_cannot_be_written_leaves_nothing(store, rows, entries):
    with pytest.raises(IllegalTransition), store.begin() as work:
        keep_bytes(store, work, b"bytes")
        work.note("night_opened", "night\x00")
    assert (rows("select * from payload"), entries()) == ([], [])


def test_entries_stand_in_the_order_they_were_noted(store, entries):
    with store.begin() as work:
        for number in range(20):
            work.note("night_moved", f"night-{number}")
    assert [entry.subject for entry in entries()] == [f"night-{n}" for n in range(20)]


def test_everything_in_a_unit_happened_at_one_moment(store, rows, entries):
    with store.begin() as work:
        keep_bytes(store, work, b"one")
        keep_bytes(store, work, b"two")
        work.note("night_opened", "night-1")
    moments = {row.archived_at for row in rows("select archived_at from payload")}
    assert moments == {entries()[0].at} == {work.now}


def test_an_event_that_is_not_in_the_catalogue_is_our_own_bug(store, rows, entries):
    with pytest.raises(IllegalTransition) as raised, store.begin() as work:
        keep_bytes(store, work, b"bytes")
        work.note("night_invented", "night-1")
    assert raised.value.code is Code.TRANSITION_MISSING
    assert (rows("select * from payload"), entries()) == ([], [])


def test_the_journal_is_written_once_however_often_it_is_asked_for(store, entries):
    with store.begin() as work:
        work.note("night_opened", "night-1")
        work.write_journal()
    assert len(entries()) == 1


def test_a_unit_without_entries_does_not_wait_for_the_journals_lock(store, engine):
    with engine.begin() as other:
        journal.append(other, datetime(2026, 3, 1, tzinfo=SHANGHAI), [("night_opened", "n", "{}")])
        with store.begin() as work:
            keep_bytes(store, work, b"bytes")


def test_the_same_bytes_recorded_twice_are_one_payload(store, rows):
    for _ in range(2):
        with store.begin() as work:
            keep_bytes(store, work, b"bytes")
    assert rows("select count(*) from payload") == [(1,)]


def test_a_row_may_not_refer_to_bytes_that_were_never_archived(store):
    with pytest.raises(IllegalTransition) as raised, store.begin() as work:
        work.keep("no digest", 5)
    assert raised.value.code is Code.STORE_REFUSED


def test_an_insert_that_did_nothing_says_so(store):
    """Bug: it said -1, which is true, and so everything done before counted as new each time."""
    row = {"digest": "0" * 64, "bytes": 1, "archived_at": datetime(2026, 3, 1, tzinfo=SHANGHAI)}
    counts = []
    for _ in range(2):
        with store.begin() as work:
            fresh = insert(PAYLOAD).values(row).on_conflict_do_nothing()
            counts.append(work.connection.execute(fresh).rowcount)
    assert counts == [1, 0]


def test_moments_come_from_the_clock_that_was_given(engine, store, stepping_clock):
    then = datetime(2031, 7, 4, 23, 59, 59, 999_000, tzinfo=SHANGHAI)
    with PostgresStore(engine, store.archive, stepping_clock(then)).begin() as work:
        assert (work.now - then).total_seconds() == pytest.approx(0.001)
