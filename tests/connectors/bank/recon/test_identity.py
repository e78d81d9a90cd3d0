"""Pass 1: bookings keep their identity however they are read. 流水标识"""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bank.rules.recon.identity import identities
from tests.connectors.bank.recon.making import YESTERDAY, books, line


def keys(*rows):
    """The key of each booking, by id."""
    frame = identities(books(statement=rows).statement)
    return dict(frame.select("id", "key").iter_rows())


def test_a_serial_that_is_alone_on_its_day_is_the_identity():
    assert keys(line(1, 5, host_serial="A7")) == {1: "20260227-A7"}


def test_a_serial_used_on_two_days_is_two_bookings():
    found = keys(line(1, 5, host_serial="A7"), line(2, 5, host_serial="A7", booked_on=YESTERDAY))
    assert found == {1: "20260227-A7", 2: "20260226-A7"}


def test_a_serial_used_twice_on_a_day_is_told_apart_by_what_was_booked():
    found = keys(line(1, 5, host_serial="A7"), line(2, 6, host_serial="A7"))
    assert len(set(found.values())) == 2
    assert not any("A7" in key for key in found.values())


def test_twins_without_a_serial_are_kept_as_two():
    found = keys(line(1, 5, host_serial=""), line(2, 5, host_serial=""))
    assert sorted(key[-2:] for key in found.values()) == ["-0", "-1"]


def test_only_a_booking_equal_in_everything_with_a_serial_is_named_a_repeat():
    rows = [
        line(1, 5, host_serial="A7"), line(2, 5, host_serial="A7"),
        line(3, 5, host_serial=""), line(4, 5, host_serial=""), line(5, 6, host_serial="A8"),
    ]  # fmt: skip
    frame = identities(books(statement=rows).statement)
    assert frame.filter("repeated").height == 1
    assert frame.filter("repeated").item(0, "host_serial") == "A7"


@settings(max_examples=40, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_the_identities_do_not_depend_on_the_order_of_the_lines(chance: random.Random):
    rows = [
        line(0, chance.choice([5, 6]), host_serial=chance.choice(["A", "B", ""]))
        for _ in range(chance.randint(0, 8))
    ]
    shuffled = [row | {"id": n} for n, row in enumerate(chance.sample(rows, len(rows)))]
    straight = [row | {"id": n} for n, row in enumerate(rows)]
    assert sorted(keys(*straight).values()) == sorted(keys(*shuffled).values())
    assert len(set(keys(*straight).values())) == len(rows)
