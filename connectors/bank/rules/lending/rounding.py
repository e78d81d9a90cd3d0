"""Exact fractions until the last step, then half up to the fen. 舍入"""

from fractions import Fraction

MILLION = 1_000_000
MONTHS_A_YEAR = 12


def half_up(fen: Fraction) -> int:
    """The nearest whole fen, halves upwards; amounts are never negative here."""
    return (2 * fen.numerator + fen.denominator) // (2 * fen.denominator)


def monthly(rate_millionths: int) -> Fraction:
    """The rate of one month: a twelfth of the annual one."""
    return Fraction(rate_millionths, MILLION * MONTHS_A_YEAR)


def daily(rate_millionths: int, day_count: int) -> Fraction:
    """The rate of one day, the year having `day_count` days (360 in fund loans)."""
    return Fraction(rate_millionths, MILLION * day_count)
