"""The bank's values: files, result lines, statement lines, breaks. 银行报文的值"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import Enum

from gateway.errors import Finding
from gateway.identity import business_id


class FileKind(Enum):
    """What a file is."""

    DEDUCTION_RESULT = "deduction_result"
    ACCOUNT_STATEMENT = "account_statement"
    FILE_RECEIPT = "file_receipt"

    @property
    def title(self) -> str:
        """The kind as a clerk says it."""
        return _KIND_TITLES[self]


_KIND_TITLES = {
    FileKind.DEDUCTION_RESULT: "批量扣款结果",
    FileKind.ACCOUNT_STATEMENT: "专户对账单",
    FileKind.FILE_RECEIPT: "收件回执",
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
    """What a file's first record says; balances in fen, zero where the kind has none."""

    bank: str
    account_number: str
    business_date: date
    batch_no: str = ""
    opening_fen: int = 0


@dataclass(frozen=True, slots=True)
class DeductionResult:
    """One line of a result file: what became of one instruction, amounts in fen.

    `line` is the line in the file, from 1. `taken_fen` is what the bank really took (B07).
    """

    line: int
    serial: int
    batch_no: str
    loan_no: str = field(repr=False)
    instalment_no: int
    payer_account: str = field(repr=False)
    payer_name: str = field(repr=False)
    asked_fen: int
    taken_fen: int
    full_flag: str
    code: str
    message: str = field(repr=False)
    host_date: date | None
    host_serial: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One booking on our special account, amounts in fen, always positive; C is money to us."""

    line: int
    serial: int
    host_serial: str
    direction: str
    amount_fen: int
    balance_fen: int
    other_account: str = field(repr=False)
    other_name: str = field(repr=False)
    summary: str = field(repr=False)
    reversal: bool
    booked_time: time


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
    """A file as values. Only without findings may anything else be believed."""

    kind: FileKind
    header: FileHeader | None
    results: Sequence[DeductionResult] = ()
    statement: Sequence[StatementLine] = ()
    controls: Mapping[str, int] = field(default_factory=dict)
    findings: Sequence[Finding] = ()

    @property
    def line_count(self) -> int:
        """How many detail lines the file has."""
        return len(self.results) + len(self.statement)


# ------------------------------------------------------------------ what matching decides


class Outcome(Enum):
    """What became of one instruction, as far as it is proved."""

    EXACT = "全额成功"
    PARTIAL = "部分扣款"
    FAILED = "扣款失败"
    UNKNOWN = "状态不明"
    MISSING = "无结果"
    HELD = "要素不符待核"


class Direction(Enum):
    """Who has more than the other side knows of."""

    LONG = "长款"
    SHORT = "短款"
    OPEN = "待查"


class BreakKind(Enum):
    """The typed breaks, in the branch's words."""

    PARTIAL_DEDUCTION = "部分扣款"
    AMOUNT_DIFFERS = "金额不符"
    STATUS_DIFFERS = "状态不符"
    OUTCOME_UNKNOWN = "状态不明"
    CODE_UNKNOWN = "响应码未登记"
    DETAILS_DIFFER = "要素不符"
    NAME_DIFFERS = "户名不符"
    DATE_DIFFERS = "记账日期不符"
    MISSING_RESULT = "系统有银行无"
    EXTRA_RESULT = "银行有系统无"
    DOUBLE_DEDUCTION = "重复扣款"
    LUMP_DIFFERS = "总分不符"
    OPENING_DIFFERS = "余额不衔接"
    CLOSING_DIFFERS = "次日期初不衔接"
    STATEMENT_UNCLAIMED = "对账单待认领"
    POSTING_REFUSED = "核心拒绝入账"


@dataclass(frozen=True, slots=True)
class Match:
    """One instruction and the result line that answers it; `line` is None where none does."""

    batch_no: str
    serial: int
    outcome: Outcome
    line: int | None
    taken_fen: int


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that does not agree. Its identity survives re-runs: no line number is in it.

    `blocking` keeps the loan out of the next batch until a person has resolved it. `amount_fen` is
    what the clerk looks for; `unbooked_fen` is money the bank took that the ledger has not.
    """

    kind: BreakKind
    direction: Direction
    blocking: bool
    batch_no: str
    serial: int | None
    line: int | None
    amount_fen: int
    unbooked_fen: int

    def break_id(self, night_id: str) -> str:
        """The break's id within its night."""
        return business_id("break", night_id, self.kind.name, self.batch_no, self.serial or 0)


@dataclass(frozen=True, slots=True)
class Decision:
    """What matching made of a night."""

    matches: Sequence[Match]
    breaks: Sequence[Break]
