"""The split says to the fen what was taken, of a finished batch only. 本息分解"""

from dataclasses import replace

import pytest

from connectors.bank.model.deductions import LineOutcome, Settled
from connectors.bank.rules.deduction.planning import batches_of, plan
from connectors.bank.rules.deduction.splitting import (
    Finished,
    require_equal,
    require_splittable,
    split_line,
)
from connectors.bank.rules.deduction.states import BATCH_STATES, BatchState
from gateway.errors import Code, GatewayError
from tests.connectors.bank.dues import ACCOUNT, BANK, due, given

DUES = [due(1), due(2)]
((ONE, TWO),) = batches_of(plan((BANK, ACCOUNT), DUES, given(*DUES)), 10)
WHOLE = Settled("D1", 1, LineOutcome.SUCCEEDED, "00000", 150_000, 50_000, 170, 0, "H1")
PART = Settled("D1", 2, LineOutcome.PARTLY, "00000", 0, 49_830, 170, 0, "H2")
LINES = [split_line(ONE, WHOLE), split_line(TWO, PART)]
TAKEN = 250_170
FINISHED = Finished(BatchState.RESULTS_IN, "LOAN20260227000001", TAKEN)


def code_of(call, *arguments) -> Code | None:
    try:
        call(*arguments)
    except GatewayError as error:
        return error.code
    return None


def test_parts_and_whole_that_agree_may_be_sent():
    assert code_of(require_equal, LINES, TAKEN) is None
    assert LINES[1].repaid_fen == 50_000


@pytest.mark.parametrize(
    "name", ["principal_fen", "interest_fen", "penalty_fen", "fine_fen", "repaid_fen"]
)
@pytest.mark.parametrize("by", [1, -1, -(10**9)])
def test_b36_one_fen_in_one_part_and_nothing_is_sent(name, by):
    wrong = replace(LINES[0], **{name: getattr(LINES[0], name) + by})
    assert code_of(require_equal, [wrong, LINES[1]], TAKEN) is Code.SPLIT_UNEQUAL


def test_b36_lines_that_are_not_what_the_bank_took_are_not_sent():
    assert code_of(require_equal, LINES, TAKEN + 1) is Code.SPLIT_UNEQUAL
    assert code_of(require_equal, LINES[:1], TAKEN) is Code.SPLIT_UNEQUAL


@pytest.mark.parametrize("state", [s for s in BatchState if s is not BatchState.RESULTS_IN])
def test_b37_before_the_batch_has_ended_there_is_no_split(state):
    early = replace(FINISHED, state=state)
    assert code_of(require_splittable, early, FINISHED.bank_no) is Code.SPLIT_TOO_EARLY


@pytest.mark.parametrize("number", ["", "LOAN20260227000002", "D1"])
def test_b37_under_another_number_there_is_no_split(number):
    assert code_of(require_splittable, FINISHED, number) is Code.SPLIT_TOO_EARLY
    assert code_of(require_splittable, FINISHED, FINISHED.bank_no) is None


def test_the_table_of_batches_is_sound():
    assert list(BATCH_STATES.faults()) == []
