"""What is owed, penalty on it, and how a payment is allocated to it. 罚息与还款分配"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from connectors.bank.rules.lending.rounding import daily, half_up
from connectors.bank.rules.lending.terms import Part, PenaltyBase, Terms

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Debt:
    """What is owed of one instalment, part by part, in fen."""

    number: int
    principal_fen: int = 0
    interest_fen: int = 0
    penalty_fen: int = 0
    fine_fen: int = 0

    @property
    def fen(self) -> int:
        """All parts together."""
        return self.principal_fen + self.interest_fen + self.penalty_fen + self.fine_fen

    def part(self, part: Part) -> int:
        """One part of it."""
        return {
            Part.PRINCIPAL: self.principal_fen,
            Part.INTEREST: self.interest_fen,
            Part.PENALTY: self.penalty_fen,
            Part.FINE: self.fine_fen,
        }[part]


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a payment pays, one Debt for each instalment it touches, and what is left of it."""

    paid: Sequence[Debt] = field(default_factory=tuple)
    rest_fen: int = 0


def penalty(overdue: Debt, rate_millionths: int, days: int, terms: Terms) -> int:
    """Penalty interest on an overdue instalment for so many days (银发〔2003〕251号)."""
    base = overdue.principal_fen
    if terms.penalty_base is PenaltyBase.PRINCIPAL_AND_INTEREST:
        base += overdue.interest_fen
    factor = Fraction(terms.penalty_percent, _PERCENT)
    return half_up(base * daily(rate_millionths, terms.day_count) * factor * days)


def allocate(fen: int, debts: Sequence[Debt], terms: Terms) -> Allocation:
    """Who is paid first: the order of the contract, the oldest instalment first (B07, B30).

    Raises ValueError for a negative payment.
    """
    if fen < 0:
        raise ValueError("a payment is never negative")
    left = fen
    paid: dict[tuple[int, Part], int] = {}
    for debt, part in _in_order(debts, terms):
        taken = min(left, debt.part(part))
        paid[debt.number, part] = taken
        left -= taken
    return Allocation([row for row in _rows(paid) if row.fen], left)


def _in_order(debts: Sequence[Debt], terms: Terms) -> Sequence[tuple[Debt, Part]]:
    oldest = sorted(debts, key=lambda debt: debt.number)
    first = [(debt, part) for part in terms.across for debt in oldest]
    return [*first, *((debt, part) for debt in oldest for part in terms.within)]


def _rows(paid: dict[tuple[int, Part], int]) -> Sequence[Debt]:
    numbers = sorted({number for number, _ in paid})
    return [
        Debt(
            number,
            principal_fen=paid.get((number, Part.PRINCIPAL), 0),
            interest_fen=paid.get((number, Part.INTEREST), 0),
            penalty_fen=paid.get((number, Part.PENALTY), 0),
            fine_fen=paid.get((number, Part.FINE), 0),
        )
        for number in numbers
    ]
