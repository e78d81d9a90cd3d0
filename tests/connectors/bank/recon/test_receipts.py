"""Passes 6 to 12 on money that came without a batch, by scenario. 其他到账"""

from datetime import timedelta

import pytest

from tests.connectors.bank.recon.making import (
    TODAY,
    YESTERDAY,
    account_of,
    asked,
    card,
    decided,
    due,
    found,
    groups,
    line,
    loan,
    only,
    taken,
    waiting,
)

FEN = 200_170
TO = asked(1, instalment_no=13)


def named(id=1, fen=FEN, **changes):
    return line(id, fen, remark=f"还贷{loan(1)}，谢谢") | changes


def paid(id=1, fen=FEN, number=1, **changes):
    return line(id, fen, other_account=card(number)) | changes


def links(made):
    return made.links.select("stage", "evidence", "automatic", "side", "id", "fen").rows()


# ------------------------------------------------------------------ 6: the loan is named (B23)


@pytest.mark.parametrize(
    "where",
    [
        {"remark": f"还贷款{loan(1)}"},
        {"remark": "", "summary": f"GJJ-{loan(1)}/13期"},
        {"remark": "", "other_name": f"沙箱{loan(1)}"},
        {"remark": "还款ＨＴ２０２００００００１"},  # the contract, in full-width characters
        {"remark": loan(1), "summary": loan(2)},  # what people write themselves comes first
    ],
)
def test_b23_a_receipt_that_names_one_loan_and_brings_its_due_is_matched(where):
    made = decided(statement=[named(**where)], dues=[due(1), due(2)])
    assert groups(made) == [("LOAN_AND_DUE", [("due", 1), ("statement", 1)])]
    assert waiting(made) == []


@pytest.mark.parametrize("text", [f"9{loan(1)}", f"{loan(1)}7", loan(1)[:-1], "还款"])
def test_a_number_that_only_contains_a_loans_names_no_loan(text):
    made = decided(statement=[line(1, FEN, remark=text)], dues=[due(1)])
    assert found(made) == [("STATEMENT_UNCLAIMED", 1)]


def test_two_different_loans_in_one_remark_are_ambiguous():
    made = decided(statement=[named(remark=f"{loan(1)} {loan(2)}")], dues=[due(1), due(2, 5)])
    assert found(made) == [("AMBIGUOUS", 1)]


def test_two_dues_of_the_loan_with_that_amount_are_ambiguous_and_both_are_told():
    made = decided(statement=[named()], dues=[due(1), due(2, loan_no=loan(1), instalment_no=14)])
    assert (only(made)["kind"], only(made)["candidates"]) == ("AMBIGUOUS", [1, 2])


def test_two_receipts_for_one_due_are_both_ambiguous():
    made = decided(statement=[named(1), named(2)], dues=[due(1)])
    assert found(made) == [("AMBIGUOUS", 1), ("AMBIGUOUS", 2)]


def test_a_due_two_lines_have_named_is_not_given_to_a_third_that_names_nothing():
    made = decided(
        statement=[named(1), named(2), paid(3)], dues=[due(1)], registered=[account_of(1)]
    )
    assert groups(made) == []


def test_a_due_two_lines_have_named_is_still_a_rival_of_the_dues_nobody_named():
    """Left out, it would make the other due of that payer look like the only one."""
    other = due(2, loan_no=loan(2), borrower="P1")
    made = decided(
        statement=[named(1), named(2), paid(3)], dues=[due(1), other], registered=[account_of(1)]
    )
    assert groups(made) == []
    assert ("AMBIGUOUS", 3) in found(made)


@pytest.mark.parametrize(
    ("results", "kind"),
    [([taken(TO)], "AMOUNT_DIFFERS"), ([], "AMBIGUOUS")],
    ids=("taken", "no answer"),
)
def test_a_due_the_bank_is_taking_tonight_is_not_paid_by_anything_else(results, kind):
    made = decided(instructions=[TO], results=results, statement=[named()], dues=[due(1)])
    assert groups(made) == []
    assert (kind, 1) in found(made)


@pytest.mark.parametrize(
    ("results", "alone"), [([taken(TO)], True), ([], False)], ids=("taken", "no answer")
)
def test_a_due_a_deduction_may_have_paid_is_still_a_rival_of_the_others(results, alone):
    """A deduction without an answer proves nothing: the money may be for that instalment too."""
    other = due(2, loan_no=loan(1), instalment_no=14)
    made = decided(instructions=[TO], results=results, statement=[named()], dues=[due(1), other])
    assert (groups(made) == [("LOAN_AND_DUE", [("due", 2), ("statement", 1)])]) is alone


