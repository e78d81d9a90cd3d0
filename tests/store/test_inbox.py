"""The inbox: new, the same again, or another content under a known name. 收件箱"""

from datetime import timedelta

import pytest

from gateway.store import inbox
from gateway.store.inbox import Seen
from gateway.store.unit_of_work import keep_bytes


@pytest.fixture
def take(store):
    """Takes a file in, in a unit of its own."""

    def one(data=b"content", name="DKJG.txt", counterparty="990001"):
        with store.begin() as work:
            return inbox.take(work, counterparty, name, keep_bytes(store, work, data))

    return one


def is_reused(store, arrival):
    with store.begin() as work:
        return inbox.is_reused_name(work, arrival.item_id)


def test_a_file_is_new_once_and_the_same_again_ever_after(take, rows):
    assert [take().seen for _ in range(3)] == [Seen.NEW, Seen.SAME_AGAIN, Seen.SAME_AGAIN]
    assert rows("select count(*) from inbox_item") == [(1,)]


def test_the_same_file_always_has_the_same_id(take):
    assert take().item_id == take().item_id


def test_another_content_under_a_known_name_is_told(take, rows):
    assert [take(b"one").seen, take(b"two").seen] == [Seen.NEW, Seen.OTHER_CONTENT]
    assert rows("select count(*) from inbox_item") == [(2,)], "both are kept"


def test_the_first_content_again_is_a_repetition_and_no_third_one(take):
    take(b"one")
    take(b"two")
    assert take(b"one").seen is Seen.SAME_AGAIN


def test_the_same_content_under_another_name_or_from_another_is_new(take):
    items = {take(), take(name="other.txt"), take(counterparty="990002")}
    assert {item.seen for item in items} == {Seen.NEW}
    assert len({item.item_id for item in items}) == 3


def test_only_the_later_content_bears_a_reused_name(store, take):
    first, second, other = take(b"one"), take(b"two"), take(b"one", name="other.txt")
    assert [is_reused(store, item) for item in (first, second, other)] == [False, True, False]


@pytest.mark.parametrize("seconds", [0, -60])
def test_which_content_came_first_does_not_depend_on_the_clock(store, take, clock, seconds):
    """Bug: with the clock standing still or set back, neither or the first was the reused one."""
    moment = clock.now()
    clock.now = lambda: moment
    first = take(b"one")
    clock.now = lambda: moment + timedelta(seconds=seconds)
    second = take(b"two")
    assert [is_reused(store, item) for item in (first, second)] == [False, True]


def test_an_arrival_of_a_step_that_failed_was_never_seen(store, take):
    with pytest.raises(ZeroDivisionError), store.begin() as work:
        inbox.take(work, "990001", "DKJG.txt", keep_bytes(store, work, b"content"))
        raise ZeroDivisionError
    assert take().seen is Seen.NEW


def test_the_same_file_taken_by_many_at_once_is_new_for_one(take, at_once):
    """Bug: all but one crashed on the key, when the bytes themselves were known already."""
    take(name="the same bytes.txt")
    seen = [arrival.seen for arrival in at_once(*[take] * 6)]
    assert sorted(seen, key=seen.count) == [Seen.NEW] + [Seen.SAME_AGAIN] * 5


def test_two_contents_under_one_name_at_once_are_never_both_new(take, at_once):
    """Bug: neither saw the other, and a reused name passed for a new one."""
    for number in range(10):
        calls = [lambda d=data, n=number: take(d, f"{n}.txt") for data in (b"one", b"two")]
        seen = {arrival.seen for arrival in at_once(*calls)}
        assert seen == {Seen.NEW, Seen.OTHER_CONTENT}
