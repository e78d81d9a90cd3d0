"""A bank's directory written by somebody who means harm, or by accident. 来文目录被人动过手脚"""

import pytest
from sqlalchemy import text

from connectors.bank.flows import checking, matching, receiving
from gateway.errors import Code, GatewayError
from gateway.flows import bank_night
from tests.simulation.parts import Crasher
from tests.simulation.site_of_night import Site, Story

RESULT = "DKJG_990001_ZH01_20260228_V01.txt"


@pytest.fixture
def site(store, clock) -> Site:
    """One bank's sound night in memory, over the real store, opened and not yet run."""
    here = Site(Story(7, "990001", 4, 6, ()), store, clock, Crasher())
    here.publish(1, (), True)
    receiving.open_nights(here.bank, here.key.business_date)
    return here


@pytest.fixture
def rows(store):
    """What a query finds."""

    def query(sql: str) -> list[tuple]:
        with store.begin() as work:
            return [tuple(row) for row in work.connection.execute(text(sql))]

    return query


def run(site: Site) -> str:
    """One run of the night; PROVED, or the code it ended with."""
    try:
        bank_night.run(site.night())
    except GatewayError as error:
        return error.code.name
    return "PROVED"


def test_two_accepted_files_of_one_kind_are_not_chosen_between(site, store):
    site.publish(2, ("altered_loan",), True)
    receiving.receive(site.bank, site.key)
    checking.check(site.bank, site.key)
    with store.begin() as work:
        work.connection.execute(text("update bank_file set state = 'ACCEPTED'"))
    with pytest.raises(GatewayError) as raised:
        matching.match(site.bank, site.key)
    assert raised.value.code is Code.NIGHT_NOT_READY
    assert not site.ledger.booked
