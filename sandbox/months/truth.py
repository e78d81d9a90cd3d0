"""What really happened in a night, and what whoever reconciles it must find. 事实与埋点."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sandbox.files.result import ResultLine
from sandbox.world.statement import Booking


class Origin(StrEnum):
    """Where a booking of the statement really comes from."""

    LUMP = "lump"
    FEE = "fee"
    INTEREST = "interest"
    TRANSFER = "transfer"
    STRAY = "stray"
    WRONG = "wrong"
    REVERSAL = "reversal"
    PAYOUT = "payout"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a batch, as the bank was sent it."""

    batch_no: str
    serial: int
    loan_no: str
    instalment_no: int
    payer_account: str
    payer_name: str
    asked_fen: int
    full_flag: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank's file says of one line of a batch, and whether that is all there is to it.

    ``outcome`` is what may be concluded from it: EXACT, PARTIAL, FAILED, UNKNOWN or HELD.
    """

    batch_no: str
    line: ResultLine
    outcome: str


@dataclass(frozen=True, slots=True)
class Moved:
    """One booking and what it really is.

    ``batch_no`` is the group the bank declares; ``loan_no`` and ``instalment_no`` say what a
    transfer was meant to pay.
    """

    booking: Booking
    origin: Origin
    batch_no: str = ""
    remark: str = ""
    original_serial: str = ""
    loan_no: str = ""
    instalment_no: int = 0


@dataclass(frozen=True, slots=True)
class Planted:
    """A break that must be found on a night, by type and by what it is about.

    The item is a place in a batch, a booking's host serial, or a batch as a whole. ``clears`` is
    the night on which later evidence ends it; None where only a person can.
    """

    kind: str
    appears: date
    batch_no: str = ""
    serial: int = 0
    host_serial: str = ""
    loan_no: str = ""
    clears: date | None = None


@dataclass(frozen=True, slots=True)
class BankNight:
    """All that a bank shows of a night, and the truth about it.

    ``answers`` are of the batches of this date, ``late`` of earlier ones that a corrected file
    now answers, or answers otherwise.
    """

    day: date
    batches: tuple[str, ...]
    answers: tuple[Answer, ...]
    late: tuple[Answer, ...]
    moved: tuple[Moved, ...]
    opening_fen: int
    planted: tuple[Planted, ...]

    @property
    def closing_fen(self) -> int:
        """The balance at the end of the day 期末余额."""
        return self.opening_fen + sum(one.booking.effect_fen for one in self.moved)
