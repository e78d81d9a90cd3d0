"""One bank's night: what was asked, what became of it, what the account shows. 一家银行的一夜."""

from dataclasses import dataclass
from datetime import date

from sandbox.world.banks import Account, Bank, bank_of
from sandbox.world.chance import Seed
from sandbox.world.deductions import Batch, Instruction, batch
from sandbox.world.statement import Statement, statement


@dataclass(frozen=True, slots=True)
class Night:
    """The whole truth about one bank and one business date."""

    bank: Bank
    business_date: date
    batch: Batch
    statement: Statement

    @property
    def account(self) -> Account:
        """The branch's special account at the bank 专户."""
        return self.bank.account

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """The deductions asked for, in serial order."""
        return self.batch.instructions


def night(seed: Seed, bank: Bank | str, day: date, count: int | None = None) -> Night:
    """Return the night of a bank (or its code) and a business date of the sandbox's calendar."""
    whose = bank_of(bank) if isinstance(bank, str) else bank
    deducted = batch(seed, whose, day, count)
    return Night(whose, day, deducted, statement(seed, whose, day, deducted, count))
