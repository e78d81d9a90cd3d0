"""The loans and the cards that repay them. 贷款与还款账户."""

from dataclasses import dataclass

from sandbox.world.arithmetic import Share, shares
from sandbox.world.banks import Bank
from sandbox.world.chance import Chance
from sandbox.world.people import Person, person

WAN_FEN = 1_000_000  # ten thousand yuan 万元
AMOUNTS_WAN = (30, 35, 40, 45, 50, 55, 60, 65, 70, 80, 90, 100)
RATES = (21_000, 26_000, 30_750)  # 2.1 %, 2.6 %, 3.075 %
MONTHS = (120, 180, 240, 300, 360)


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan 贷款, its borrower, and the account the instalments are taken from."""

    loan_no: str
    borrower: Person
    payer_account: str
    payer_name: str
    amount_fen: int
    rate_millionths: int
    months: int

    def share(self, instalment_no: int) -> Share:
        """Return principal and interest of one instalment, counted from 1."""
        return shares(self.amount_fen, self.rate_millionths, self.months)[instalment_no - 1]


def loan(chance: Chance, bank: Bank, place: tuple[int, int], given: tuple[str, ...]) -> Loan:
    """Return the loan of a place (night, serial) at a bank; ``given`` as for a person."""
    night, serial = place
    borrower = person(chance, (int(bank.code[-1]), night, serial), given)
    return Loan(
        loan_no=loan_number(bank, night, serial),
        borrower=borrower,
        payer_account=f"{bank.code}62{night:02d}{serial:09d}",
        payer_name=borrower.name,
        amount_fen=chance.choose(AMOUNTS_WAN) * WAN_FEN,
        rate_millionths=chance.choose(RATES),
        months=chance.choose(MONTHS),
    )


def loan_number(bank: Bank, night: int, serial: int) -> str:
    """Return a loan number; it begins with 0, for it is text and no number."""
    return f"08099{bank.code[-1]}{night:02d}{serial:06d}"
