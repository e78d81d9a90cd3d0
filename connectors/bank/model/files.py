"""What a bank's file says: kinds, names, headers, lines. 银行来文的值"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import Enum

from connectors.bank.model.requests import DeductionRequestLine, SplitLine
from gateway.errors import Finding
from gateway.identity import business_id


class FileKind(Enum):
    """What a file is."""

    DEDUCTION_RESULT = "deduction_result"
    ACCOUNT_STATEMENT = "account_statement"
    FILE_RECEIPT = "file_receipt"
    DEDUCTION_REQUEST = "deduction_request"
    DEDUCTION_SPLIT = "deduction_split"
    ACCOUNT_DETAILS = "account_details"

    @property
    def title(self) -> str:
        """The kind as a clerk says it."""
        return _KIND_TITLES[self]


_KIND_TITLES = {
    FileKind.DEDUCTION_RESULT: "批量扣款结果",
    FileKind.ACCOUNT_STATEMENT: "专户对账单",
    FileKind.FILE_RECEIPT: "收件回执",
    FileKind.DEDUCTION_REQUEST: "批量扣款请求",
    FileKind.DEDUCTION_SPLIT: "贷款本息分解",
    FileKind.ACCOUNT_DETAILS: "账户明细",
}


@dataclass(frozen=True, slots=True, order=True)
class NightKey:
    """One night's work: one bank, one special account, one business date."""

    bank: str
    account: str
    business_date: date

    @property
    def night_id(self) -> str:
        """The night's id, the same for everybody who derives it."""
        return business_id("night", self.bank, self.account, self.business_date.isoformat())

    @property
    def label(self) -> str:
        """The night as people read it: `990001/ZH01/2026-02-28`."""
        return f"{self.bank}/{self.account}/{self.business_date.isoformat()}"


@dataclass(frozen=True, slots=True)
class FileName:
    """What a file's name says of it."""

    name: str
    kind: FileKind
    bank: str
    account: str
    business_date: date
    version: int


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What a file's first record says; balances in fen, zero where the kind has none.

    `bank` and `account_number` are empty where a dialect does not say them.
    """

    bank: str
    account_number: str
    business_date: date
    batch_no: str = ""
    opening_fen: int = 0


@dataclass(frozen=True, slots=True)
class DeductionResult:
    """One line of a result file: what became of one instruction, amounts in fen.

    `line` is the line in the file, from 1. `taken_fen` is what the bank really took (B07). What a
    dialect does not say is empty or None: loan, instalment, amount asked, flag.
    """

    line: int
    serial: int
    batch_no: str
    loan_no: str = field(repr=False)
    instalment_no: int | None
    payer_account: str = field(repr=False)
    payer_name: str = field(repr=False)
    asked_fen: int | None
    taken_fen: int
    full_flag: str
    code: str
    message: str = field(repr=False)
    host_date: date | None
    host_serial: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One booking on our special account, amounts in fen, always positive; C is money to us.

    What a dialect does not say is empty or None. `reversal` turns the direction's meaning round,
    as the dialect's own arithmetic has proved; `original_serial` is the booking it takes back.
    `account_number` is our account, where each line says it.
    """

    line: int
    serial: int
    host_serial: str
    direction: str
    amount_fen: int
    balance_fen: int | None
    other_account: str = field(repr=False)
    other_name: str = field(repr=False)
    summary: str = field(repr=False)
    reversal: bool
    booked_time: time | None
    booked_on: date | None = None
    remark: str = field(default="", repr=False)
    original_serial: str = ""
    account_number: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line of our receipt: what we concluded about one file of theirs."""

    serial: int
    file_name: str
    file_digest: str
    conclusion: str
    error_code: str
    error_line: int
    reason: str


@dataclass(frozen=True, slots=True)
class DecodedFile:
    """A file as values. Only without findings may anything else be believed.

    `header` is None where the dialect has none. `held` are the faults of lines that were left out
    under a layout that holds lines: the others are here, and the file's totals leave room for
    what is missing and no more. `quirks` says how often each habit of the bank was undone. `stored`
    are lines that were stored as they were read and are not here.
    """

    kind: FileKind
    header: FileHeader | None
    results: Sequence[DeductionResult] = ()
    statement: Sequence[StatementLine] = ()
    controls: Mapping[str, int] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    requests: Sequence[DeductionRequestLine] = ()
    splits: Sequence[SplitLine] = ()
    held: Sequence[Finding] = ()
    quirks: Mapping[str, int] = field(default_factory=dict)
    stored: int = 0

    @property
    def line_count(self) -> int:
        """How many detail lines the file has."""
        read = len(self.results) + len(self.statement) + len(self.requests) + len(self.splits)
        return self.stored + read
