"""A branch's mornings: who is behind is listed, called, written to, cured. 逾期催收"""

import shutil
import subprocess
from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectors.bank.flows import delinquency
from connectors.bank.rules.delinquency import Measure, per_mille
from connectors.bank.rules.dunning import DunningState
from connectors.bank.store import delinquency as rows
from gateway.errors import Code, GatewayError
from gateway.store import journal
from tests.connectors.bank.test_delinquency import DAY, behind, loan
from tests.simulation.parts import Crasher
from tests.simulation.site_of_night import Site, Story


class Overdue:
    """A ledger that says who owes what; nothing else is asked of it."""

    def __init__(self) -> None:
        self.owed, self.there = {}, [loan(number) for number in range(1, 5)]

    def loans(self, bank, account):
        return self.there

    def dues(self, bank, account, day):
        found = [due for number, unpaid in self.owed.items() for due in behind(number, unpaid)]
        return [replace(due, business_date=day) for due in found]


@pytest.fixture
def ledger() -> Overdue:
    return Overdue()


@pytest.fixture
def bank(store, clock, ledger):
    site = Site(Story(7, "990001", 4, 6, ()), store, clock, Crasher())
    return replace(site.bank, ledger=ledger)


def todo(bank) -> list[tuple[str, Measure, DunningState]]:
    return [(row.loan_no[-1], row.measure, row.state) for row in delinquency.listed(bank, "ZH01")]


def test_a_morning_lists_calls_letters_and_candidates_once(bank, ledger):
    ledger.owed = {1: 2, 2: 4, 3: 7}
    for _ in range(2):
        counts = delinquency.assess(bank, "ZH01", DAY)
        assert counts.counts == {"telephone": 1, "letter": 1, "litigation": 1}
    assert todo(bank) == [
        ("1", Measure.TELEPHONE, DunningState.OPEN),
        ("2", Measure.LETTER, DunningState.OPEN),
        ("3", Measure.LITIGATION, DunningState.OPEN),
    ]
    (candidate,) = delinquency.candidates(bank, "ZH01")
    assert candidate.loan_no.endswith("3")
    delinquency.hand_over(bank, candidate.candidate_id)
    assert not delinquency.candidates(bank, "ZH01")


def test_who_gets_worse_moves_up_a_step_and_who_pays_is_cured(bank, ledger):
    ledger.owed = {1: 2, 2: 4}
    delinquency.assess(bank, "ZH01", DAY)
    ledger.owed = {1: 3}
    delinquency.assess(bank, "ZH01", DAY + timedelta(1))
    assert todo(bank) == [("1", Measure.LETTER, DunningState.OPEN)]


def test_what_a_person_did_stays_with_the_item_and_in_the_journal(bank, ledger, store):
    ledger.owed = {1: 1}
    delinquency.assess(bank, "ZH01", DAY)
    (row,) = delinquency.listed(bank, "ZH01")
    delinquency.acted(bank, row.dunning_id, "clerk", "本人接听，承诺周五存入")
    assert todo(bank) == [("1", Measure.TELEPHONE, DunningState.DONE)]
    with store.begin() as work:
        told = [entry.event for entry in journal.read(work.connection, row.dunning_id)]
    assert told == ["dunning_moved"]


def test_the_letter_names_what_the_employer_needs_and_is_the_same_bytes_again(
    bank, ledger, tmp_path, require_peer
):
    require_peer(None if shutil.which("pdftotext") else "pdftotext")
    ledger.owed = {2: 4}
    delinquency.assess(bank, "ZH01", DAY)
    (row,) = delinquency.listed(bank, "ZH01")
    letter = delinquency.write_letter(bank, row.dunning_id, "沙箱市住房公积金管理部")
    assert delinquency.write_letter(bank, row.dunning_id, "沙箱市住房公积金管理部") == letter
    (tmp_path / "letter.pdf").write_bytes(letter)
    done = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "letter.pdf", "-"], capture_output=True, check=True
    )
    text = "".join(done.stdout.decode().split())
    wanted = (
        "沙箱市机械厂",
        "沙箱䶮",
        "HT2",
        "逾期4期",
        "8,056.16",
        "3,673.48",
        "管理部（盖章）",
    )
    for told in wanted:
        assert told in text, told
    assert "110105194912310021" not in text


def test_no_letter_is_written_for_a_call_or_for_who_has_paid(bank, ledger):
    ledger.owed = {1: 1, 2: 3}
    delinquency.assess(bank, "ZH01", DAY)
    call, letter = delinquency.listed(bank, "ZH01")
    ledger.owed = {}
    delinquency.assess(bank, "ZH01", DAY + timedelta(1))
    for row in (call, letter):
        with pytest.raises(GatewayError) as refused:
            delinquency.write_letter(bank, row.dunning_id, "管理部")
        assert refused.value.code is Code.NO_LETTER_DUE


def test_a_day_before_the_last_assessed_one_is_not_written_over(bank, ledger):
    delinquency.assess(bank, "ZH01", DAY)
    with pytest.raises(GatewayError) as refused:
        delinquency.assess(bank, "ZH01", DAY - timedelta(1))
    assert refused.value.code is Code.DAY_IS_HISTORY


def test_the_overdue_rate_of_each_day_stays_what_it_was(bank, ledger, store):
    for step, owed in enumerate(({1: 3}, {1: 3, 2: 3}, {})):
        ledger.owed = owed
        delinquency.assess(bank, "ZH01", date(2026, 3, 1) + timedelta(step))
    with store.begin() as work:
        told = rows.rates(work, "990001", "ZH01", 10)
    assert [per_mille(one.rate.by_outstanding) for one in told] == [
        "250.000‰",
        "500.000‰",
        "0.000‰",
    ]
