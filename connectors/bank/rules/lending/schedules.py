"""Repayment schedules: equal instalments and equal principal. 还款计划（等额本息、等额本金）"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from connectors.bank.rules.lending.rounding import MONTHS_A_YEAR, daily, half_up, monthly
from connectors.bank.rules.lending.terms import FirstInterest, Terms
from connectors.core_system.model import RepaymentMethod


@dataclass(frozen=True, slots=True)
class Loan:
    """What a schedule is made of: money in fen, the annual rate in millionths."""

    granted_on: date
    granted_fen: int
    rate_millionths: int
    months: int
    due_day: int
    method: RepaymentMethod


@dataclass(frozen=True, slots=True)
class Instalment:
    """One scheduled repayment; `opening_fen` is the balance before it."""

    number: int
    due_on: date
    opening_fen: int
    principal_fen: int
    interest_fen: int

    @property
    def fen(self) -> int:
        """Principal and interest together."""
        return self.principal_fen + self.interest_fen

    @property
    def closing_fen(self) -> int:
        """The balance after it."""
        return self.opening_fen - self.principal_fen


def equal_instalment(balance_fen: int, rate_millionths: int, months: int) -> int:
    """等额本息: P·i·(1+i)^n / ((1+i)^n − 1), i the rate of one month."""
    rate = monthly(rate_millionths)
    if rate == 0:
        return half_up(Fraction(balance_fen, months))
    growth = (1 + rate) ** months
    return half_up(balance_fen * rate * growth / (growth - 1))


def due_on(loan: Loan, number: int) -> date:
    """When instalment `number` (from 1) is due; a short month ends it on its last day."""
    index = loan.granted_on.year * MONTHS_A_YEAR + loan.granted_on.month - 1 + number
    year, month = index // MONTHS_A_YEAR, index % MONTHS_A_YEAR + 1
    return date(year, month, min(loan.due_day, calendar.monthrange(year, month)[1]))


def schedule(loan: Loan, terms: Terms) -> Sequence[Instalment]:
    """All instalments of a loan; the last one takes what rounding has left over (B31)."""
    plan = list(schedule_from(loan, 1, loan.granted_fen))
    if terms.first_interest is FirstInterest.DAYS_FROM_GRANT:
        first = plan[0]
        days = (first.due_on - loan.granted_on).days
        interest = half_up(loan.granted_fen * daily(loan.rate_millionths, terms.day_count) * days)
        plan[0] = _with_interest(first, interest)
    return plan


def schedule_from(loan: Loan, number: int, balance_fen: int) -> Sequence[Instalment]:
    """The instalments from `number` on, of a balance, at the loan's rate, to its last month."""
    left = loan.months - number + 1
    fen = equal_instalment(balance_fen, loan.rate_millionths, left)
    return list(_rows(loan, number, balance_fen, fen))


def schedule_with(loan: Loan, number: int, balance_fen: int, fen: int) -> Sequence[Instalment]:
    """The instalments from `number` on when each pays `fen`, however many that takes.

    Raises ValueError when `fen` would not even pay the interest: it would never end.
    """
    if fen <= half_up(balance_fen * monthly(loan.rate_millionths)):
        raise ValueError("the instalment does not exceed its interest")
    return list(_rows(loan, number, balance_fen, fen, to_the_end=True))


def _rows(
    loan: Loan, number: int, balance_fen: int, fen: int, *, to_the_end: bool = False
) -> Sequence[Instalment]:
    """`fen` is the equal instalment; equal principal (等额本金) needs only the months left."""
    rows: list[Instalment] = []
    principal_each = half_up(Fraction(balance_fen, max(loan.months - number + 1, 1)))
    while balance_fen:
        interest = half_up(balance_fen * monthly(loan.rate_millionths))
        planned = fen - interest if _is_equal(loan) or to_the_end else principal_each
        is_last = not to_the_end and number == loan.months
        principal = balance_fen if is_last else min(planned, balance_fen)
        rows.append(Instalment(number, due_on(loan, number), balance_fen, principal, interest))
        balance_fen, number = balance_fen - principal, number + 1
    return rows


def _is_equal(loan: Loan) -> bool:
    return loan.method is RepaymentMethod.EQUAL_INSTALMENT


def _with_interest(row: Instalment, interest_fen: int) -> Instalment:
    return Instalment(row.number, row.due_on, row.opening_fen, row.principal_fen, interest_fen)
