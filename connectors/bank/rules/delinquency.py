"""Delinquency: who is behind, what the branch does about it, and the overdue rate. 逾期"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from connectors.core_system.model import DueInstalment, LoanAccount, LoanStatus

_PER_MILLE_OF_A_MILLIONTH = 1_000
_MILLION = 1_000_000


class CountBy(Enum):
    """What the steps count: instalments unpaid now, or every instalment that ever was overdue."""

    CONSECUTIVE = "consecutive"
    CUMULATIVE = "cumulative"


class Measure(Enum):
    """What the branch does about a loan that is behind (from its own practice)."""

    TELEPHONE = "电话催收"
    LETTER = "发函至单位催收"
    LITIGATION = "移交诉讼"


@dataclass(frozen=True, slots=True)
class Ladder:
    """From how many instalments on each measure is taken, and what they are counted by.

    `rate_from` is how many unpaid instalments make a loan count in the overdue rate.
    """

    count_by: CountBy = CountBy.CONSECUTIVE
    telephone_from: int = 1
    letter_from: int = 3
    litigation_from: int = 6
    rate_from: int = 3

    def is_sound(self) -> bool:
        """Whether each step is above the one before."""
        steps = (1, self.telephone_from, self.letter_from, self.litigation_from)
        return list(steps) == sorted(steps) and self.rate_from >= 1


@dataclass(frozen=True, slots=True)
class Overdue:
    """One loan that is behind on a business date, money in fen.

    `unpaid` instalments are due and unpaid, none of them for want of days; `times` have ever been.
    """

    loan_no: str = field(repr=False)
    unpaid: int
    times: int
    since: date
    first_instalment: int
    overdue_fen: int
    overdue_principal_fen: int
    balance_fen: int
    measure: Measure


@dataclass(frozen=True, slots=True)
class OverdueRate:
    """The overdue rate 逾期率 of one account's loans, both ways of counting it.

    `by_outstanding` is the balance of the loans behind, `by_overdue` their overdue principal,
    each over the balance of all loans, in millionths (2_500 is 2.5 ‰).
    """

    loans: int
    balance_fen: int
    overdue_loans: int
    overdue_balance_fen: int
    overdue_principal_fen: int

    @property
    def by_outstanding(self) -> int:
        """By outstanding balance, in millionths, halves upwards."""
        return _share(self.overdue_balance_fen, self.balance_fen)

    @property
    def by_overdue(self) -> int:
        """By overdue principal, in millionths, halves upwards."""
        return _share(self.overdue_principal_fen, self.balance_fen)


def per_mille(millionths: int) -> str:
    """A rate as people read it: 2_545 is `2.545‰`."""
    return f"{millionths // _PER_MILLE_OF_A_MILLIONTH}.{millionths % 1_000:03d}‰"


def overdue_loans(
    loans: Iterable[LoanAccount], dues: Iterable[DueInstalment], day: date, ladder: Ladder
) -> Sequence[Overdue]:
    """Who is behind on a day, the worst first; an instalment due that very day is not overdue.

    Whoever owes nothing now is not behind, however often he was (C21): cumulative counting
    chooses the measure, it does not revive what is cured.
    """
    unpaid = _unpaid(dues, day)
    live = [loan for loan in loans if loan.status is not LoanStatus.SETTLED]
    found = [
        _overdue(loan, unpaid[loan.loan_no], ladder) for loan in live if loan.loan_no in unpaid
    ]
    listed = [one for one in found if one is not None]
    return sorted(listed, key=lambda one: (-one.unpaid, one.since, one.loan_no))


def overdue_rate(
    loans: Iterable[LoanAccount], dues: Iterable[DueInstalment], day: date, ladder: Ladder
) -> OverdueRate:
    """The overdue rate on a day: loans with at least `rate_from` unpaid instalments."""
    unpaid = _unpaid(dues, day)
    live = [loan for loan in loans if loan.status is not LoanStatus.SETTLED]
    behind = [loan for loan in live if len(unpaid.get(loan.loan_no, ())) >= ladder.rate_from]
    principal = sum(due.principal_fen for loan in behind for due in unpaid[loan.loan_no])
    return OverdueRate(
        loans=len(live),
        balance_fen=sum(loan.balance_fen for loan in live),
        overdue_loans=len(behind),
        overdue_balance_fen=sum(loan.balance_fen for loan in behind),
        overdue_principal_fen=principal,
    )


def _unpaid(dues: Iterable[DueInstalment], day: date) -> Mapping[str, Sequence[DueInstalment]]:
    unpaid: dict[str, list[DueInstalment]] = {}
    for due in dues:
        if due.due_on < day and due.principal_fen + due.interest_fen > 0:
            unpaid.setdefault(due.loan_no, []).append(due)
    return unpaid


def _overdue(loan: LoanAccount, unpaid: Sequence[DueInstalment], ladder: Ladder) -> Overdue | None:
    times = max(loan.overdue_times, len(unpaid))
    count = times if ladder.count_by is CountBy.CUMULATIVE else len(unpaid)
    measure = measure_for(count, ladder)
    if measure is None:
        return None
    oldest = min(unpaid, key=lambda due: due.instalment_no)
    return Overdue(
        loan_no=loan.loan_no,
        unpaid=len(unpaid),
        times=times,
        since=oldest.due_on,
        first_instalment=oldest.instalment_no,
        overdue_fen=sum(due.fen for due in unpaid),
        overdue_principal_fen=sum(due.principal_fen for due in unpaid),
        balance_fen=loan.balance_fen,
        measure=measure,
    )


def measure_for(count: int, ladder: Ladder) -> Measure | None:
    """What is done about a loan so many instalments behind; None below the first step."""
    steps = (
        (ladder.litigation_from, Measure.LITIGATION),
        (ladder.letter_from, Measure.LETTER),
        (ladder.telephone_from, Measure.TELEPHONE),
    )
    return next((measure for least, measure in steps if count >= least), None)


def _share(part: int, whole: int) -> int:
    return (2 * part * _MILLION + whole) // (2 * whole) if whole else 0
