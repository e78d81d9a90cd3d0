"""The truth of the sandbox: a pure function of seed, bank and date. 沙箱的事实."""

from sandbox.world.banks import BANKS, Account, Bank, bank_of
from sandbox.world.calendar import FIRST, LAST, business_days
from sandbox.world.deductions import Batch, Instruction
from sandbox.world.loans import Loan
from sandbox.world.night import Night, night
from sandbox.world.outcomes import Outcome
from sandbox.world.statement import Booking, Direction, Statement

__all__ = [
    "BANKS",
    "FIRST",
    "LAST",
    "Account",
    "Bank",
    "Batch",
    "Booking",
    "Direction",
    "Instruction",
    "Loan",
    "Night",
    "Outcome",
    "Statement",
    "bank_of",
    "business_days",
    "night",
]
