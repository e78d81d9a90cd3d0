"""Every item says which pass decided it, and what else was looked at. 勾对说明"""

from datetime import timedelta

import pytest

from connectors.bank.model.books import Evidence, Side
from connectors.bank.rules.recon.deciding import decide
from connectors.bank.rules.recon.explaining import Why, explain
from tests.connectors.bank.recon.making import (
    TODAY,
    account_of,
    asked,
    books,
    card,
    due,
    entry,
    line,
    loan,
    lump,
    taken,
)


def told(given, side=Side.STATEMENT, item=1):
    """How the item is explained: stage, evidence, automatic, candidates with their words."""
    made = explain(given, decide(given), side, item)
    seen = {(one.stage, one.side, one.id): one.why for one in made.considered}
    return made.stage, made.evidence, made.automatic, seen


def test_a_match_by_reference_names_its_pass_and_the_dues_that_were_not_it():
    other = due(2, 999, loan_no=loan(1), instalment_no=14)
    given = books(statement=[line(1, 200_170, remark=loan(1))], dues=[due(1), other, due(3)])
    assert told(given) == (6, Evidence.LOAN_AND_DUE, True, {
        (6, Side.DUE, 1): Why.CHOSEN, (6, Side.DUE, 2): Why.OTHER_AMOUNT,
    })  # fmt: skip


def test_an_unclear_line_tells_all_its_candidates():
    twin = due(2, loan_no=loan(1), instalment_no=14)
    given = books(statement=[line(1, 200_170, remark=loan(1))], dues=[due(1), twin])
    stage, evidence, automatic, seen = told(given)
    assert (stage, evidence, automatic) == (None, None, False)
    assert seen == {(6, Side.DUE, 1): Why.NOT_ALONE, (6, Side.DUE, 2): Why.NOT_ALONE}


def test_a_suggestion_is_told_as_one():
    given = books(
        statement=[line(1, 200_170, other_account=card(1))], dues=[due(1)],
        registered=[account_of(1, borrower="P9")],
    )  # fmt: skip
    assert told(given) == (
        8, Evidence.PAYER_ACCOUNT, False, {(8, Side.DUE, 1): Why.SUGGESTED},
    )  # fmt: skip


def test_a_due_at_the_bank_and_another_persons_due_are_told_as_that():
    to = asked(1, instalment_no=13)
    given = books(
        instructions=[to], statement=[line(1, 200_170, other_account=card(1), other_name="沙箱7")],
        dues=[due(1), due(2), due(7, 5)], registered=[account_of(1)],
    )  # fmt: skip
    assert told(given)[3] == {
        (8, Side.DUE, 1): Why.AT_THE_BANK, (9, Side.DUE, 2): Why.OTHER_NAME,
    }  # fmt: skip


def test_a_lump_that_is_off_shows_the_promise_it_is_off_from():
    given = books(instructions=[asked()], results=[taken(asked())], statement=[lump(1, 7)])
    assert told(given)[3] == {(4, Side.EXPECTED, 0): Why.OTHER_AMOUNT}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"other_account": card(2), "reversal": True}, Why.OTHER_COUNTERPARTY),
        ({"other_account": card(1), "booked_on": TODAY + timedelta(days=1)}, Why.NO_REVERSAL),
    ],
)
def test_an_opposite_amount_that_did_not_net_says_why(changes, why):
    given = books(statement=[line(1, 5, other_account=card(1)), line(2, -5) | changes])
    assert told(given)[3] == {(2, Side.STATEMENT, 2): why}


def test_an_instruction_shows_its_answer_its_booking_and_what_stands_elsewhere():
    stray = taken(asked(9, loan_no=loan(1)))
    given = books(
        instructions=[asked()], results=[taken(asked()), stray], ledger=[entry(4, asked())]
    )
    assert told(given, Side.INSTRUCTION) == (3, Evidence.BATCH_SERIAL, True, {
        (3, Side.RESULT, 1): Why.CHOSEN, (3, Side.RESULT, 9): Why.OTHER_PLACE,
        (5, Side.LEDGER, 4): Why.CHOSEN,
    })  # fmt: skip


@pytest.mark.parametrize("side", [Side.STATEMENT, Side.INSTRUCTION, Side.DUE])
def test_what_is_not_in_the_books_is_not_explained(side):
    given = books()
    with pytest.raises(KeyError):
        explain(given, decide(given), side, 1)
