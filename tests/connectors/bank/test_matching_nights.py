"""Matching of whole nights: the sandbox's truth, one thing wrong at a time, the groups. 整晚勾对"""

from dataclasses import replace

import pytest

from connectors.bank.codec import decode
from connectors.bank.model import BreakKind, Outcome
from connectors.bank.rules.matching import decide
from sandbox.files.faults import Fault
from sandbox.files.rendering import render_result
from sandbox.world import BANKS, business_days, night
from sandbox.world import Outcome as Truth
from tests.connectors.bank.samples import DAY, LINES_MAX, RESULT, asked

OF_TRUTH = {
    Truth.TAKEN: Outcome.EXACT,
    Truth.PARTIAL: Outcome.PARTIAL,
    Truth.UNKNOWN: Outcome.UNKNOWN,
}


def night_of(bank, day, *faults):
    """The instructions of a sandbox night, its answers as the bank's file says them, the truth."""
    told = night("matching", bank, day)
    items = [
        asked(
            one.serial, batch_no=told.batch.batch_no, bank=bank.code, loan_no=one.loan.loan_no,
            instalment_no=one.instalment_no, payer_account=one.loan.payer_account,
            payer_name=one.loan.payer_name, asked_fen=one.asked_fen,
            principal_fen=one.principal_fen, interest_fen=one.interest_fen,
            penalty_fen=one.penalty_fen, full_flag=one.full_flag, business_date=day,
        )
        for one in told.instructions
    ]  # fmt: skip
    decoded = decode(RESULT, render_result(told, 1, faults), LINES_MAX)
    assert decoded.findings == ()
    return items, decoded.results, told


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.code)
@pytest.mark.parametrize("day", business_days(), ids=str)
def test_an_honest_night_comes_to_the_truth(bank, day):
    items, results, told = night_of(bank, day)
    outcomes = {match.serial: match.outcome for match in decide(items, results).matches}
    assert outcomes == {
        one.serial: OF_TRUTH.get(one.outcome, Outcome.FAILED) for one in told.instructions
    }


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.MISSING_LINE, BreakKind.MISSING_RESULT),
        (Fault.EXTRA_LINE, BreakKind.EXTRA_RESULT),
        (Fault.ALTERED_LOAN, BreakKind.DETAILS_DIFFER),
        (Fault.DOUBLE_DEDUCTION, BreakKind.DOUBLE_DEDUCTION),
        (Fault.UNKNOWN_CODE, BreakKind.CODE_UNKNOWN),
    ],
)
def test_one_thing_wrong_is_one_break_more_and_changes_nothing_elsewhere(fault, kind):
    items, honest, _ = night_of(BANKS[0], DAY)
    _, results, _ = night_of(BANKS[0], DAY, fault)
    before, after = decide(items, honest), decide(items, results)
    more = [one for one in after.breaks if not any(same(one, other) for other in before.breaks)]
    assert [one.kind for one in more] == [kind]
    changed = [
        m for m, n in zip(before.matches, after.matches, strict=True) if m.outcome != n.outcome
    ]
    assert len(changed) == (fault not in (Fault.EXTRA_LINE, Fault.DOUBLE_DEDUCTION))


def same(one, other):
    return replace(one, line=None) == replace(other, line=None)


def test_a_breaks_identity_survives_a_re_run_with_other_line_numbers():
    (found,) = decide([asked()], []).breaks
    moved = replace(found, line=7, amount_fen=1)
    assert moved.break_id("night-1") == found.break_id("night-1")
    assert moved.break_id("night-2") != found.break_id("night-1")
    assert replace(found, serial=2).break_id("night-1") != found.break_id("night-1")
