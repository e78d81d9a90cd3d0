"""`gateway breaks`, `explain` and `day` over a reconciled night. 账项命令"""

import pytest

from connectors.bank.flows.explaining import explain_line, place_of
from sandbox.world import night
from tests.branch import LAST_DAY

PEOPLE = [one.loan for one in night("20260228", "990001", LAST_DAY).instructions]
BY = ("--as", "wang", "--reason", "凭回单核实")


@pytest.fixture
def ask(gateway_command, branch):
    """Runs a verb over the branch, whose first bank's night has been reconciled."""
    branch.publish("990001")
    branch.run("990001")
    return lambda *words, **how: gateway_command(*words, secrets=branch.options.secrets, **how)


def test_a_clerk_lists_takes_and_proposes_and_nobody_is_named(ask, branch, tmp_path):
    found = ask("breaks", "list", "--bank", "990001", "--json").json()["breaks"]
    assert found
    assert all(each["age"] >= 0 and each["first_seen"] == "2026-02-28" for each in found)
    one = next(each["id"] for each in found if each["kind"] == "PARTIAL_DEDUCTION")
    told = [ask("breaks", "list"), ask("breaks", "show", one)]
    assert ask("breaks", "take", one, *BY).code == 0
    asked = ask("breaks", "resolve", one, "--how", "ACCEPT", *BY, "--json")
    told += [asked, ask("breaks", "show", one)]
    assert asked.json()["state"] == "PROPOSED"
    assert "处理待复核" in told[-1].out
    assert not [
        person
        for ran in told
        for person in PEOPLE
        if person.payer_name in ran.out or person.payer_account in ran.out
    ]
    assert ask("breaks", "resolve", one, "--how", "EXCUSE", *BY).code == 4
    assert ask("breaks", "show", "break-00000").code == 5


def test_the_bank_is_asked_by_a_letter(ask, branch):
    ((one,),) = branch.rows("select break_id from bank_break order by break_id limit 1")
    asked = ask("breaks", "resolve", one, "--how", "ASK_BANK", *BY, "--json").json()
    assert asked["state"] == "ASSIGNED"
    assert one in asked["letter"]


def test_every_line_of_a_night_is_explained(ask, branch):
    gateway = branch.gateway()
    lines = branch.rows(
        "select file_id || ':' || line from statement_line"
        " union all select file_id || ':' || line from deduction_result"
    )
    assert len(lines) > 10
    ends = [
        explain_line(gateway.bank("990001"), place_of(gateway.store, line)) for (line,) in lines
    ]
    assert {end.stage for end in ends} > {3, 4}
    done = ask("explain", lines[0][0])
    assert done.code == 0
    assert "轮" in done.out or "没有勾对" in done.out
    assert ask("explain", "nothing").code == 5


def test_a_proved_day_closes_and_says_so(ask):
    place = ("--bank", "990001")
    assert ask("day", "status", *place, "--json").json()["days"][0]["state"] == "OPEN"
    closed = ask("day", "close", *place, "--json").json()["closed"]
    assert closed == ["990001/ZH01/2026-02-28"]
    again = ask("day", "reopen", *place, "--date", "2026-02-28", *BY)
    assert again.code == 0
    assert "待两人复核" in again.out
