"""Who is paid first, penalty on what is overdue, paying more than is due. 罚息、分配与提前还款"""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.rules.lending.debts import Debt, allocate, penalty
from connectors.bank.rules.lending.prepayment import Account, Choice, payoff, prepay
from connectors.bank.rules.lending.schedules import schedule
from connectors.bank.rules.lending.terms import PenaltyBase, agreed_of
from gateway.errors import Code, NotConfigured
from tests.connectors.bank.lending.agreed import AGREED, SHIPPED, TERMS, loan

FIRST = Debt(1, principal_fen=91837, interest_fen=108333, penalty_fen=1234)
SECOND = Debt(2, principal_fen=92036, interest_fen=108134)


def test_b07_a_partial_deduction_pays_interest_before_principal():
    allocated = allocate(150000, [Debt(1, principal_fen=91837, interest_fen=108333)], TERMS)
    assert allocated.paid == [Debt(1, principal_fen=41667, interest_fen=108333)]
    assert allocated.rest_fen == 0


def test_b30_penalty_first_then_instalment_by_instalment_interest_before_principal():
    allocated = allocate(300000, [SECOND, FIRST], TERMS)
    assert allocated.paid == [
        Debt(1, principal_fen=91837, interest_fen=108333, penalty_fen=1234),
        Debt(2, interest_fen=98596),
    ]
    assert allocated.rest_fen == 0


def test_what_is_more_than_everything_owed_is_left():
    assert allocate(1_000_000, [FIRST], TERMS).rest_fen == 1_000_000 - FIRST.fen


debts = st.lists(
    st.builds(Debt, st.integers(1, 12), *[st.integers(0, 300_000)] * 4),
    max_size=6,
    unique_by=lambda debt: debt.number,
)


@given(fen=st.integers(0, 3_000_000), owed=debts, chance=st.randoms(use_true_random=False))
def test_b30_every_fen_is_allocated_once_whatever_the_order_of_the_debts(fen, owed, chance):
    allocated = allocate(fen, owed, TERMS)
    assert sum(row.fen for row in allocated.paid) + allocated.rest_fen == fen
    paid = {row.number: row for row in allocated.paid}
    for debt in owed:
        row = paid.get(debt.number, Debt(debt.number))
        assert row.principal_fen <= debt.principal_fen and row.interest_fen <= debt.interest_fen
        assert row.penalty_fen <= debt.penalty_fen and row.fine_fen <= debt.fine_fen
    if allocated.rest_fen:
        assert sum(row.fen for row in allocated.paid) == sum(debt.fen for debt in owed)
    assert allocate(fen, chance.sample(owed, len(owed)), TERMS) == allocated


@pytest.mark.parametrize(
    ("base", "fen"), [(PenaltyBase.PRINCIPAL, 99), (PenaltyBase.PRINCIPAL_AND_INTEREST, 217)]
)
def test_penalty_of_ten_days_is_what_the_contract_says(base, fen):
    overdue = Debt(1, principal_fen=91837, interest_fen=108333)
    assert penalty(overdue, 26_000, 10, replace(TERMS, penalty_base=base)) == fen


# ------------------------------------------------------------------ paying more than is due

ONE = loan(500_000, 26_000, 360)
AFTER_TWELVE = schedule(ONE, TERMS)[11].closing_fen


def account(debts: tuple[Debt, ...] = ()) -> Account:
    """The loan after twelve instalments, on the day the twelfth was due."""
    return Account(AFTER_TWELVE, 13, date(2024, 6, 20), debts)


def test_a_prepayment_reduces_the_instalment_or_shortens_the_term():
    on_the_day = date(2024, 6, 20)
    assert AFTER_TWELVE == 48884731
    reduced = prepay(5_000_000, ONE, account(), (on_the_day, Choice.REDUCE), TERMS)
    assert (reduced.plan[0].fen, len(reduced.plan)) == (179696, 348)
    shorter = prepay(5_000_000, ONE, account(), (on_the_day, Choice.SHORTEN), TERMS)
    assert (shorter.plan[0].fen, len(shorter.plan)) == (200170, 298)


def test_what_is_due_and_the_interest_to_the_day_come_before_the_prepayment():
    due = Debt(13, principal_fen=94254, interest_fen=105916)
    prepaid = prepay(5_000_000, ONE, account((due,)), (date(2024, 6, 30), Choice.REDUCE), TERMS)
    assert prepaid.paid == [due]
    assert prepaid.prepaid_fen + prepaid.interest_fen + due.fen == 5_000_000
    # ten days on the balance that is not due
    assert prepaid.interest_fen == round((AFTER_TWELVE - 94254) * 26_000 * 10 / 360 / 1_000_000)


def test_paying_the_payoff_settles_the_loan_and_a_fen_more_is_refused():
    day = date(2024, 7, 5)
    fen = payoff(ONE, account(), day, TERMS)
    settled = prepay(fen, ONE, account(), (day, Choice.SHORTEN), TERMS)
    assert settled.plan == [] and settled.prepaid_fen == AFTER_TWELVE
    with pytest.raises(ValueError, match="settles"):
        prepay(fen + 1, ONE, account(), (day, Choice.SHORTEN), TERMS)


# ------------------------------------------------------------------ the terms themselves


def test_a_day_before_the_first_terms_is_refused_and_not_guessed():
    with pytest.raises(NotConfigured) as refused:
        AGREED.terms_on(date(2000, 1, 1))
    assert refused.value.code is Code.SETTING_MISSING


@pytest.mark.parametrize(
    "changed",
    [
        {"terms": []},
        {"rates": SHIPPED["rates"] * 2},
        {"terms": [SHIPPED["terms"][0] | {"within": ["interest"]}]},
        {"terms": [SHIPPED["terms"][0] | {"reset": "tomorrow"}]},
    ],
)
def test_terms_that_make_no_sense_are_refused(changed):
    with pytest.raises(NotConfigured) as refused:
        agreed_of(SHIPPED | changed)
    assert refused.value.code is Code.SETTING_INVALID
