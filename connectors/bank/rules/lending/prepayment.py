"""Paying more than is due: shorten or reduce; paying all of it. 提前还款与结清"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from connectors.bank.rules.lending.debts import Debt, allocate
from connectors.bank.rules.lending.rounding import daily, half_up
from connectors.bank.rules.lending.schedules import (
    Instalment,
    Loan,
    schedule_from,
    schedule_with,
)
from connectors.bank.rules.lending.terms import Terms


class Choice(Enum):
    """What a borrower chooses for the time after a partial prepayment."""

    SHORTEN = "缩短期限"
    REDUCE = "减少月供"


@dataclass(frozen=True, slots=True)
class Account:
    """Where a loan stands on a day: balance, next instalment, interest paid to, what is due."""

    balance_fen: int
    next_number: int
    interest_paid_to: date
    debts: Sequence[Debt]


@dataclass(frozen=True, slots=True)
class Prepaid:
    """What a prepayment pays, and the schedule that follows; an empty one is a settled loan."""

    paid: Sequence[Debt]
    prepaid_fen: int
    interest_fen: int
    plan: Sequence[Instalment]


def interest_to(balance_fen: int, loan: Loan, since: date, day: date, terms: Terms) -> int:
    """Interest on a balance to the day, from the day to which it is paid."""
    days = max((day - since).days, 0)
    return half_up(balance_fen * daily(loan.rate_millionths, terms.day_count) * days)


def payoff(loan: Loan, account: Account, day: date, terms: Terms) -> int:
    """What settles a loan on a day: everything due, the balance, and its interest to the day."""
    due = sum(debt.fen for debt in account.debts)
    balance = _not_due(account)
    return due + balance + interest_to(balance, loan, account.interest_paid_to, day, terms)


def prepay(
    fen: int, loan: Loan, account: Account, on: tuple[date, Choice], terms: Terms
) -> Prepaid:
    """A payment of `fen` on a day: what is due first, the rest is prepaid.

    Interest on the balance to the day is paid before it. Raises ValueError when nothing is left
    to prepay, or when more comes than settles the loan.
    """
    day, choice = on
    if fen > payoff(loan, account, day, terms):
        raise ValueError("more than settles the loan")
    allocated = allocate(fen, account.debts, terms)
    balance = _not_due(account)
    interest = interest_to(balance, loan, account.interest_paid_to, day, terms)
    prepaid = allocated.rest_fen - interest
    if prepaid <= 0:
        raise ValueError("nothing is left to prepay")
    plan = _plan(loan, account.next_number, (balance, balance - prepaid), choice)
    return Prepaid(allocated.paid, prepaid, interest, plan)


def _plan(
    loan: Loan, number: int, balances: tuple[int, int], choice: Choice
) -> Sequence[Instalment]:
    before, after = balances
    if not after:
        return []
    if choice is Choice.REDUCE:
        return schedule_from(loan, number, after)
    return schedule_with(loan, number, after, schedule_from(loan, number, before)[0].fen)


def _not_due(account: Account) -> int:
    return account.balance_fen - sum(debt.principal_fen for debt in account.debts)
