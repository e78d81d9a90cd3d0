"""Bookings asked for by BDC113: an answer of a thousand rows is asked for again. 明细查询"""

from datetime import datetime, timedelta

import pytest

from connectors.bank.flows.fetching import fetch_details
from connectors.bank.flows.listening import PushDesk
from connectors.bank.flows.pushes import take_pushes
from connectors.bank.rules.windows import Window
from connectors.bank.store import details
from gateway.dates import SHANGHAI
from gateway.errors import MalformedMessage
from tests.transports.settlement.ground import ACCOUNT, BANK, DAY, our_side
from tests.transports.settlement.test_listener import InThread

MIDNIGHT = datetime(DAY.year, DAY.month, DAY.day, tzinfo=SHANGHAI)
WHOLE_DAY = Window(MIDNIGHT, MIDNIGHT + timedelta(days=1, seconds=-1))


def stored(platform):
    with platform.store.begin() as work:
        return details.of_day(work, BANK, "ZH01", DAY)


def test_b39_a_day_of_more_than_a_thousand_rows_comes_whole_in_parts(first, store, clock):
    platform = our_side(first, store, clock)
    counts = fetch_details(platform, ACCOUNT, WHOLE_DAY)
    assert counts.examined == 1100
    assert counts.counts == {"queries": 3, "bookings": 1100}
    serials = [line.host_serial for line in stored(platform)]
    assert len(set(serials)) == 1100


def test_asking_again_stores_nothing_new(second, store, clock):
    platform = our_side(second, store, clock)
    assert fetch_details(platform, ACCOUNT, WHOLE_DAY).counts == {"queries": 1, "bookings": 12}
    assert fetch_details(platform, ACCOUNT, WHOLE_DAY).counts == {"queries": 1, "bookings": 0}


def test_what_was_pushed_is_not_stored_again_when_it_is_asked_for(second, store, clock):
    platform = our_side(second, store, clock)
    fetch_details(platform, ACCOUNT, Window(MIDNIGHT, MIDNIGHT))
    with InThread(PushDesk(platform)) as listener:
        second.push(listener.port, "1", "--last", "7")
    take_pushes(platform)
    assert fetch_details(platform, ACCOUNT, WHOLE_DAY).counts["bookings"] == 5
    assert len(stored(platform)) == 12


def test_a_span_without_bookings_is_a_lawful_answer(second, store, clock):
    platform = our_side(second, store, clock)
    instant = Window(MIDNIGHT, MIDNIGHT)
    assert fetch_details(platform, ACCOUNT, instant).counts == {"queries": 1, "bookings": 0}


def test_an_answer_that_cannot_be_read_stores_nothing(second, store, clock):
    platform = our_side(second, store, clock)
    fetch_details(platform, ACCOUNT, Window(MIDNIGHT, MIDNIGHT))
    second.arm("wrong_label")
    with pytest.raises(MalformedMessage):
        fetch_details(platform, ACCOUNT, WHOLE_DAY)
    second.arm()
    assert stored(platform) == []


def test_the_bookings_of_one_day_keep_their_order(second, store, clock):
    platform = our_side(second, store, clock)
    fetch_details(platform, ACCOUNT, WHOLE_DAY)
    assert [line.serial for line in stored(platform)] == list(range(1, 13))
    assert {line.direction for line in stored(platform)} == {"C", "D"}