def test_a_payoff_that_two_lines_claim_still_bars_the_instalment():
    """One of the two may pay the loan off; then the instalment is in it."""
    whole = due(2, 5_000_000, loan_no=loan(1), kind="payoff")
    lines = [named(1), named(2, 5_000_000), named(3, 5_000_000)]
    made = decided(statement=lines, dues=[due(1), whole])
    assert found(made) == [("AMBIGUOUS", 1), ("AMBIGUOUS", 2), ("AMBIGUOUS", 3)]


def test_a_payoff_is_no_weaker_lines_while_others_name_instalments_of_that_loan():
    twin = due(3, loan_no=loan(1), instalment_no=14)
    whole = due(2, 5_000_000, loan_no=loan(1), kind="payoff", borrower="P1")
    made = decided(
        statement=[named(1), paid(2, 5_000_000)], dues=[due(1), twin, whole],
        registered=[account_of(1)],
    )  # fmt: skip
    assert found(made) == [("AMBIGUOUS", 1), ("AMBIGUOUS", 2)]


def test_a_loan_is_paid_off_or_paid_on_but_not_both():
    whole = due(2, 5_000_000, loan_no=loan(1), kind="payoff")
    made = decided(statement=[named(1), named(2, 5_000_000)], dues=[due(1), whole])
    assert found(made) == [("AMBIGUOUS", 1), ("AMBIGUOUS", 2)]
    alone = decided(statement=[named(2, 5_000_000)], dues=[due(1), whole])
    assert groups(alone) == [("LOAN_AND_DUE", [("due", 2), ("statement", 2)])]


# ------------------------------------------------------------------ 7: another amount (B30)


def test_b30_an_odd_amount_reaches_the_dues_in_the_order_they_fell_due_as_a_suggestion():
    dues = [
        due(3, 200_170, loan_no=loan(1), due_on=TODAY - timedelta(days=30), kind="overdue"),
        due(1, 200_170, instalment_no=14),
    ]
    made = decided(statement=[named(fen=300_000)], dues=dues)
    assert links(made) == [
        (7, "LOAN_ODD_AMOUNT", False, "due", 1, 99_830),
        (7, "LOAN_ODD_AMOUNT", False, "due", 3, 200_170),
        (7, "LOAN_ODD_AMOUNT", False, "statement", 1, 300_000),
    ]
    row = only(made)
    assert (row["kind"], row["loan_no"], row["direction"]) == ("AMOUNT_DIFFERS", loan(1), "LONG")
    assert waiting(made) == [("statement", 1)]


@pytest.mark.parametrize("off", [-1, 1])
def test_no_automatic_match_is_off_by_a_fen(off):
    made = decided(statement=[named(fen=FEN + off)], dues=[due(1)], registered=[account_of(1)])
    assert groups(made) == []


def test_a_line_that_names_a_loan_goes_no_further_though_its_account_would_fit_another():
    made = decided(
        statement=[named(fen=777, other_account=card(2))], dues=[due(1), due(2, 777)],
        registered=[account_of(2)],
    )  # fmt: skip
    assert groups(made) == []
    assert only(made)["loan_no"] == loan(1)


def test_money_for_a_settled_loan_is_told_as_that():
    made = decided(statement=[named()], registered=[account_of(1, settled=True)])
    assert (only(made)["kind"], only(made)["loan_no"]) == ("SETTLED_STILL_TAKEN", loan(1))


# ------------------------------------------------------------------ 8: the account is registered


def test_a_receipt_from_the_borrowers_registered_account_is_matched():
    made = decided(statement=[paid()], dues=[due(1), due(2)], registered=[account_of(1)])
    assert groups(made) == [("PAYER_ACCOUNT", [("due", 1), ("statement", 1)])]


def test_a_card_registered_for_somebody_elses_loan_is_a_suggestion():
    spouse = account_of(1, borrower="P9")
    made = decided(statement=[paid()], dues=[due(1)], registered=[spouse])
    assert groups(made) == []
    assert groups(made, automatic=False) == [("PAYER_ACCOUNT", [("due", 1), ("statement", 1)])]


