"""A bank's directory written by somebody who means harm, or by accident. 来文目录被人动过手脚"""

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from connectors.bank.flows import checking, matching, receiving
from connectors.bank.settings import OwedDays
from gateway.errors import Code, GatewayError, MalformedMessage, TransportError
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
    if f"{name}.sig" in lies:
        lies[f"{new}.sig"] = lies[f"{name}.sig"]
    flag = f"{new}|{len(data)}|{hashlib.sha256(data).hexdigest()}|\n"
    lies[f"{new}.ok"] = flag.encode(errors="replace")


class Reads:
    """A bank's wire that writes down what is read from it, and may refuse."""

    def __init__(self, wire, refuses: dict[str, GatewayError] | None = None) -> None:
        self._wire, self._refuses, self.read_names = wire, refuses or {}, []

    def __getattr__(self, name: str):
        return getattr(self._wire, name)

    def read(self, directory: str, name: str, size_max: int) -> bytes | None:
        self.read_names.append(name)
        if name in self._refuses:
            raise self._refuses[name]
        return self._wire.read(directory, name, size_max)


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
    found = rows("select code from bank_finding")
    assert set(found) == {("CONTENT_REPEATED",), ("SIGNED_NAME_DIFFERS",)}
    assert ("CONTENT_REPEATED",) in rows("select code from alarm")


def test_a_signed_old_version_that_never_came_in_cannot_come_under_a_newer_name(site, rows, states):
    """Bug: the signature spoke of the bytes only; V01, withheld, could pass for V03."""
    site.publish(2, ("empty_day",), True)
    copy(site, RESULT, RESULT.replace("V01", "V03"))
    for ending in ("", ".sig", ".ok"):
        del site.wire.directories["/outgoing"][RESULT + ending]
    assert run(site) == "FILE_QUARANTINED"
    assert states() == {2: "ACCEPTED", 3: "QUARANTINED"}
    assert rows("select code from bank_finding") == [("SIGNED_NAME_DIFFERS",)]
    assert not site.ledger.booked


def test_a_quarantined_version_cannot_come_again_under_a_newer_name(site, rows, states):
    """Bug: bytes that lay in quarantine for want of a flag's digest were believed as V02."""
    outgoing = site.wire.directories["/outgoing"]
    outgoing[f"{RESULT}.ok"] = f"{RESULT}|1|{'ab' * 32}|\n".encode()
    assert run(site) == "FILE_QUARANTINED"
    copy(site, RESULT, RESULT.replace("V01", "V02"))
    assert run(site) == "FILE_QUARANTINED"
    assert states() == {1: "QUARANTINED", 2: "QUARANTINED"}
    assert ("SIGNED_NAME_DIFFERS",) in rows("select code from bank_finding")
    assert not site.ledger.booked


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


SUNDAY = RESULT.replace("20260228", "20260222")


def agree(site, **changes):
    """The agreement with the bank is another one from now on."""
    owes = tuple(replace(owed, **changes) for owed in site.bank.profile.owes)
    site.bank = replace(site.bank, profile=replace(site.bank.profile, owes=owes))


def test_a_file_that_no_night_owes_is_kept_and_rings_and_is_fetched_once(site, rows):
    """Bug: it was passed over in every run, and nobody was told."""
    agree(site, first=date(2026, 2, 1))
    copy(site, RESULT, SUNDAY)
    site.bank = replace(site.bank, wire=Reads(site.wire))
    assert [run(site), run(site)] == ["PROVED", "PROVED"]
    assert site.bank.wire.read_names.count(SUNDAY) == 1
    ((item, digest),) = rows(f"select item_id, digest from inbox_item where name = '{SUNDAY}'")
    assert site.store.archive.get(digest)
    assert rows("select subject from journal where event = 'file_stray'") == [(item,)]
    assert rows("select code, subject, detail, times from alarm") == [
        ("FILE_NOT_OWED", item, "990001/ZH01/2026-02-22 批量扣款结果", 1)
    ]


def test_a_file_of_a_later_date_is_left_for_its_own_night(site, rows):
    copy(site, RESULT, RESULT.replace("20260228", "20260302"))
    assert run(site) == "PROVED"
    assert rows("select count(*) from inbox_item") == [(2,)]
    assert not rows("select from alarm")


@pytest.mark.parametrize("first", [date(2026, 2, 1), date(2026, 2, 28)])
def test_a_file_of_a_night_that_is_owed_but_not_open_or_before_us_rings_nobody(site, rows, first):
    """It waits for its own night, which the nightly run opens; and history is nobody's fault."""
    agree(site, first=first)
    copy(site, RESULT, RESULT.replace("20260228", "20260227"))
    assert run(site) == "PROVED"
    assert rows("select count(*) from inbox_item") == [(2,)]
    assert not rows("select from alarm")


