"""The journal's chain: it verifies, and whatever is altered afterwards is found. 流水链"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from gateway.dates import SHANGHAI
from gateway.errors import Code, SignatureInvalid
from gateway.store import journal
from gateway.store.journal import GENESIS

AT = datetime(2026, 3, 1, 2, 0, 0, 123_456, tzinfo=SHANGHAI)
COUNT = 5


@pytest.fixture
def chain(engine):
    """Writes a chain of five entries, each in a transaction of its own."""
    for number in range(1, COUNT + 1):
        with engine.begin() as connection:
            facts = journal.canonical({"number": number, "name": "沙箱甲银行"})
            journal.append(connection, AT, [("night_moved", f"night-{number}", facts)])


@pytest.fixture
def verify(engine):
    """Verifies the chain: number of entries and last hash."""

    def run():
        with engine.connect() as connection:
            return journal.verify(connection)

    return run


@pytest.fixture
def broken_by(superuser):
    """Where the chain is found broken after a change that only a superuser can make."""

    def run(*statements):
        with superuser.connect() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            for statement in statements:
                assert connection.execute(text(statement)).rowcount > 0, statement
            with pytest.raises(SignatureInvalid) as raised:
                journal.verify(connection)
            connection.rollback()
        assert raised.value.code is Code.JOURNAL_BROKEN
        return raised.value.detail

    return run


def test_an_empty_journal_verifies(verify, engine):
    assert verify() == (0, GENESIS)


def test_the_chain_verifies_and_counts(chain, verify, entries):
    assert verify() == (COUNT, entries()[-1].hash)


def test_each_entry_is_chained_to_the_one_before(chain, entries):
    found = entries()
    assert [entry.previous for entry in found] == [GENESIS, *(e.hash for e in found[:-1])]


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "at = at - interval '1 year'",
        "event = 'night_opened'",
        "event = event || ' '",
        "subject = 'night-6'",
        "subject = ''",
        "facts = replace(facts, 'number', 'serial')",
        "facts = replace(facts, '甲', '乙')",
        "facts = facts || ' '",
        "previous = repeat('0', 63) || '1'",
        "hash = repeat('0', 64)",
        "seq = seq + 100",
    ],
)
def test_any_altered_field_of_any_entry_is_found(change, chain, broken_by):
    for seq in range(1, COUNT + 1):
        assert broken_by(f"update journal set {change} where seq = {seq}") == f"seq {seq}"


def test_a_deleted_entry_is_found(chain, broken_by):
    for seq in range(1, COUNT):
        assert broken_by(f"delete from journal where seq = {seq}") == f"seq {seq}"


def test_a_deleted_entry_is_found_even_if_the_others_close_up(chain, broken_by):
    for seq in range(1, COUNT):
        found = broken_by(
            f"delete from journal where seq = {seq}",
            f"update journal set seq = seq + 100 where seq > {seq}",
            "update journal set seq = seq - 101 where seq > 100",
        )
        assert found == f"seq {seq}"


def test_a_cut_tail_shows_in_the_count_and_the_last_hash(chain, entries, superuser):
    """A chain cannot know its end: who cuts it is found by comparing with what was told before."""
    with superuser.connect() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text(f"delete from journal where seq = {COUNT}"))
        assert journal.verify(connection) == (COUNT - 1, entries()[-2].hash)
        connection.rollback()


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 4), (4, 5)])
def test_swapped_entries_are_found(one, other, chain, broken_by):
    found = broken_by(
        f"update journal set seq = 99 where seq = {one}",
        f"update journal set seq = {one} where seq = {other}",
        f"update journal set seq = {other} where seq = 99",
    )
    assert found == f"seq {one}"


def test_swapped_contents_of_two_entries_are_found(chain, broken_by):
    found = broken_by(
        "update journal a set (event, subject, facts, at) = "
        "(select event, subject, facts, at from journal b where b.seq = 7 - a.seq) "
        "where seq in (3, 4)"
    )
    assert found == "seq 3"


def test_an_entry_put_in_between_is_found(chain, broken_by):
    found = broken_by(
        "update journal set seq = seq + 100 where seq > 2",
        "update journal set seq = seq - 99 where seq > 100",
        "insert into journal select 3, at, event, subject, facts, hash, repeat('a', 64) "
        "from journal where seq = 2",
    )
    assert found == "seq 3"


def test_an_altered_entry_is_found_even_if_its_own_hash_was_computed_anew(
    chain, broken_by, entries
):
    old = entries()[2]
    what = (old.event, "night-6", old.facts)
    fresh = journal.entry_hash(old.previous, old.seq, old.at, what)
    found = broken_by(f"update journal set subject = 'night-6', hash = '{fresh}' where seq = 3")
    assert found == "seq 4"


def test_the_whole_chain_is_read_however_long(engine, verify, broken_by, entries):
    many = [("night_moved", f"night-{number}", "{}") for number in range(12_001)]
    with engine.begin() as connection:
        journal.append(connection, AT, many)
    assert verify()[0] == len(entries()) == 12_001
    changed = broken_by("update journal set facts = '{ }' where seq = 10001")
    assert changed == "seq 10001"


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 3, 1, 0, 0, tzinfo=SHANGHAI),
        datetime(2026, 3, 1, 7, 59, 59, 999_999, tzinfo=SHANGHAI),
        datetime(2026, 12, 31, 23, 59, 59, 1, tzinfo=SHANGHAI),
        datetime(2028, 2, 29, 12, 0, 0, 500_001, tzinfo=UTC),
        # summer time was kept in Shanghai from 1986 to 1991
        datetime(1988, 7, 1, 1, 2, 3, 4, tzinfo=SHANGHAI),
    ],
)
def test_moments_survive_exactly(at, engine, entries, verify):
    with engine.begin() as connection:
        journal.append(connection, at, [("night_opened", "night-1", "{}")])
    (entry,) = entries()
    assert entry.at - at == timedelta()
    assert verify()[0] == 1


def test_facts_survive_exactly(store, entries, verify):
    facts = {"名": "䶮\"'\\\n\t", "fen": -(2**62), "proved": False, "none": None, "empty": ""}
    with store.begin() as work:
        work.note("night_moved", "night-1", **facts)
    assert entries()[0].facts == journal.canonical(facts)
    assert verify()[0] == 1


def test_the_same_facts_are_always_the_same_text():
    assert journal.canonical({"b": 1, "a": "甲"}) == journal.canonical({"a": "甲", "b": 1})


def test_only_the_entries_of_a_subject_are_read(chain, entries):
    assert [entry.seq for entry in entries("night-3")] == [3]
    assert entries("night-99") == []


def test_an_entry_is_one_line_that_says_all_that_is_hashed(chain, entries):
    line = entries()[0].line()
    assert "\n" not in line
    for said in ("night_moved", "night-1", "沙箱甲银行", "2026-03-01T02:00:00.123456+08:00"):
        assert said in line


def test_writers_at_the_same_time_make_one_chain_without_a_gap(store, at_once, entries, verify):
    def write(writer):
        for number in range(10):
            with store.begin() as work:
                work.note("night_opened", f"writer-{writer}", number=number)
                work.note("night_moved", f"writer-{writer}", number=number)

    assert at_once(*[lambda w=writer: write(w) for writer in range(8)]) == [None] * 8
    assert verify()[0] == 160
    assert [entry.seq for entry in entries()] == list(range(1, 161))
    pairs = entries()[::2], entries()[1::2]
    assert all(one.subject == two.subject for one, two in zip(*pairs, strict=True))


def test_a_writer_that_fails_leaves_no_gap(store, entries, verify):
    for fails in (False, True, False):
        try:
            with store.begin() as work:
                work.note("night_opened", "night-1")
                work.write_journal()
                assert not fails
        except AssertionError:
            pass
    assert [entry.seq for entry in entries()] == [1, 2]
    assert verify()[0] == 2