def test_b28_a_card_registered_for_two_equal_loans_is_ambiguous():
    made = decided(
        statement=[paid()], dues=[due(1), due(2)],
        registered=[account_of(1), account_of(2, account=card(1))],
    )  # fmt: skip
    assert (only(made)["kind"], only(made)["candidates"]) == ("AMBIGUOUS", [1, 2])


@pytest.mark.parametrize(
    ("due_on", "automatic"),
    [
        (TODAY + timedelta(days=5), True),  # Friday to Wednesday: three working days
        (TODAY + timedelta(days=6), False),
        (TODAY - timedelta(days=3), True),
        (TODAY - timedelta(days=4), False),
        (TODAY + timedelta(days=300), False),  # a year without a calendar (B40)
    ],
)
def test_the_window_counts_working_days_and_outside_it_is_a_suggestion(due_on, automatic):
    made = decided(statement=[paid()], dues=[due(1, due_on=due_on)], registered=[account_of(1)])
    assert len(groups(made, automatic=automatic)) == 1
    assert groups(made, automatic=not automatic) == []


# ------------------------------------------------------------------ 9, 10: suggestions


def test_a_name_is_evidence_and_no_key():
    made = decided(statement=[line(1, FEN, other_name="沙箱 1")], dues=[due(1)])
    assert groups(made) == []
    assert groups(made, automatic=False) == [("PAYER_NAME", [("due", 1), ("statement", 1)])]
    assert waiting(made) == [("statement", 1)]


def several(*fens):
    return [due(n, fen, borrower="P1", instalment_no=n) for n, fen in enumerate(fens, start=1)]


def test_several_dues_of_one_borrower_that_add_up_in_one_way_are_suggested():
    made = decided(statement=[paid(fen=50)], dues=several(10, 20, 40), registered=[account_of(1)])
    assert links(made) == [
        (10, "SUBSET", False, "due", 1, 10),
        (10, "SUBSET", False, "due", 3, 40),
        (10, "SUBSET", False, "statement", 1, 50),
    ]
    assert found(made) == [("STATEMENT_UNCLAIMED", 1)]


def test_a_second_way_to_add_up_is_as_good_as_none():
    made = decided(
        statement=[paid(fen=50)], dues=several(10, 20, 30, 40), registered=[account_of(1)]
    )
    assert links(made) == []
    assert (only(made)["kind"], only(made)["candidates"]) == ("AMBIGUOUS", [1, 2, 3, 4])


@pytest.mark.parametrize(("n", "tried"), [(12, True), (13, False)])
def test_more_than_twelve_dues_are_not_tried(n, tried):
    powers = several(*(2**k for k in range(n)))
    made = decided(statement=[paid(fen=3)], dues=powers, registered=[account_of(1)])
    assert bool(links(made)) is tried


# ------------------------------------------------------------------ 11, 12


def test_what_an_earlier_night_left_open_has_the_prior_claim():
    old = paid(1, first_seen=YESTERDAY, booked_on=YESTERDAY)
    made = decided(statement=[old, paid(2)], dues=[due(1)], registered=[account_of(1)])
    assert groups(made) == [("PAYER_ACCOUNT", [("due", 1), ("statement", 1)])]
    assert made.links["carried"].all()
    assert found(made) == [("STATEMENT_UNCLAIMED", 2)]


def test_an_old_line_that_stays_unclear_still_rivals_tonights():
    old = paid(1, first_seen=YESTERDAY)
    rival = due(2, loan_no=loan(1), borrower="P1", instalment_no=14)
    made = decided(statement=[old, paid(2)], dues=[due(1), rival], registered=[account_of(1)])
    assert found(made) == [("AMBIGUOUS", 1), ("AMBIGUOUS", 2)]


def test_the_banks_own_fees_and_interest_are_told_as_such_unless_they_name_a_loan():
    made = decided(
        statement=[line(1, -50, summary="手续费"), line(2, FEN, summary="结息", remark=loan(1))],
        dues=[due(1)],
    )
    assert found(made) == [("FEE_OR_INTEREST", 1)]
    assert groups(made) == [("LOAN_AND_DUE", [("due", 1), ("statement", 2)])]


def test_many_receipts_alike_are_unclear_and_the_work_stays_small():
    crowd = [paid(n) for n in range(1_500)]
    rivals = [due(n, loan_no=loan(n), borrower="P1") for n in range(1_500)]
    made = decided(statement=crowd, dues=rivals, registered=[account_of(1)])
    assert set(made.breaks["kind"]) == {"AMBIGUOUS"}
    assert made.breaks["candidates"].list.len().max() == 20