def test_a_file_kept_as_a_stray_becomes_its_nights_when_the_night_is_opened(site, rows):
    agree(site, first=date(2026, 2, 1))
    earlier = replace(site.key, business_date=date(2026, 2, 22))
    copy(site, RESULT, SUNDAY)
    receiving.receive(site.bank, site.key)
    assert rows("select code from alarm where cleared_at is null") == [("FILE_NOT_OWED",)]
    agree(site, days=OwedDays.EVERY_DAY)
    assert earlier in receiving.open_nights(site.bank, earlier.business_date)
    receiving.receive(site.bank, earlier)
    assert len(rows(f"select from bank_file where night_id = '{earlier.night_id}'")) == 1
    assert not rows("select from alarm where cleared_at is null")


_REFUSED = TransportError(Code.LISTING_REFUSED, detail="/outgoing")
_BROKEN = MalformedMessage(Code.FILE_TOO_LARGE, detail="x")


HOSTILE = {
    "nul": "a\x00b.txt",
    "escape": "a\x1b[31mb.txt",
    "right to left": "a\u202etxt.b",
    "half a character": "a\ud800.txt",
    "long": "b" * 253,
    "long in bytes": "文" * 85,
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_name_rings_once_unnamed_and_the_night_goes_on(site, rows, name):
    """Bug: every night of the bank ended with an error of the database's."""
    copy(site, RESULT, name)
    copy(site, RESULT, "b" * 252)  # the longest name there is, with its flag's ending
    assert [run(site), run(site)] == ["PROVED", "PROVED"]
    ((times, detail),) = rows("select times, detail from alarm where subject = '990001'")
    assert times == 2
    assert name[:5] not in detail
    assert rows("select length(name) from inbox_item order by 1")[-1] == (252,)
    for ending in ("", ".sig", ".ok"):
        del site.wire.directories["/outgoing"][name + ending]
    run(site)
    assert rows("select cleared_why from alarm where subject = '990001'") == [("已不在银行目录",)]


@pytest.mark.parametrize("name", ["tmp", "tmp.ok", "tmp.sig"])
@pytest.mark.parametrize("refusal", [_REFUSED, _BROKEN])
def test_a_stray_that_cannot_be_read_rings_and_stops_nothing(site, rows, name, refusal):
    """Bug: the bank's night stood still in every run, and no alarm said why."""
    copy(site, RESULT, "tmp")
    site.bank = replace(site.bank, wire=Reads(site.wire, {name: refusal}))
    assert run(site) == "PROVED"
    assert rows("select code, detail from alarm") == [(refusal.code.name, "990001")]
    site.bank = replace(site.bank, wire=site.wire)
    run(site)
    assert rows("select code from alarm where cleared_at is null") == [("FILE_NAME_UNKNOWN",)]


def test_an_owed_file_that_cannot_be_read_still_stops_the_night(site):
    site.bank = replace(site.bank, wire=Reads(site.wire, {RESULT: _REFUSED}))
    assert run(site) == "LISTING_REFUSED"


@pytest.mark.parametrize("data_is_there", [True, False])
def test_a_person_in_a_strays_name_reaches_neither_alarm_nor_journal(site, rows, data_is_there):
    """Bug: the name of a flag without data was the alarm's detail, and stood in the journal."""
    name = "张三丰扣款明细.txt"
    copy(site, RESULT, name)
    if not data_is_there:
        del site.wire.directories["/outgoing"][name]
    assert run(site) == "PROVED"
    told = rows(
        "select subject || detail from alarm union all select subject || facts from journal"
    )
    assert told
    assert not [line for line in told if "张三丰" in line[0]]


def strays(rows) -> list[str]:
    """The strays that were taken in, in the order of their names."""
    query = "select name from inbox_item where name like '%stray%' order by 1"
    return [name for (name,) in rows(query)]


def test_every_stray_is_taken_in_sooner_or_later_and_none_is_fetched_twice(site, rows):
    """Bug: the first twenty by name were fetched in every run, the others never."""
    names = [f"stray{number:02}.txt" for number in range(45)]
    for name in names:
        copy(site, RESULT, name)
    site.bank = replace(site.bank, wire=Reads(site.wire))
    for taken in (20, 40, 45, 45):
        receiving.receive(site.bank, site.key)
        assert strays(rows) == names[:taken]
    assert {site.bank.wire.read_names.count(name) for name in names} == {1}


def test_strays_that_cannot_be_had_do_not_keep_the_others_out(site, rows):
    names = [f"stray{number:02}.txt" for number in range(90)]
    for name in names:
        copy(site, RESULT, name)
    dead = names[:85]
    site.bank = replace(site.bank, wire=Reads(site.wire, dict.fromkeys(dead, _REFUSED)))
    for _ in range(3):
        receiving.receive(site.bank, site.key)
    assert strays(rows) == names[85:]
    tries = {site.bank.wire.read_names.count(name) for name in dead}
    assert tries == {1, 2}, "each had its turn, and none many turns in a run"
