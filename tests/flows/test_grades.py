"""Grades of proof over a whole night: all of it graded, and no money on a bare status. 凭据等级"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from connectors.bank.flows.receiving import open_nights
from connectors.core_system.flows import KIND, PostingCourier
from gateway.errors import GatewayError
from gateway.flows import bank_night, showing
from gateway.ports import Grade
from tests.branch import LAST_DAY

BANK = "990001"


@dataclass
class Downgraded:
    """The core system's courier, whose answers prove less than they do."""

    courier: PostingCourier
    grade: Grade

    def prepare(self, message, at):
        return self.courier.prepare(message, at)

    def send(self, message, signed):
        return replace(self.courier.send(message, signed), grade=self.grade)

    def enquire(self, message, signed):
        return replace(self.courier.enquire(message, signed), grade=self.grade)

    def settle(self, work, message, reply):
        self.courier.settle(work, message, reply)


def run(branch, grade: Grade | None = None) -> str:
    """One night, its core system believed for no more than `grade`; PROVED, or the code."""
    gateway = branch.gateway()
    assert open_nights(gateway.bank(BANK), LAST_DAY)
    couriers: Mapping = dict(gateway.sending.couriers)
    if grade is not None:
        couriers[KIND] = Downgraded(couriers[KIND], grade)
    night = gateway.night(branch.key(BANK))
    night = replace(night, sending=replace(night.sending, couriers=couriers))
    try:
        bank_night.run(night)
    except GatewayError as error:
        return error.code.name
    return "PROVED"


@pytest.mark.parametrize("grade", [Grade.D, Grade.E])
def test_an_unproved_posting_leaves_the_night_unproved_until_a_proof_comes(branch, grade):
    branch.publish(BANK)
    assert run(branch, grade) == "PROOF_TOO_WEAK"
    assert branch.rows("select state, grade from message where kind = :k", k=KIND) == [
        ("UNKNOWN", grade.name)
    ]
    assert branch.rows("select count(*) from posting where result_code is not null") == [(0,)]
    assert branch.rows("select distinct state from bank_night where bank = :b", b=BANK) == [
        ("MATCHED",)
    ]
    rung = "select subject from alarm where code = 'PROOF_TOO_WEAK' and cleared_at is null"
    assert len(branch.rows(rung)) == 1
    branch.do("update outbox set next_attempt_at = now() - interval '1 hour'")
    assert run(branch) == "PROVED"
    assert branch.rows(rung) == []
    assert {count for _, count in branch.postings()} == {1}  # asked for, never sent again


def test_every_exchange_of_a_proved_night_has_a_grade_that_counts(branch):
    branch.publish(BANK)
    assert branch.run(BANK) == "PROVED"
    graded = {
        "bank_file": "B", "message": "C", "attempt": "C", "posting": "C",
    }  # fmt: skip
    for table, grade in graded.items():
        assert branch.rows(f"select distinct grade from {table}") == [(grade,)], table
    assert branch.rows("select ledger_grade from bank_night where bank = :b", b=BANK) == [("C",)]


@pytest.mark.parametrize(
    ("fault", "grade"), [("wrong_signature", "E"), ("no_signature", "C"), ("wrong_total", "B")]
)
def test_a_quarantined_file_has_the_grade_of_what_it_still_proves(branch, fault, grade):
    branch.publish(BANK, fault)
    branch.run(BANK)
    found = branch.rows("select file_id, grade from bank_file where state = 'QUARANTINED'")
    assert [row[1] for row in found] == [grade]
    life = showing.show(branch.gateway().store, found[0][0])
    assert life.grades == {Grade[grade]}
    assert any(f"  {grade} {Grade[grade].value}：" in line for line in showing.lines(life))
