"""Housekeeping: every duty is done, whatever becomes of the others; what fails rings. 巡检"""

import dataclasses
import re

import pytest

from gateway.errors import Code, GatewayError
from gateway.flows.housekeeping import DUTIES, keep_house, perform
from gateway.ports import StageCount
from gateway.store import alarms
from gateway.wiring.places import ROOT


@pytest.fixture
def house(branch):
    return branch.gateway().house()


def rung(house) -> set[Code]:
    with house.checked.store.begin() as work:
        return {alarm.code for alarm in alarms.ringing(work)}


def test_every_duty_is_done_and_counts_what_it_looked_at(house):
    done = keep_house(house)
    assert [each.name for each in done] == list(DUTIES)
    assert all(isinstance(each.end, StageCount) for each in done), done
    assert rung(house) <= {Code.CALENDAR_YEAR_MISSING}


def test_a_duty_that_fails_keeps_no_other_from_being_done_and_rings_until_it_is_mended(
    house, branch, tmp_path
):
    with house.checked.store.begin() as work:
        work.note("night_opened", "night-1")
    settled = perform(house, "anchoring").counts["made"]
    branch.do("update journal set event = 'night_moved' where subject = 'night-1'")
    ends = {each.name: each.end for each in keep_house(house)}
    failed = {name: end.code for name, end in ends.items() if isinstance(end, GatewayError)}
    assert (settled, failed) == (
        1, {"checks": Code.CHECK_FAILED, "anchoring": Code.JOURNAL_BROKEN},
    )  # fmt: skip
    assert {Code.CHECK_FAILED, Code.JOURNAL_BROKEN} <= rung(house)


def test_a_bug_of_ours_in_one_duty_is_told_as_one_and_stops_no_other(house):
    broken = dataclasses.replace(house, sending=None)
    ends = {each.name: each.end for each in keep_house(broken)}
    bugs = [n for n, end in ends.items() if isinstance(end, GatewayError)]
    assert bugs == ["outbox"]
    assert ends["outbox"].code is Code.OUR_BUG


def test_the_dag_has_a_task_for_every_duty_with_its_title():
    dag = (ROOT / "dags" / "housekeeping.py").read_text(encoding="utf-8")
    tasks = dict(re.findall(r'duty\("(\w+)", "([^"]+)"', dag))
    assert tasks == {name: duty.title for name, duty in DUTIES.items()}
