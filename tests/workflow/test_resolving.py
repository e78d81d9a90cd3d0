"""What people do about breaks: lawful, by two, once; undone, but for the record. 处理账项"""

import pytest

from connectors.bank.flows import proposing
from connectors.bank.model import BreakKind, Direction
from connectors.bank.model.items import Cleared, FoundBreak, item_of
from connectors.bank.rules.break_states import BreakState
from connectors.bank.rules.breaks import Resolution
from connectors.bank.store import breaks
from connectors.core_system.model import PostingKind
from gateway.errors import Code, RefusedHere
from gateway.store import approvals
from gateway.store.approval_states import ApprovalState
from tests.workflow.world import LOAN, OTHER_LOAN, changed_by, credit, due, item, posted

CREDIT = credit().break_id("990001", "ZH01")
DOUBLE = FoundBreak(
    BreakKind.DOUBLE_DEDUCTION, Direction.LONG, True, item_of("B1", 4), 213_508,
    unbooked_fen=213_508, batch_no="B1", serial=4, loan_no=LOAN,
)  # fmt: skip
DOUBLE_ID = DOUBLE.break_id("990001", "ZH01")


def code_of(call) -> Code:
    with pytest.raises(RefusedHere) as refused:
        call()
    return refused.value.code


@pytest.fixture
def claimed(world):
    """An unclaimed credit with its open item."""
    world.finds(credit())
    world.leaves_open(item())
    return world


def test_b23_a_credit_is_claimed_for_a_loan_and_booked_part_by_part(claimed):
    row = claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    assert row.state is BreakState.RESOLVED
    (posting,) = posted(claimed.core)
    assert (posting.loan_no, posting.instalment_no, posting.fen) == (LOAN, 7, 213_508)
    assert (posting.principal_fen, posting.interest_fen) == (84_341, 129_167)
    (kept,) = claimed.items(credit().item)
    assert (kept.cleared_how, kept.cleared_by) == (Cleared.ASSIGNED, CREDIT)


