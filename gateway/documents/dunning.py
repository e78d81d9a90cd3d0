"""The dunning letter to a borrower's employer, three to five instalments behind. 催收函"""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from gateway.dates import SHANGHAI
from gateway.documents.glyphs import printable
from gateway.documents.setting import set_type
from gateway.money import show_yuan


@dataclass(frozen=True, slots=True)
class Arrears:
    """What is overdue, in fen."""

    unpaid: int
    since: date
    overdue_fen: int
    principal_fen: int


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: to whom, about whom, from whom. It holds no identity number."""

    number: str
    employer: str
    employer_address: str
    borrower: str = field(repr=False)
    contract_no: str
    bank: str
    sender: str
    day: date
    arrears: Arrears


def render(letter: Letter, fonts: str | None = None) -> bytes:
    """The letter as PDF/A-2b; the same letter gives the same bytes.

    Raises NotConfigured without the typeface.
    """
    texts = {
        "number": letter.number, "employer": letter.employer,
        "employer_address": letter.employer_address, "borrower": letter.borrower,
        "contract_no": letter.contract_no, "bank": letter.bank, "sender": letter.sender,
        "day": _chinese(letter.day), "since": _chinese(letter.arrears.since),
        "unpaid": str(letter.arrears.unpaid), "overdue": show_yuan(letter.arrears.overdue_fen),
        "principal": show_yuan(letter.arrears.principal_fen),
    }  # fmt: skip
    shown = {name: printable(text, fonts) for name, text in texts.items()}
    return set_type("dunning", shown, datetime.combine(letter.day, time(), SHANGHAI), fonts)


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
