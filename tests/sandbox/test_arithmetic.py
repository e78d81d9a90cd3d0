"""The arithmetic of instalments against figures computed elsewhere. 等额本息算例."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.world.arithmetic import half_up, month_payment, penalty, shares

WAN = 1_000_000


@pytest.mark.parametrize(
    ("amount_wan", "rate", "months", "payment"),
    [
        (50, 31_000, 360, 213508),
        (50, 28_500, 360, 206779),
        (50, 26_000, 360, 200170),
        (30, 21_000, 60, 527146),
        (60, 26_000, 240, 320873),
        (35, 30_750, 360, 148981),
    ],
)
def test_the_instalment_is_the_textbooks(amount_wan, rate, months, payment):
    assert month_payment(amount_wan * WAN, rate, months) == payment


def test_the_first_instalment_splits_as_computed_elsewhere():
    first = shares(50 * WAN, 26_000, 360)[0]
    assert (first.interest_fen, first.principal_fen) == (108333, 91837)
    assert shares(50 * WAN, 31_000, 360)[0].interest_fen == 129167


@pytest.mark.parametrize(
    ("amount_wan", "rate", "months", "last", "interest"),
    [(50, 26_000, 360, 200084, 22061114), (30, 21_000, 60, 527160, 1628774)],
)
def test_the_last_instalment_takes_what_rounding_left(amount_wan, rate, months, last, interest):
    split = shares(amount_wan * WAN, rate, months)
    assert split[-1].principal_fen + split[-1].interest_fen == last
    assert sum(share.interest_fen for share in split) == interest


def test_a_rate_reset_gives_the_balances_and_instalments_computed_elsewhere():
    paid = shares(50 * WAN, 31_000, 360)[:19]  # 2023-07 to 2025-01
    balance = 50 * WAN - sum(share.principal_fen for share in paid)
    assert balance == 48359707
    assert month_payment(balance, 28_500, 341) == 207072
    balance -= sum(share.principal_fen for share in shares(balance, 28_500, 341)[:12])
    assert balance == 47238524
    assert month_payment(balance, 26_000, 329) == 200935


def test_a_prepayment_lowers_the_instalment_as_computed_elsewhere():
    paid = shares(50 * WAN, 26_000, 360)[:12]
    balance = 50 * WAN - sum(share.principal_fen for share in paid)
    assert balance == 48884731
    assert month_payment(balance - 5 * WAN, 26_000, 348) == 179696


def test_penalty_interest_is_the_loans_rate_and_a_half():
    assert penalty(91837, 26_000, 10) == 99
    assert penalty(91837 + 108333, 26_000, 10) == 217
    assert penalty(91837, 26_000, 0) == 0


def test_halves_are_rounded_up():
    assert [half_up(Fraction(n, 2)) for n in range(5)] == [0, 1, 1, 2, 2]


@given(
    st.integers(1, 200).map(lambda wan: wan * WAN),
    st.sampled_from([21_000, 26_000, 30_750]),
    st.integers(2, 360),
)
def test_principal_adds_up_to_the_loan(amount, rate, months):
    split = shares(amount, rate, months)
    assert sum(share.principal_fen for share in split) == amount
    assert all(share.principal_fen > 0 and share.interest_fen >= 0 for share in split)
