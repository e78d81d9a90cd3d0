"""The core system's values: instructions, postings, results. 核心系统的值"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Protocol

from gateway.identity import idempotency_key


class PostingKind(Enum):
    """Loan business kinds of JGJ/T 320-2014 A.15 that we post."""

    NORMAL = "02"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One deduction the branch instructed: due = principal + interest + penalty, in fen."""

    bank: str
    account: str
    business_date: date
    batch_no: str
    serial: int
    loan_no: str = field(repr=False)
    instalment_no: int
    payer_account: str = field(repr=False)
    payer_name: str = field(repr=False)
    asked_fen: int
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    full_flag: str


@dataclass(frozen=True, slots=True)
class Posting:
    """One repayment to be posted: exactly what an instruction asked and the bank took, in fen."""

    bank: str
    account: str
    business_date: date
    batch_no: str
    serial: int
    loan_no: str = field(repr=False)
    instalment_no: int
    fen: int
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    booked_on: date
    host_serial: str
    kind: PostingKind = PostingKind.NORMAL

    @property
    def key(self) -> str:
        """The idempotency key: the same instruction is the same posting, however often decided."""
        return idempotency_key("posting", self.bank, self.account, self.batch_no, self.serial)


@dataclass(frozen=True, slots=True)
class PostingResult:
    """What the ledger made of one posting; `code` is empty while it is still being worked on."""

    key: str
    content_digest: str
    code: str
    text: str


class Ledger(Protocol):
    """The branch's ledger as the other connectors use it."""

    def instructions(self, bank: str, account: str, day: date) -> Sequence[Instruction]:
        """All deductions instructed for one bank, account and business date, in batch order."""

    def post(self, postings: Sequence[Posting]) -> None:
        """Insert the postings in one transaction; a key that is already there is left alone."""

    def results(self, keys: Sequence[str]) -> Sequence[PostingResult]:
        """What became of these postings; those the ledger never saw are not in the answer."""
