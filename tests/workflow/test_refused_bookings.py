"""What the ledger books only in part, or will not take back: no money is given twice. 入账未成"""

import pytest

from connectors.bank.flows import proposing
from connectors.bank.model import BreakKind, Direction
from connectors.bank.model.items import FoundBreak, item_of
from connectors.bank.rules.break_states import BreakState
from connectors.bank.rules.breaks import Resolution
from connectors.core_system.model import LedgerEntry, PostingKind, PostingResult
from gateway.errors import Code, GatewayError
from tests.workflow.test_resolving import CREDIT, code_of
from tests.workflow.world import LOAN, OTHER_LOAN, credit, due, item


@pytest.fixture
def claimed(world):
    """An unclaimed credit with its open item; two instalments of the loan are owed."""
    world.finds(credit())
    world.leaves_open(item())
    world.core.owed = [due(number=7, interest_fen=0), due(number=8)]
    return world


def refuse(world, wanted) -> None:
    """The ledger refuses the postings for which `wanted` says so, and books the others."""
    core, answer = world.core, world.core.results
    refused: dict[str, PostingResult] = {}

    def results(keys):
        for one in answer(keys):
            if wanted(core.booked[one.key]):
                refused[one.key] = PostingResult(one.key, one.content_digest, "11", "无此期次")
        return [refused.get(one.key, one) for one in answer(keys)]

    core.results = results
    core.net_booked = lambda loan: sum(
        -p.fen if p.reversal_of else p.fen
        for p in core.booked.values()
        if p.loan_no == loan and p.key not in refused
    )


def test_what_the_ledger_booked_of_a_claim_it_refused_in_part_is_taken_back(claimed):
    refuse(claimed, lambda posting: posting.loan_no == LOAN and posting.instalment_no == 8)
    row = claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    assert row.state is BreakState.ASSIGNED
    assert claimed.core.net_booked(LOAN) == 0
    claimed.core.owed = [due(OTHER_LOAN)]
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=OTHER_LOAN)
    assert (claimed.core.net_booked(LOAN), claimed.core.net_booked(OTHER_LOAN)) == (0, 213_508)


def test_an_undoing_that_the_ledger_will_not_book_has_undone_nothing(claimed):
    claimed.core.owed = [due()]
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    refuse(claimed, lambda posting: posting.reversal_of)
    assert claimed.undoes(CREDIT).state is BreakState.RESOLVED
    assert claimed.items(credit().item)[0].cleared_by == CREDIT
    claimed.core.owed = [due(OTHER_LOAN)]
    give = lambda: claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=OTHER_LOAN)  # noqa: E731
    assert code_of(give) is Code.BREAK_NOT_READY
    assert claimed.core.net_booked(LOAN) == 213_508


def test_money_whose_booking_is_not_answered_is_not_given_again(claimed):
    claimed.core.owed = [due()]
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    proposing.propose_undo(claimed.handling, CREDIT, "wang", "认错人了")
    claimed.two_agree(CREDIT)
    claimed.core.post = lambda postings: None
    with pytest.raises(GatewayError):
        claimed.carried_out(CREDIT)
    assert claimed.now(CREDIT).state is BreakState.ASSIGNED
    give = lambda: claimed.proposes(CREDIT, Resolution.ASSIGN, loan_no=LOAN)  # noqa: E731
    assert code_of(give) is Code.BREAK_NOT_READY


DEBIT = credit("20260228/H2/1", direction=Direction.SHORT, signed_fen=-213_508)
DEBIT_ID = DEBIT.break_id("990001", "ZH01")


@pytest.mark.parametrize("left", [CREDIT, DEBIT_ID])
def test_of_a_proposed_pair_that_evidence_takes_apart_the_other_goes_back_to_its_clerk(
    claimed, left
):
    found = {CREDIT: credit(), DEBIT_ID: DEBIT}
    claimed.finds(*found.values())
    claimed.proposes(CREDIT, Resolution.MATCH, other=DEBIT_ID)
    claimed.finds(found[left], revision=2)
    if left == CREDIT:  # of the one that is gone nobody is asked any longer
        claimed.two_agree(CREDIT)
    assert claimed.carried_out(left).state is BreakState.ASSIGNED
    (gone,) = found.keys() - {left}
    assert claimed.now(gone).state is BreakState.CLEARED


def test_a_reversal_is_not_proposed_to_be_undone_because_the_ledger_takes_none_back(world):
    wrong = FoundBreak(
        BreakKind.STATUS_DIFFERS, Direction.LONG, True, item_of("B1", 4), 213_508,
        batch_no="B1", serial=4, loan_no=LOAN,
    )  # fmt: skip
    break_id, day = wrong.break_id("990001", "ZH01"), world.key.business_date
    parts = (213_508, 84_341, 129_167, 0, 0)
    entry = LedgerEntry("02", LOAN, 7, PostingKind.NORMAL, "", *parts, day, "H4", "B1", 4)
    world.core.made = [entry]
    world.finds(wrong)
    assert world.resolves(break_id, Resolution.REVERSE).state is BreakState.RESOLVED
    undo = lambda: proposing.propose_undo(world.handling, break_id, "wang", "冲错了")  # noqa: E731
    assert code_of(undo) is Code.RESOLUTION_UNLAWFUL
    assert world.now(break_id).state is BreakState.RESOLVED
