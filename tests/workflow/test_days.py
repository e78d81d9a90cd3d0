"""Days close in order, stay closed, and are opened again by two people only. 日结"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from connectors.bank.flows import closing, missing
from connectors.bank.model import FileKind
from connectors.bank.rules.breaks import Resolution
from connectors.bank.rules.day import DayFacts, DayState, hindrances
from connectors.bank.rules.states import NightState
from connectors.bank.store import days
from gateway.errors import Code, RefusedHere
from gateway.flows.approvals import Deciding, approve, release
from gateway.store import approvals
from tests.workflow.world import NAMED

KINDS = list(FileKind)


@pytest.fixture
def month(world):
    """Three nights of the account in a row, all proved and owed nothing more."""
    keys = [world.key, world.later(date(2026, 3, 2)), world.later(date(2026, 3, 3))]
    with world.store.begin() as work:
        work.connection.execute(text("update bank_night set state = 'PROVED'"))
    _owed_nothing(world)
    world.keys = keys
    return world


def _owed_nothing(world) -> None:
    """The files of the world's first night are missed, and excused as two people can."""
    for kind in (FileKind.DEDUCTION_RESULT, FileKind.ACCOUNT_STATEMENT):
        with world.store.begin() as work:
            missing.missed(work, world.key, kind)
        listed = "select break_id from bank_break where kind = 'FILE_MISSING' and state = 'OPEN'"
        with world.store.begin() as work:
            (identity,) = work.connection.execute(text(listed)).scalars()
        world.resolves(identity, Resolution.EXCUSE)


def states(world) -> list[DayState]:
    found = closing.status(world.store, ("990001", "ZH01"), 9)
    return [each.day.state for each in reversed(found)]


def refused(call) -> Code:
    with pytest.raises(RefusedHere) as error:
        call()
    return error.value.code


def agreed(world, approval_id: str) -> None:
    with world.store.begin() as work:
        digest = approvals.find(work, approval_id).digest
    release(Deciding(world.store, NAMED, approval_id, "wang", digest))
    approve(Deciding(world.store, NAMED, approval_id, "zhao", digest))


def test_days_close_in_order_and_no_day_before_the_one_before_it(month):
    assert refused(lambda: closing.close(month.bank, month.keys[1])) is Code.DAY_HINDERED
    assert closing.close_all(month.bank, "ZH01") == month.keys
    assert states(month) == [DayState.CLOSED] * 3


def test_closing_twice_is_closing_once(month):
    closing.close_all(month.bank, "ZH01")
    assert closing.close(month.bank, month.keys[0]) is DayState.CLOSED
    assert closing.close_all(month.bank, "ZH01") == []


def test_b19_a_missing_file_keeps_the_day_open_until_two_have_excused_it(world):
    assert refused(lambda: closing.close(world.bank, world.key)) is Code.DAY_HINDERED
    _owed_nothing(world)
    assert closing.close(world.bank, world.key) is DayState.CLOSED


def test_a_day_is_opened_again_by_two_and_the_later_ones_are_proved_anew_in_order(month):
    closing.close_all(month.bank, "ZH01")
    first = month.keys[0]
    approval = closing.ask_to_reopen(month.bank, first, "wang", "银行更正")
    assert refused(lambda: closing.reopen(month.bank, first)) is Code.APPROVAL_MISSING
    agreed(month, approval)
    assert closing.reopen(month.bank, first) == month.keys[1:]
    assert states(month) == [DayState.REOPENED, DayState.STALE, DayState.STALE]
    assert refused(lambda: closing.close(month.bank, month.keys[2])) is Code.DAY_HINDERED
    assert closing.close_all(month.bank, "ZH01") == month.keys


def test_what_was_agreed_for_one_closing_opens_no_later_one(month):
    closing.close_all(month.bank, "ZH01")
    first = month.keys[0]
    agreed(month, closing.ask_to_reopen(month.bank, first, "wang", "银行更正"))
    closing.reopen(month.bank, first)
    closing.close_all(month.bank, "ZH01")
    assert refused(lambda: closing.reopen(month.bank, first)) is Code.APPROVAL_DIGEST_DIFFERS


def test_a_day_that_is_not_closed_cannot_be_opened_again(month):
    call = lambda: closing.ask_to_reopen(month.bank, month.keys[0], "wang", "x")  # noqa: E731
    assert refused(call) is Code.DAY_HINDERED


def test_two_who_close_at_once_close_once(month, at_once):
    one = month.keys[0]
    ends = at_once(*[lambda: closing.close(month.bank, one)] * 2)
    assert ends == [DayState.CLOSED] * 2
    with month.store.begin() as work:
        moved = work.connection.execute(
            text("select count(*) from journal where event = 'day_moved' and subject = :day"),
            {"day": days.day_id(one)},
        )
        assert moved.scalar_one() == 1


@given(
    st.sampled_from([None, *DayState]),
    st.sampled_from(NightState),
    st.sets(st.sampled_from(KINDS)),
    st.sets(st.sampled_from(KINDS)),
)
def test_a_day_closes_only_when_nothing_at_all_speaks_against_it(before, night, absent, excused):
    proved = night is NightState.PROVED
    lacks = list(hindrances(DayFacts(before, night, absent, excused, proved)))
    sound = before in (None, DayState.CLOSED) and absent <= excused and (proved or bool(absent))
    assert sound is not bool(lacks)
