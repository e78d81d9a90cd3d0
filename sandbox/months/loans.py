"""Loans that live on from month to month, awkward pairs among them. 持续存续的贷款."""

from dataclasses import dataclass, replace
from datetime import date

from sandbox.months.fates import ROLES, Fate
from sandbox.months.spans import Span, due_dates
from sandbox.world.arithmetic import Share
from sandbox.world.banks import Bank
from sandbox.world.chance import Chance, Seed
from sandbox.world.loans import AMOUNTS_WAN, RATES, WAN_FEN, Loan, loan_number
from sandbox.world.people import GIVEN, RARE_GIVEN, person

NIGHT = 9  # the place of these people and loans among all that the sandbox knows
TERMS = (120, 180, 240)
AHEAD = 5  # so many instalments of a loan can fall due within the longest span
LAST_DUE_DAY = 28
PAIRS = 3  # twins, a shared card, a spouse's card


@dataclass(frozen=True, slots=True)
class MonthLoan:
    """A loan, its next instalments, and what is to befall the first of them."""

    loan: Loan
    due_day: int
    first: int
    dues: tuple[date, ...]
    may_take_part: bool
    role: Fate | None

    @property
    def contract_no(self) -> str:
        """The number of the contract 借款合同编号."""
        return "HT" + self.loan.loan_no[1:]

    @property
    def fund_account(self) -> str:
        """The borrower's fund account 个人公积金账号."""
        return "99" + self.loan.loan_no[-10:]

    def instalments(self) -> tuple[tuple[int, date, Share], ...]:
        """Return number, due date and split of each instalment within reach."""
        left = min(len(self.dues), self.loan.months - self.first + 1)
        numbers = range(self.first, self.first + left)
        dues = zip(numbers, self.dues[:left], strict=True)
        return tuple((no, on, self.loan.share(no)) for no, on in dues)


def loans_of(seed: Seed, bank: Bank, size: int, span: Span) -> tuple[MonthLoan, ...]:
    """Return the loans of a bank: those with a role first, then pairs, then everybody else."""
    least = len(ROLES) + 2 * PAIRS
    if size < least:
        raise ValueError(f"a month needs {least} loans a bank, not {size}")
    loans = [_loan(seed, bank, serial, span) for serial in range(1, size + 1)]
    place = len(ROLES)
    for pair in (_twins, _shared_card, _spouses_card):
        loans[place : place + 2] = pair(loans[place], loans[place + 1])
        place += 2
    return tuple(loans)


def _loan(seed: Seed, bank: Bank, serial: int, span: Span) -> MonthLoan:
    chance = Chance(seed, "month-loan", bank.code, serial)
    given = RARE_GIVEN if chance.happens(50) else GIVEN
    borrower = person(chance, (int(bank.code[-1]), NIGHT, serial), given)
    # the serial in the name: borrowers are told apart by it, as most are in life
    name = f"{borrower.name}{_in_words(serial)}"
    months = chance.choose(TERMS)
    lent = Loan(
        loan_no=loan_number(bank, NIGHT * 10, serial),
        borrower=replace(borrower, name=name),
        payer_account=f"{bank.code}62{NIGHT:02d}{serial:09d}",
        payer_name=name,
        amount_fen=chance.choose(AMOUNTS_WAN) * WAN_FEN + serial * 10_000,
        rate_millionths=chance.choose(RATES),
        months=months,
    )
    role = ROLES[serial - 1] if serial <= len(ROLES) else None
    due_day = chance.between(1, LAST_DUE_DAY)
    ends = serial % 10 == 0  # B31: its last instalments fall into the span
    return MonthLoan(
        loan=lent,
        due_day=due_day,
        first=months - 1 if ends else chance.between(2, months - AHEAD),
        dues=due_dates(span.first, due_day)[:AHEAD],
        may_take_part=role is Fate.PARTLY or chance.happens(100),
        role=role,
    )


def _in_words(number: int) -> str:
    return "".join("零一二三四五六七八九"[int(digit)] for digit in str(number))


def _like(one: MonthLoan, other: MonthLoan) -> MonthLoan:
    """Return the other loan with the amounts and days of the first."""
    same = replace(
        other.loan,
        amount_fen=one.loan.amount_fen,
        rate_millionths=one.loan.rate_millionths,
        months=one.loan.months,
    )
    return replace(other, loan=same, due_day=one.due_day, first=one.first, dues=one.dues)


def _twins(one: MonthLoan, other: MonthLoan) -> list[MonthLoan]:
    """Two strangers with the same instalments on the same days."""
    return [one, _like(one, other)]


def _shared_card(one: MonthLoan, other: MonthLoan) -> list[MonthLoan]:
    """One borrower, one card, two loans with the same instalments, neither of them paid (B28)."""
    twin = _like(one, other)
    card = replace(one.loan, loan_no=other.loan.loan_no)
    return [
        replace(one, role=Fate.COUNTER_EITHER),
        replace(twin, loan=card, role=Fate.INSUFFICIENT),
    ]


def _spouses_card(one: MonthLoan, other: MonthLoan) -> list[MonthLoan]:
    """Two borrowers, both paid from the card of the first."""
    paid = replace(other.loan, payer_account=one.loan.payer_account, payer_name=one.loan.payer_name)
    return [one, replace(other, loan=paid)]
