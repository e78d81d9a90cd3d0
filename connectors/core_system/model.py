"""The core system's values: instructions, postings, results. 核心系统的值"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from gateway.identity import idempotency_key


class PostingKind(Enum):
    """Loan business kinds of JGJ/T 320-2014 A.15 that touch a repayment."""

    NORMAL = "02"
    PREPAYMENT = "03"
    OVERDUE = "04"
    OFFSET = "05"
    SETTLEMENT = "06"


class LoanKind(Enum):
    """What a loan is, JGJ/T 320-2014 A.12."""

    FUND = "01"
    COMBINED = "02"
    SUBSIDISED = "03"
    OTHER = "99"


class LoanStatus(Enum):
    """Where a loan stands at the core system."""

    NORMAL = "01"
    OVERDUE = "02"
    SETTLED = "03"
    WRITTEN_OFF = "04"


class RepaymentMethod(Enum):
    """How a loan is repaid, JGJ/T 320-2014 A.11."""

    EQUAL_INSTALMENT = "01"
    EQUAL_PRINCIPAL = "02"


class MandateState(Enum):
    """Where a borrower's authority to debit (委托扣划签约) stands."""

    EFFECTIVE = "01"
    PENDING = "02"
    REVOKED = "03"


class Hold(Enum):
    """Why the core system itself keeps an instalment from being debited."""

    NONE = "00"
    OFFSET_RUNNING = "01"
    COURT = "02"
    MANUAL = "03"


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
    fine_fen: int = 0


@dataclass(frozen=True, slots=True)
class DueInstalment:
    """One instalment, or what is left of one, that can be asked for on a business date, in fen.

    Penalty is the core's, computed to `business_date`. `payer_*` and `mandate_no` are those in
    force on that date; `borrower_id` is the identity number.
    """

    business_date: date
    bank: str
    account: str
    loan_no: str = field(repr=False)
    contract_no: str
    instalment_no: int
    due_on: date
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    fine_fen: int
    may_take_part: bool
    payer_account: str = field(repr=False)
    payer_name: str = field(repr=False)
    payer_bank_no: str
    mandate_no: str
    borrower_id: str = field(repr=False)
    borrower_name: str = field(repr=False)
    kind: LoanKind
    status: LoanStatus
    hold: Hold

    @property
    def fen(self) -> int:
        """All of it together."""
        return self.principal_fen + self.interest_fen + self.penalty_fen + self.fine_fen


@dataclass(frozen=True, slots=True)
class Mandate:
    """One authority to debit: in force from `effective_at` until `ended_at` or for ever."""

    mandate_no: str
    loan_no: str = field(repr=False)
    payer_account: str = field(repr=False)
    state: MandateState
    effective_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RepaymentAccount:
    """One account a loan was, is or will be repaid from, and who changed it to that (B27, X12)."""

    loan_no: str = field(repr=False)
    account: str = field(repr=False)
    name: str = field(repr=False)
    bank_no: str
    effective_at: datetime
    changed_by: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class LoanAccount:
    """One loan as the core keeps it; the annual rate in millionths (26_000 is 2.6 %).

    `overdue_times` counts every instalment that ever was overdue (LJYQQS), cured or not.
    """

    bank: str
    account: str
    loan_no: str = field(repr=False)
    contract_no: str
    borrower_id: str = field(repr=False)
    borrower_name: str = field(repr=False)
    phone: str = field(repr=False)
    employer: str
    employer_address: str
    kind: LoanKind
    status: LoanStatus
    method: RepaymentMethod
    granted_on: date
    granted_fen: int
    balance_fen: int
    rate_millionths: int
    months: int
    due_day: int
    overdue_times: int = 0


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One repayment as the ledger has booked it, whoever brought it: us, a counter, an offset.

    `batch_no` is empty and `serial` 0 for what no instruction of a batch stands behind. A reversal
    (冲账) names in `reversal_of` the entry it takes back; its amounts are positive.
    """

    entry_no: str
    loan_no: str = field(repr=False)
    instalment_no: int
    kind: PostingKind
    reversal_of: str
    fen: int
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    fine_fen: int
    booked_on: date
    host_serial: str
    batch_no: str
    serial: int


@dataclass(frozen=True, slots=True)
class FundOffset:
    """One repayment taken from the borrower's fund account (冲还贷), as its ledger says."""

    offset_no: str
    fund_account: str = field(repr=False)
    loan_no: str = field(repr=False)
    instalment_no: int
    fen: int
    booked_on: date


@dataclass(frozen=True, slots=True)
class Posting:
    """One repayment to be posted: what the bank took for an instruction, part by part, in fen.

    A reversal (冲账 02) takes back what the posting with the key `reversal_of` has booked. `act` is
    what stands behind a posting besides its place in a batch: the posting it follows after a
    correction, or the booking on the account where no instruction is.
    """

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
    fine_fen: int = 0
    reversal_of: str = ""
    act: str = ""

    @property
    def key(self) -> str:
        """The idempotency key: the same instruction is the same posting, however often decided."""
        if self.reversal_of:
            return idempotency_key("reversal", self.reversal_of, self.host_serial)
        place = (self.bank, self.account, self.batch_no, self.serial)
        return idempotency_key("posting", *place, *([self.act] if self.act else []))


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

    def dues(self, bank: str, account: str, day: date) -> Sequence[DueInstalment]:
        """All instalments not settled that fall due by `day`, by loan and instalment.

        Amounts are those of the core's own business date, which each value names: who builds a
        batch for `day` must see that they are the same (X11).
        """

    def mandates(self, bank: str, account: str) -> Sequence[Mandate]:
        """Every authority to debit there is, was or will be."""

    def repayment_accounts(self, bank: str, account: str) -> Sequence[RepaymentAccount]:
        """Every account a loan was, is or will be repaid from, oldest first for each loan."""

    def loans(self, bank: str, account: str) -> Sequence[LoanAccount]:
        """All loans whose repayments belong to the account, settled ones too."""

    def entries(
        self, bank: str, account: str, day: date, asked: Sequence[tuple[str, int]] = ()
    ) -> Sequence[LedgerEntry]:
        """Everything the ledger ever booked for business date `day`, oldest first.

        `asked` are places (batch number, serial) of earlier dates that still wait for their answer:
        what was booked for these is there too. What a counter books has its booking date for both.
        """

    def offsets(self, bank: str, account: str, day: date) -> Sequence[FundOffset]:
        """The repayments out of fund accounts (冲还贷) that their ledger booked on `day`."""

    def post(self, postings: Sequence[Posting]) -> None:
        """Insert the postings in one transaction; a key that is already there is left alone."""

    def results(self, keys: Sequence[str]) -> Sequence[PostingResult]:
        """What became of these postings; those the ledger never saw are not in the answer."""
