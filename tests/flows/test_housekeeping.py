"""Housekeeping: every duty is done, whatever becomes of the others; what fails rings. 巡检"""

import dataclasses
import re

import pytest

from gateway.errors import Code, GatewayError
from gateway.flows.checks import check_all
from gateway.flows.housekeeping import DUTIES, keep_house, perform
from gateway.flows.stamping import stamp_or_wait
from gateway.ports import CheckResult, StageCount
from gateway.signing.seals.timestamps import Imprint
from gateway.store import alarms
from gateway.web.time_authority import NoTimeAuthority
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


@pytest.fixture
def waiting(house):
    """The same, its time authority away and a stamp waited for, put off a minute."""
    stamping = dataclasses.replace(house.anchoring.stamping, authority=NoTimeAuthority())
    stamp_or_wait(stamping, "head-1", Imprint(bytes(32)))
    checked = dataclasses.replace(house.checked, stamping=stamping)
    anchoring = dataclasses.replace(house.anchoring, stamping=stamping)
    return dataclasses.replace(house, checked=checked, anchoring=anchoring)


def stamps_of(done) -> StageCount:
    return next(each.end for each in done if each.name == "stamps")


def check_of(house) -> CheckResult:
    return next(one for one in check_all(house.checked, "kernel") if one.item == "时间戳")


def test_a_person_s_housekeeping_asks_for_every_stamp_the_hour_s_only_for_what_is_due(
    house, waiting
):
    assert perform(waiting, "stamps").examined == 0
    told = stamps_of(keep_house(waiting))
    assert (told.examined, told.counts) == (1, {"taken": 0, "waiting": 1})
    assert "下次不早于" in told.note
    # the head that was made meanwhile waits for one too
    told = stamps_of(keep_house(house))
    assert (told.counts, told.note) == ({"taken": 2, "waiting": 0}, "")


def test_the_check_says_what_stamps_wait_and_is_red_when_one_has_waited_too_long(
    house, waiting, branch
):
    assert check_of(house).ok
    found = check_of(waiting)
    assert found.ok
    assert found.examined == 1
    assert all(word in found.detail for word in ("未配置", "1 枚待补", "起", "尚无时间戳"))
    branch.do("update stamp set asked_at = asked_at - interval '25 hours'")
    found = check_of(waiting)
    assert not found.ok
    assert "STAMP_WAITING" in found.detail
    assert "1 枚待补" in found.detail
    keep_house(house)
    assert "最近一枚 20" in check_of(house).detail


def test_the_dag_has_a_task_for_every_duty_with_its_title():
    dag = (ROOT / "dags" / "housekeeping.py").read_text(encoding="utf-8")
    tasks = dict(re.findall(r'duty\("(\w+)", "([^"]+)"', dag))
    assert tasks == {name: duty.title for name, duty in DUTIES.items()}
