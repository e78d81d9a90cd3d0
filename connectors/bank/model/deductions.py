"""Deduction batches as values: planned, left out and why, settled. 扣款批次"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from connectors.core_system.model import DueInstalment, Mandate, RepaymentAccount
from gateway.identity import business_id


class Exclusion(Enum):
    """Why a due instalment is not in the next batch: the whole list, in the order it is asked."""

    DUE_TWICE = "核心系统重复给出同一期次"
    LOAN_SETTLED = "贷款已结清或核销"
    AMOUNT_NOT_POSITIVE = "应扣金额不是正数或有负的分项"
    IN_FLIGHT = "在途：已在未了结的批次中"
    OUTCOME_UNKNOWN = "在途：上次扣款结果不明"
    ASKED_TODAY = "当日已扣过，下一工作日再扣"
    NOT_DUE_YET = "未到扣款日"
    OFFSET_RUNNING = "冲还贷办理中"
    COURT_HOLD = "司法冻结或协助执行"
    MANUAL_HOLD = "人工暂停"
    BLOCKING_BREAK = "有阻断的不平账项"
    ACCOUNT_UNKNOWN = "还款账户未登记"
    ACCOUNT_NOT_YET = "还款账户变更未生效"
    ACCOUNT_UNCHECKED = "还款账户变更未经另一人复核"
    NAME_TOO_LONG = "户名超过银行限长"
    NAME_UNWRITABLE = "户名等含银行字符集没有的字"
    UNFIT = "要素不合银行文件格式"
    MANDATE_MISSING = "无委托扣划签约"
    MANDATE_NOT_YET = "委托扣划签约未生效"
    MANDATE_ENDED = "委托扣划签约已撤销"
    ACCOUNT_FAILED = "上次因账户状态失败，须换还款账户"
    IDENTITY_FAILED = "上次因户名账号不符失败，须核对更正"
    MANDATE_FAILED = "上次因委托协议失败，须重新签约"
    RETRIES_OVER = "重试期已过，转逾期，下一扣款日再扣"

    @property
    def in_flight(self) -> bool:
        """Whether the instalment is with the bank already, rather than held by us (E5)."""
        return self in (Exclusion.IN_FLIGHT, Exclusion.OUTCOME_UNKNOWN)


class LineOutcome(Enum):
    """What became of one line of a batch; a line without one is with the bank."""

    SUCCEEDED = "成功"
    PARTLY = "部分成功"
    FAILED = "失败"
    UNKNOWN = "结果不明"
    RESOLVED = "由人了结"


@dataclass(frozen=True, slots=True)
class LastFailure:
    """How the newest attempt on a loan failed; `meaning` is the name of its CodeClass."""

    meaning: str
    payer_account: str = field(repr=False)
    payer_name: str = field(repr=False)
    mandate_no: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that eligibility depends on besides the due itself, by loan number.

    `in_flight` are the live lines by (loan, instalment), with whether their outcome is unknown;
    `asked_today` the ones that the bank has answered on this business date.
    """

    mandates: Mapping[str, Sequence[Mandate]] = field(repr=False)
    accounts: Mapping[str, Sequence[RepaymentAccount]] = field(repr=False)
    in_flight: Mapping[tuple[str, int], bool] = field(repr=False)
    asked_today: frozenset[tuple[str, int]] = field(repr=False)
    blocked: frozenset[str] = field(repr=False)
    failures: Mapping[str, LastFailure] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Excluded:
    """One due instalment that is not asked for, and the first reason that says so."""

    due: DueInstalment = field(repr=False)
    reason: Exclusion


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for on a business date and what is not: every due is in exactly one of them.

    `chosen` is in the order of the batches' serials. `barred` changed a repayment account that is
    used in it (X12).
    """

    bank: str
    account: str
    business_date: date
    chosen: tuple[DueInstalment, ...] = field(repr=False)
    excluded: tuple[Excluded, ...] = field(repr=False)
    barred: frozenset[str]


@dataclass(frozen=True, slots=True)
class BatchKey:
    """One batch: whose, for which business date, and the how-manieth of that date."""

    bank: str
    account: str
    business_date: date
    sequence: int

    @property
    def batch_id(self) -> str:
        """The batch's id."""
        day = self.business_date.isoformat()
        return business_id("batch", self.bank, self.account, day, self.sequence)

    @property
    def batch_no(self) -> str:
        """The number the bank knows it by: twenty characters, never used twice (B04)."""
        return f"D{self.bank}{self.business_date:%y%m%d}{self.account[-4:]:0>4}{self.sequence:03d}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a batch: what is asked of whom, in fen."""

    serial: int
    loan_no: str = field(repr=False)
    contract_no: str
    instalment_no: int
    due_on: date
    payer_account: str = field(repr=False)
    payer_name: str = field(repr=False)
    payer_bank_no: str
    mandate_no: str
    borrower_id: str = field(repr=False)
    borrower_name: str = field(repr=False)
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    fine_fen: int
    full_flag: str

    @property
    def fen(self) -> int:
        """What is asked for."""
        return self.principal_fen + self.interest_fen + self.penalty_fen + self.fine_fen


@dataclass(frozen=True, slots=True)
class Settled:
    """What is proved of one line: taken and allocated, in fen; zeros for a failure or unknown."""

    batch_no: str
    serial: int
    outcome: LineOutcome
    code: str
    principal_fen: int = 0
    interest_fen: int = 0
    penalty_fen: int = 0
    fine_fen: int = 0
    host_serial: str = ""

    @property
    def taken_fen(self) -> int:
        """What the bank took."""
        return self.principal_fen + self.interest_fen + self.penalty_fen + self.fine_fen


@dataclass(frozen=True, slots=True)
class Moment:
    """When a plan is made, and for which business date: two things, never one from the other."""

    business_date: date
    at: datetime