def test_nothing_is_booked_before_two_have_agreed(claimed):
    claimed.proposes(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    assert claimed.carried_out(CREDIT).state is BreakState.PROPOSED
    assert not posted(claimed.core)
    assert claimed.items(credit().item)[0].cleared_on is None


def test_x12_who_changed_the_repayment_account_may_neither_release_nor_approve(claimed):
    claimed.core.changes = [changed_by("zhao"), changed_by("wang", OTHER_LOAN)]
    claimed.proposes(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    assert code_of(lambda: claimed.two_agree(CREDIT)) is Code.PERSON_BARRED
    assert claimed.carried_out(CREDIT).state is BreakState.PROPOSED
    assert not posted(claimed.core)


def test_one_person_is_not_two(claimed):
    claimed.proposes(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    assert code_of(lambda: claimed.two_agree(CREDIT, "li", "li")) is Code.SAME_PERSON
    assert not posted(claimed.core)


def test_what_was_approved_is_what_is_done_or_nothing(claimed):
    claimed.proposes(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    claimed.two_agree(CREDIT)
    # a later run of the night knows the amount better: that is not what the two have seen
    claimed.finds(credit(fen=213_509), revision=2)
    assert code_of(lambda: claimed.carried_out(CREDIT)) is Code.APPROVAL_DIGEST_DIFFERS
    assert not posted(claimed.core)


def test_carried_out_twice_is_booked_once(claimed):
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    before = claimed.acts(CREDIT)
    assert claimed.carried_out(CREDIT).state is BreakState.RESOLVED
    assert claimed.acts(CREDIT) == before
    assert set(claimed.core.inserts.values()) == {1}


def test_undo_of_do_is_identity_with_the_age_and_the_record_says_both(claimed):
    claimed.proposes(CREDIT, Resolution.CARRY)
    before, items = claimed.now(CREDIT), claimed.items(credit().item)
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    assert claimed.undoes(CREDIT) == before
    assert claimed.items(credit().item) == items
    assert claimed.core.net(LOAN) == 0
    done = [act.event.name for act in claimed.acts(CREDIT)]
    assert done == ["TAKEN", "PROPOSED", "AGREED", "UNDO_PROPOSED", "UNDO_AGREED"]


def test_what_was_undone_can_be_done_again_for_another_loan(claimed):
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    claimed.undoes(CREDIT)
    claimed.core.owed = [due(OTHER_LOAN)]
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=OTHER_LOAN)
    assert (claimed.core.net(LOAN), claimed.core.net(OTHER_LOAN)) == (0, 213_508)
    claimed.undoes(CREDIT)
    claimed.core.owed = [due(LOAN)]
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    assert (claimed.core.net(LOAN), claimed.core.net(OTHER_LOAN)) == (213_508, 0)


def test_who_was_barred_from_the_deed_is_barred_from_its_undoing(claimed):
    claimed.core.changes = [changed_by("li")]
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    proposing.propose_undo(claimed.handling, CREDIT, "wang", "认错人了")
    assert code_of(lambda: claimed.two_agree(CREDIT, "li")) is Code.PERSON_BARRED


def test_a_refusal_leaves_it_with_its_clerk_who_may_propose_anew(claimed):
    claimed.proposes(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    claimed.one_refuses(CREDIT)
    row = claimed.carried_out(CREDIT)
    assert (row.state, row.person) == (BreakState.ASSIGNED, "wang")
    assert claimed.acts(CREDIT)[-1].reason == "金额不对"
    assert claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN).state is BreakState.RESOLVED


def test_what_the_ledger_will_not_book_has_resolved_nothing(claimed):
    claimed.core.refuses = True
    row = claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    assert row.state is BreakState.ASSIGNED
    assert claimed.items(credit().item)[0].cleared_on is None


def test_money_that_is_more_than_the_loan_owes_is_booked_nowhere(claimed):
    claimed.core.owed = [due(principal_fen=84_340)]
    call = lambda: claimed.proposes(CREDIT, Resolution.ASSIGN, loan_no=LOAN)  # noqa: E731
    assert code_of(call) is Code.CLAIM_UNBOOKABLE
    assert claimed.now(CREDIT).state is BreakState.OPEN


def test_less_than_is_owed_goes_to_interest_first_and_the_oldest_instalment(claimed):
    claimed.core.owed = [due(number=8), due(number=7, penalty_fen=100)]
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    paid = {p.instalment_no: p for p in posted(claimed.core)}
    assert sum(p.fen for p in paid.values()) == 213_508
    assert (paid[7].penalty_fen, paid[7].interest_fen) == (100, 129_167)
    assert 8 not in paid


def test_an_overdue_instalment_is_booked_as_overdue(claimed):
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    assert posted(claimed.core)[0].kind is PostingKind.OVERDUE


@pytest.mark.parametrize("how", [Resolution.POST_TAKEN, Resolution.EXCUSE, Resolution.REVERSE])
def test_what_is_not_lawful_for_the_kind_is_refused(claimed, how):
    assert code_of(lambda: claimed.proposes(CREDIT, how)) is Code.RESOLUTION_UNLAWFUL


@pytest.mark.parametrize("lacks", [{"document": ""}, {"reason": " "}], ids=["document", "reason"])
def test_what_a_resolution_needs_is_asked_for(claimed, lacks):
    call = lambda: claimed.proposes(CREDIT, Resolution.WRITE_OFF, **lacks)  # noqa: E731
    assert code_of(call) is Code.RESOLUTION_UNLAWFUL


def test_b21_of_a_double_deduction_the_borrower_chooses_refund_or_prepayment(world):
    world.finds(DOUBLE)
    assert world.resolves(DOUBLE_ID, Resolution.PREPAY).state is BreakState.RESOLVED
    (posting,) = posted(world.core)
    assert (posting.kind, posting.principal_fen) == (PostingKind.PREPAYMENT, 213_508)
    world.undoes(DOUBLE_ID)
    assert world.resolves(DOUBLE_ID, Resolution.REFUND).state is BreakState.RESOLVED
    assert world.core.net(LOAN) == 0


def test_b22_asking_the_bank_ends_nothing(world):
    world.finds(DOUBLE)
    row = world.proposes(DOUBLE_ID, Resolution.ASK_BANK)
    assert (row.state, row.person) == (BreakState.ASSIGNED, "wang")


def test_a_person_may_keep_a_loan_back_whatever_the_kind(world):
    world.finds(credit(loan_no=LOAN))
    with world.store.begin() as work:
        assert not breaks.blocked_loans(work)
    world.proposes(CREDIT, Resolution.HOLD_LOAN)
    with world.store.begin() as work:
        assert breaks.blocked_loans(work) == {LOAN}


DEBIT = credit("20260228/H2/1", direction=Direction.SHORT, signed_fen=-213_508)
DEBIT_ID = DEBIT.break_id("990001", "ZH01")


def test_a_suggested_pair_is_matched_by_people_and_taken_apart_again(claimed):
    claimed.finds(credit(), DEBIT)
    claimed.leaves_open(item(), item(DEBIT.item, -213_508))
    claimed.resolves(CREDIT, Resolution.MATCH, other=DEBIT_ID)
    assert {claimed.now(one).state for one in (CREDIT, DEBIT_ID)} == {BreakState.RESOLVED}
    both = (credit().item, DEBIT.item)
    assert {row.cleared_how for row in claimed.items(*both)} == {Cleared.MATCHED}
    claimed.undoes(CREDIT)
    assert {claimed.now(one).state for one in (CREDIT, DEBIT_ID)} == {BreakState.ASSIGNED}
    assert {row.cleared_on for row in claimed.items(*both)} == {None}


def test_unequal_money_is_never_matched(claimed):
    claimed.finds(credit(), credit("other", 213_507, direction=Direction.SHORT))
    other = credit("other").break_id("990001", "ZH01")
    call = lambda: claimed.proposes(CREDIT, Resolution.MATCH, other=other)  # noqa: E731
    assert code_of(call) is Code.RESOLUTION_UNLAWFUL
    assert claimed.now(CREDIT).state is BreakState.OPEN


def test_evidence_that_comes_before_the_two_makes_the_proposal_void(claimed):
    claimed.proposes(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    asked = claimed.approval_of(CREDIT).approval_id
    claimed.finds(revision=2)
    with claimed.store.begin() as work:
        assert approvals.find(work, asked).state is ApprovalState.SUPERSEDED
        assert asked not in [one.approval_id for one in approvals.waiting(work, 500)]
    assert claimed.carried_out(CREDIT).state is BreakState.CLEARED
    assert not posted(claimed.core)


def test_evidence_that_comes_between_the_two_and_the_deed_makes_it_void(claimed):
    claimed.proposes(CREDIT, Resolution.ASSIGN, loan_no=LOAN)
    claimed.two_agree(CREDIT)
    claimed.finds(revision=2)
    assert claimed.carried_out(CREDIT).state is BreakState.CLEARED
    assert not posted(claimed.core)


def test_no_number_of_a_loan_is_in_the_journal_the_approvals_or_the_desks_columns(claimed):
    claimed.resolves(CREDIT, Resolution.ASSIGN, loan_no=LOAN, reason=f"来电说是 {LOAN}8")
    with claimed.store.begin() as work:
        from sqlalchemy import text

        told = [
            work.connection.execute(text(query)).all()
            for query in (
                "select facts from journal",
                "select title, lines from approval",
                "select reason, loan_shown, other, how from break_act",
            )
        ]
    assert LOAN not in str(told)
    assert LOAN[-4:] in str(told)
