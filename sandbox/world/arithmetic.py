"""Arithmetic of equal instalments, in fen, exact until the last rounding. 等额本息."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

MONTHS_A_YEAR = 12
DAYS_A_YEAR = 360  # interest years have 360 days here
MILLION = 1_000_000  # an annual rate is an integer in millionths: 26_000 is 2.6 %
PENALTY_FACTOR = Fraction(3, 2)  # 罚息 at 150 % of the loan's rate


@dataclass(frozen=True, slots=True)
class Share:
    """Principal and interest of one instalment 本金、利息."""

    principal_fen: int
    interest_fen: int


def half_up(value: Fraction) -> int:
    """Round a number that is not negative to the nearest integer, halves upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def month_payment(amount_fen: int, rate_millionths: int, months: int) -> int:
    """Return the equal instalment of a loan: P·i·(1+i)^n / ((1+i)^n − 1)."""
    rate = _month_rate(rate_millionths)
    growth = (1 + rate) ** months
    return half_up(amount_fen * rate * growth / (growth - 1))


@cache
def shares(amount_fen: int, rate_millionths: int, months: int) -> tuple[Share, ...]:
    """Return how each instalment splits; the last one takes what rounding left over."""
    payment = month_payment(amount_fen, rate_millionths, months)
    rate = _month_rate(rate_millionths)
    balance, split = amount_fen, []
    for number in range(1, months + 1):
        interest = half_up(balance * rate)
        principal = balance if number == months else payment - interest
        balance -= principal
        split.append(Share(principal, interest))
    return tuple(split)


def penalty(overdue_fen: int, rate_millionths: int, days: int) -> int:
    """Return the penalty interest on an overdue amount: × rate × 1.5 / 360 × days. 罚息."""
    yearly = Fraction(rate_millionths, MILLION) * PENALTY_FACTOR
    return half_up(overdue_fen * yearly * days / DAYS_A_YEAR)


def _month_rate(rate_millionths: int) -> Fraction:
    return Fraction(rate_millionths, MILLION * MONTHS_A_YEAR)
