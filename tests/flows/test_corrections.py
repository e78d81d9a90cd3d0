"""Corrected files: shown item by item, let in by two people, undone to the fen. 更正文件"""

import pytest

from connectors.bank.flows import proposing
from connectors.bank.flows.correcting import KIND
from connectors.bank.rules.break_states import BreakState
from connectors.bank.rules.breaks import Resolution
from connectors.bank.rules.resolving import Proposal
from gateway.flows.resolutions import carry_out
from gateway.store import approvals
from sandbox.world import night
from tests.branch import LAST_DAY

BANK, SEED = "990001", "20260228"
_STANDING = """
    select xh, (sum(case czbz when '02' then -fse else fse end) * 100)::bigint
    from exchange.repayment_posting group by xh
    having sum(case czbz when '02' then -fse else fse end) <> 0 order by xh
"""
_ENDINGS = {
    "answers": "select batch_no, serial, outcome, taken_fen, principal_fen, interest_fen,"
    " posting_key is not null from deduction_match order by 1, 2",
    "breaks": "select break_id, kind, direction, amount_fen, unbooked_fen, first_seen"
    " from bank_break where state = 'OPEN' order by 1",
    "items": "select key, side, fen from open_item where cleared_on is null order by 1",
    "night": "select state from bank_night",
}


def agree(branch, kind: str = KIND) -> None:
    """Two people let in the correction that waits, or whatever else of this kind does."""
    store = branch.gateway().store
    with store.begin() as work:
        (waiting,) = [one for one in approvals.waiting(work, 9) if one.kind == kind]
    with store.begin() as work:
        approvals.release(work, waiting.approval_id, "jingban", waiting.digest)
    with store.begin() as work:
        approvals.approve(work, waiting.approval_id, "fuhe", waiting.digest)


def ending(branch) -> dict:
    found = {name: branch.rows(query) for name, query in _ENDINGS.items()}
    return found | {"booked": branch.core_rows(_STANDING)}


@pytest.mark.parametrize("fault", ["altered_loan", "missing_line"])
def test_an_original_then_corrected_ends_as_the_corrected_alone(branch, empty_tables, fault):
    branch.publish(BANK)
    assert branch.run(BANK) == "PROVED"
    branch.publish(BANK, fault, version=2, only="result")
    branch.run(BANK)
    before = branch.postings()
    agree(branch)
    assert branch.run(BANK) == "PROVED"
    corrected = ending(branch)
    # one posting is taken back, every other one is left alone
    assert len(branch.postings()) == len(before) + 1
    assert branch.rows("select revision from bank_night") == [(2,)]
    waits = "select from alarm where code = 'CORRECTION_WAITS' and cleared_at is null"
    assert not branch.rows(waits)
    empty_tables()
    branch.forget()
    branch.publish(BANK)
    branch.publish(BANK, fault, version=2, only="result")
    assert branch.run(BANK) == "PROVED"
    assert ending(branch) == corrected


def test_a_corrected_amount_takes_the_old_posting_back_and_books_the_new_one(branch):
    """What fails in the first version and is taken in the second is booked, nothing else moves."""
    branch.publish(BANK, "other_content_same_name", "statement_follows")
    assert branch.run(BANK) == "PROVED"
    first = dict(branch.core_rows(_STANDING))
    branch.publish(BANK, version=2, only="result")
    branch.run(BANK)
    agree(branch)
    assert branch.run(BANK) == "PROVED"
    taken = {o.serial: o.taken_fen for o in night(SEED, BANK, LAST_DAY).instructions if o.taken_fen}
    assert dict(branch.core_rows(_STANDING)) == taken
    assert len(taken) == len(first) + 1


def test_people_are_shown_what_changes_and_nobody_is_named(branch):
    branch.publish(BANK)
    branch.run(BANK)
    branch.publish(BANK, "altered_loan", version=2, only="result")
    branch.run(BANK)
    with branch.gateway().store.begin() as work:
        (waiting,) = approvals.waiting(work, 9)
    assert waiting.lines[:3] == (
        "撤回 0 项，净额 0.00 元", "新增 0 项，净额 0.00 元", "改变 1 项，净额 0.00 元",
    )  # fmt: skip
    told = "".join((waiting.title, *waiting.lines))
    people = {loan.loan_no for loan in (o.loan for o in night(SEED, BANK, LAST_DAY).instructions)}
    assert not [one for one in people if one in told]


def test_without_two_people_nothing_moves(branch):
    branch.publish(BANK)
    branch.run(BANK)
    before = ending(branch)
    branch.publish(BANK, "altered_loan", version=2, only="result")
    for _ in range(2):
        assert branch.run(BANK) == "PROVED"
    assert ending(branch) == before


def test_what_one_correction_withdraws_and_the_next_brings_back_is_booked_again(branch):
    """Booked once more it is another posting: under its old key nothing would be booked."""
    branch.publish(BANK)
    assert branch.run(BANK) == "PROVED"
    booked = [set(branch.core_rows(_STANDING))]
    for version, fault in ((2, "missing_line"), (3, "extra_line")):
        branch.publish(BANK, fault, version=version, only="result")
        branch.run(BANK)
        agree(branch)
        assert branch.run(BANK) == "PROVED"
        booked.append(set(branch.core_rows(_STANDING)))
    first, without_one, brought_back = booked
    assert len(first - without_one) == 1
    assert brought_back == first


def test_what_people_have_booked_a_correction_does_not_book_again(branch):
    """The corrected line is without doubt after two have booked its money: it rings, no more."""
    branch.publish(BANK, "altered_loan", only="result")
    branch.publish(BANK, only="statement")
    assert branch.run(BANK) == "PROVED"
    gateway = branch.gateway()
    ((broken,),) = branch.rows("select break_id from bank_break where kind = 'DETAILS_DIFFER'")
    done = Proposal(Resolution.POST_TAKEN, "jingban", "凭银行回单核实")
    wanted = proposing.propose(gateway.handlings[BANK], broken, done)
    assert wanted.state is BreakState.PROPOSED
    agree(branch, "bank.resolution")
    carried = carry_out(gateway.handlings[BANK], gateway.sending, broken)
    assert carried.state is BreakState.RESOLVED
    booked, asked = branch.core_rows(_STANDING), branch.postings()
    branch.publish(BANK, version=2, only="result")
    branch.run(BANK)
    agree(branch)
    assert branch.run(BANK) == "PROVED"
    assert branch.core_rows(_STANDING) == booked
    assert branch.postings() == asked
    assert not branch.rows("select from bank_break where kind = 'POSTING_REFUSED'")
    rings = "select subject from alarm where code = 'RESOLVED_THEN_EXPLAINED'"
    assert branch.rows(rings) == [(broken,)]
