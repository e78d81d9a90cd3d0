"""Schedules pay a loan back to the fen, at the amounts the branch publishes. 还款计划"""

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.rules.lending.resets import reset
from connectors.bank.rules.lending.schedules import due_on, equal_instalment, schedule
from connectors.bank.rules.lending.terms import FirstInterest, Home, ResetTakesEffect
from connectors.core_system.model import RepaymentMethod
from tests.connectors.bank.lending.agreed import AGREED, TERMS, loan


@pytest.mark.parametrize(
    ("yuan", "rate", "months", "fen"),
    [
        (500_000, 31_000, 360, 213508),
        (500_000, 28_500, 360, 206779),
        (500_000, 26_000, 360, 200170),
        (300_000, 21_000, 60, 527146),
        (600_000, 26_000, 240, 320873),
        (350_000, 30_750, 360, 148981),
    ],
)
def test_an_equal_instalment_is_what_the_branch_publishes(yuan, rate, months, fen):
    assert equal_instalment(yuan * 100, rate, months) == fen


@pytest.mark.parametrize(
    ("yuan", "rate", "months", "first", "last", "interest"),
    [
        (500_000, 26_000, 360, (91837, 108333), 200084, 22061114),
        (300_000, 21_000, 60, (474646, 52500), 527160, 1628774),
    ],
)
def test_b31_the_last_instalment_takes_what_rounding_has_left(
    yuan, rate, months, first, last, interest
):
    plan = schedule(loan(yuan, rate, months), TERMS)
    assert (plan[0].principal_fen, plan[0].interest_fen) == first
    assert plan[-1].fen == last
    assert sum(row.interest_fen for row in plan) == interest
    assert plan[-1].closing_fen == 0


def test_equal_principal_pays_the_same_principal_every_month():
    plan = schedule(loan(300_000, 26_000, 240, method=RepaymentMethod.EQUAL_PRINCIPAL), TERMS)
    assert {row.principal_fen for row in plan} == {125000}
    assert plan[0].fen == 190000
    assert plan[-1].closing_fen == 0


def test_an_instalment_of_a_short_month_is_due_on_its_last_day():
    late = loan(500_000, 26_000, 360, granted_on=date(2025, 12, 31), due_day=31)
    assert [due_on(late, number) for number in (1, 2, 4, 12)] == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30), date(2026, 12, 31),
    ]  # fmt: skip


def test_first_interest_runs_from_the_day_of_the_grant_where_the_contract_says_so():
    terms = replace(TERMS, first_interest=FirstInterest.DAYS_FROM_GRANT)
    given_late = loan(500_000, 26_000, 360, granted_on=date(2026, 1, 5), due_day=20)
    first, second, *_ = schedule(given_late, terms)
    # 46 days of 360 on 500,000 yuan at 2.6 %
    assert first.interest_fen == 166111
    assert second == schedule(given_late, TERMS)[1]


@given(
    yuan=st.integers(10_000, 2_000_000),
    rate=st.integers(0, 60_000),
    months=st.integers(1, 360),
    method=st.sampled_from(RepaymentMethod),
)
def test_every_schedule_pays_back_exactly_what_was_granted(yuan, rate, months, method):
    plan = schedule(loan(yuan, rate, months, method=method), TERMS)
    assert sum(row.principal_fen for row in plan) == yuan * 100
    assert [row.number for row in plan] == list(range(1, len(plan) + 1))
    assert len(plan) <= months
    assert all(row.principal_fen > 0 and row.interest_fen >= 0 for row in plan)
    assert all(a.closing_fen == b.opening_fen for a, b in itertools.pairwise(plan))


# ------------------------------------------------------------------ the rate of 1 January


def twice_reset(effect: ResetTakesEffect) -> list[tuple[int, int, int]]:
    """The published example: granted June 2023 at 3.1 %, reset in 2025 and 2026."""
    terms, one = replace(TERMS, reset=effect), loan(500_000, 31_000, 360)
    plan, found = schedule(one, terms), []
    for year in (2025, 2026):
        rate = AGREED.rate_in_year(year, 31_000, Home.FIRST, one.months)
        plan = reset(one, plan, year, rate, terms)
        one = replace(one, rate_millionths=rate)
        found += [(row.number, row.opening_fen, row.fen) for row in plan[:2]]
    return found


def test_b32_a_reset_counts_from_the_next_whole_period():
    assert twice_reset(ResetTakesEffect.NEXT_WHOLE_PERIOD) == [
        (19, 48448058, 213508), (20, 48359707, 207072),
        (31, 47333180, 207072), (32, 47238524, 200935),
    ]  # fmt: skip


def test_b32_a_reset_counts_from_january_where_the_contract_says_so():
    (number, _, january), (_, _, february), *_ = twice_reset(ResetTakesEffect.JANUARY_INSTALMENT)
    assert (number, january) == (19, february)
    assert january < 213508


def test_b32_a_reset_is_split_by_days_where_the_contract_says_so():
    (number, balance, january), *_ = twice_reset(ResetTakesEffect.SPLIT_BY_DAYS)
    # 12 days at 3.1 % from 20 December, 19 days at 2.85 % from 1 January
    interest = round(balance * (12 * 31_000 + 19 * 28_500) / 360 / 1_000_000)
    principal = schedule(loan(500_000, 31_000, 360), TERMS)[number - 1].principal_fen
    assert january == principal + interest


def test_b32_a_loan_of_a_year_keeps_its_contracts_rate():
    assert AGREED.rate_in_year(2026, 23_500, Home.FIRST, 12) == 23_500
    assert AGREED.rate_in_year(2026, 31_000, Home.FIRST, 360) == 26_000
    assert AGREED.rate_in_year(2025, 31_000, Home.SECOND, 360) == 33_250


@given(
    months=st.integers(13, 360),
    rates=st.tuples(st.integers(10_000, 50_000), st.integers(10_000, 50_000)),
    effect=st.sampled_from(ResetTakesEffect),
    years=st.integers(1, 29),
)
def test_b32_after_any_reset_the_loan_is_still_paid_back_exactly(months, rates, effect, years):
    before, after = rates
    one = loan(400_000, before, months)
    plan = schedule(one, TERMS)
    january = 2023 + years
    coming = reset(one, plan, january, after, replace(TERMS, reset=effect))
    paid = [row for row in plan if row.due_on < date(january, 1, 1)]
    assert sum(row.principal_fen for row in [*paid, *coming]) == 40_000_000
