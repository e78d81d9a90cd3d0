"""The rate of 1 January: which instalment is the first to carry it, and what it is. 利率年初调整"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from connectors.bank.rules.lending.rounding import daily, half_up
from connectors.bank.rules.lending.schedules import Instalment, Loan, schedule_from
from connectors.bank.rules.lending.terms import ResetTakesEffect, Terms


def reset(
    loan: Loan, plan: Sequence[Instalment], year: int, rate_millionths: int, terms: Terms
) -> Sequence[Instalment]:
    """The instalments due from 1 January of `year` on, at that year's rate (B32).

    `plan` is the schedule before; what is due before the first changed instalment stays as it is.
    """
    january = date(year, 1, 1)
    coming = [row for row in plan if row.due_on >= january]
    if not coming or rate_millionths == loan.rate_millionths:
        return coming
    changed = replace(loan, rate_millionths=rate_millionths)
    first = coming[0]
    if terms.reset is ResetTakesEffect.JANUARY_INSTALMENT:
        return schedule_from(changed, first.number, first.opening_fen)
    if terms.reset is ResetTakesEffect.SPLIT_BY_DAYS:
        first = _split(loan, first, plan, (january, rate_millionths), terms)
    if not first.closing_fen:
        return [first]
    return [first, *schedule_from(changed, first.number + 1, first.closing_fen)]


def _split(
    loan: Loan,
    row: Instalment,
    plan: Sequence[Instalment],
    change: tuple[date, int],
    terms: Terms,
) -> Instalment:
    """Interest by days: the old rate up to New Year's Eve, the new one from 1 January."""
    january, rate = change
    before = [earlier.due_on for earlier in plan if earlier.number == row.number - 1]
    since = before[0] if before else loan.granted_on
    old = daily(loan.rate_millionths, terms.day_count) * max((january - since).days, 0)
    new = daily(rate, terms.day_count) * (row.due_on - max(january, since)).days
    return replace(row, interest_fen=half_up(row.opening_fen * (old + new)))
