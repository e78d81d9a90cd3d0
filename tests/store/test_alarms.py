"""Alarms: rung once per thing, counted while they last, cleared, and rung again. 告警"""

import pytest

from gateway.errors import Code
from gateway.store import alarms

CODE, OTHER = Code.NAME_REUSED, Code.SIGNATURE_WRONG


@pytest.fixture
def ring(store):
    """Rings in a unit of its own."""

    def one(code=CODE, subject="file-1", detail=""):
        with store.begin() as work:
            alarms.ring(work, code, subject, detail)

    return one


@pytest.fixture
def clear(store):
    """Clears in a unit of its own."""

    def one(code=CODE, subject="file-1", why="核实"):
        with store.begin() as work:
            alarms.clear(work, code, subject, why)

    return one


def bells(store):
    with store.begin() as work:
        return alarms.ringing(work)


def told(entries):
    return [entry.event for entry in entries()]


def test_an_alarm_rings_with_its_code_subject_and_detail(store, ring):
    ring(detail="DKJG_990001.txt")
    (bell,) = bells(store)
    assert (bell.code, bell.subject, bell.detail) == (CODE, "file-1", "DKJG_990001.txt")
    assert (bell.times, bell.first_at == bell.last_at, bell.cleared_at) == (1, True, None)


def test_a_bell_that_rings_is_counted_and_the_journal_told_once(store, ring, entries):
    for detail in ("one", "two", "three"):
        ring(detail=detail)
    (bell,) = bells(store)
    assert (bell.times, bell.detail, bell.first_at < bell.last_at) == (3, "three", True)
    assert told(entries) == ["alarm_rung"]


def test_another_subject_and_another_code_are_other_bells(store, ring):
    ring()
    ring(subject="file-2")
    ring(code=OTHER)
    assert len(bells(store)) == 3


def test_a_cleared_alarm_rings_no_more_and_the_journal_knows_why(store, ring, clear, entries):
    ring()
    clear(why="银行已说明")
    assert bells(store) == []
    assert told(entries) == ["alarm_rung", "alarm_cleared"]
    assert "银行已说明" in entries()[1].facts


def test_clearing_silence_says_nothing(ring, clear, entries):
    clear()
    ring()
    clear(subject="file-2")
    clear()
    clear()
    assert told(entries) == ["alarm_rung", "alarm_cleared"]


def test_a_cleared_alarm_rings_again_and_the_journal_is_told_again(store, ring, clear, entries):
    ring()
    before = bells(store)[0]
    clear()
    ring(detail="again")
    (bell,) = bells(store)
    assert (bell.detail, bell.first_at > before.first_at, bell.times) == ("again", True, 2)
    assert told(entries) == ["alarm_rung", "alarm_cleared", "alarm_rung"]


def test_the_newest_ring_stands_first(store, ring):
    ring(subject="file-1")
    ring(subject="file-2")
    ring(subject="file-1")
    assert [bell.subject for bell in bells(store)] == ["file-1", "file-2"]


def test_an_alarm_of_a_step_that_failed_never_rang(store, entries):
    with pytest.raises(ZeroDivisionError), store.begin() as work:
        alarms.ring(work, CODE, "file-1")
        raise ZeroDivisionError
    assert (bells(store), entries()) == ([], [])


@pytest.mark.parametrize("rung_before", [False, True], ids=["first", "again"])
def test_rung_by_many_at_once_it_is_told_once_and_each_is_counted(
    rung_before, store, ring, clear, entries, at_once
):
    """Bug: whoever rang a new bell at the same moment told the journal too."""
    if rung_before:
        ring()
        clear()
    before = len(entries())
    assert at_once(*[ring] * 6) == [None] * 6
    assert bells(store)[0].times == 6 + rung_before
    assert told(entries)[before:] == ["alarm_rung"]
