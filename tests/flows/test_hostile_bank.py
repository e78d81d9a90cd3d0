"""A bank's directory written by somebody who means harm, or by accident. 来文目录被人动过手脚"""

import hashlib

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


@pytest.fixture
def states(rows):
    """The states of the result file's versions."""

    def look() -> dict[int, str]:
        query = "select version, state from bank_file where kind = 'deduction_result'"
        return dict(rows(query))

    return look


def copy(site: Site, name: str, new: str) -> None:
    """Somebody without any key gives a file's bytes and signature another name."""
    lies = site.wire.directories["/outgoing"]
    data = lies[new] = lies[name]
    lies[f"{new}.sig"] = lies[f"{name}.sig"]
    lies[f"{new}.ok"] = f"{new}|{len(data)}|{hashlib.sha256(data).hexdigest()}|\n".encode()


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


def test_an_old_signed_file_replayed_as_the_newest_version_is_quarantined(site, rows, states):
    """Bug: the bank had taken the money back in V02; its V01, copied to V03, was posted."""
    site.publish(2, ("empty_day",), True)
    copy(site, RESULT, RESULT.replace("V01", "V03"))
    assert run(site) == "FILE_QUARANTINED"
    assert states() == {1: "SUPERSEDED", 2: "ACCEPTED", 3: "QUARANTINED"}
    assert rows("select code from bank_finding") == [("CONTENT_REPEATED",)]
    assert ("CONTENT_REPEATED",) in rows("select code from alarm")


def test_a_copy_of_a_file_in_use_is_quarantined_and_the_night_stays_proved(site, states):
    assert run(site) == "PROVED"
    copy(site, RESULT, RESULT.replace("V01", "V02"))
    assert run(site) == "PROVED"
    assert states() == {1: "USED", 2: "QUARANTINED"}


def test_the_same_bytes_again_are_believed_where_they_were_not_believed_before(site, states):
    """The bank is told to send again under a new version; what it forgot was the signature."""
    del site.wire.directories["/outgoing"][f"{RESULT}.sig"]
    assert run(site) == "FILE_QUARANTINED"
    site.publish(2, (), True)
    assert run(site) == "PROVED"
    assert states() == {1: "QUARANTINED", 2: "USED"}


def test_a_stray_with_a_files_bytes_does_not_keep_the_file_out(site, states):
    copy(site, RESULT, "a.txt")
    assert run(site) == "PROVED"
    assert states() == {1: "USED"}


def test_a_version_does_not_count_while_a_newer_one_lies_in_quarantine(site, rows, states):
    """Bug: V01 was posted while the bank's correction of it lay unread beside it."""
    site.publish(2, ("missing_trailer",), True)
    assert run(site) == "FILE_QUARANTINED"
    assert states() == {1: "ACCEPTED", 2: "QUARANTINED"}
    assert rows("select state from bank_night") == [("OPEN",)]
    assert not site.ledger.booked
    site.publish(3, ("missing_line",), True)
    assert run(site) == "PROVED"
    assert states() == {1: "SUPERSEDED", 2: "QUARANTINED", 3: "USED"}


def test_a_correction_quarantined_before_the_decision_still_stops_it(site, states):
    """All files were here and sound; then the ledger was away, and the correction came."""
    for stage in ("receive", "check"):
        bank_night.STAGES[stage].run(site.night())
    site.publish(2, ("missing_trailer",), True)
    receiving.receive(site.bank, site.key)
    checking.check(site.bank, site.key)
    with pytest.raises(GatewayError):
        matching.match(site.bank, site.key)
    assert run(site) == "FILE_QUARANTINED"
    assert not site.ledger.booked


def test_what_is_decided_stays_decided_whatever_is_quarantined_later(site, states):
    assert run(site) == "PROVED"
    site.publish(2, ("missing_trailer",), True)
    assert run(site) == "PROVED"
    assert states() == {1: "USED", 2: "QUARANTINED"}
