"""The core system's views as values, each a table of columns: yuan become fen. 视图与取值"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from connectors.core_system.model import (
    DueInstalment,
    FundOffset,
    Hold,
    Instruction,
    LedgerEntry,
    LoanAccount,
    LoanKind,
    LoanStatus,
    Mandate,
    MandateState,
    PostingKind,
    RepaymentAccount,
    RepaymentMethod,
)
from gateway.dates import SHANGHAI
from gateway.money import fen_of

T = TypeVar("T")
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class View(Generic[T]):
    """One view: our field ← its column, and how a column that is no plain value is read."""

    name: str
    make: Callable[..., T]
    columns: Mapping[str, str]
    order: tuple[str, ...]
    readers: Mapping[str, Callable[..., object]]

    def value(self, row: Mapping[str, object]) -> T:
        """The value of one row.

        Raises ValueError for an amount that is no yuan or a code nobody agreed on, KeyError for a
        missing column.
        """
        return self.make(**{name: self._read(name, row[col]) for name, col in self.columns.items()})

    def _read(self, name: str, value: object) -> object:
        return self.readers.get(name, _plain_reader(name))(value)


def _plain_reader(name: str) -> Callable[..., object]:
    return fen_of if name == "fen" or name.endswith("_fen") else _as_it_is


def _as_it_is(value: object) -> object:
    return value


def _text(value: str | None) -> str:
    return value or ""


def _may_take_part(flag: str) -> bool:
    """足额标志: 1 takes less than was asked for."""
    if flag not in ("0", "1"):
        raise ValueError(f"zebz is 0 or 1, not {flag!r}")
    return flag == "1"


def _moment(value: datetime | None) -> datetime | None:
    return value.astimezone(SHANGHAI) if value else None


def _millionths(rate: Decimal) -> int:
    scaled = rate * _MILLION
    if scaled != int(scaled):
        raise ValueError("a rate has at most six decimals")
    return int(scaled)


# names after JGJ/T 320-2014 where it has one; schemas/core_system/README.md
# fmt: off
INSTRUCTION_COLUMNS = {
    "bank": "yhdm", "account": "zhbh", "business_date": "ywrq", "batch_no": "pch", "serial": "xh",
    "loan_no": "dkzh", "instalment_no": "dqqc", "payer_account": "hkzh", "payer_name": "hkzhmc",
    "asked_fen": "dqyhje", "principal_fen": "dqyhbj", "interest_fen": "dqyhlx",
    "penalty_fen": "dqyhfx", "fine_fen": "dqyhwy", "full_flag": "zebz",
}
INSTRUCTIONS: View[Instruction] = View(
    "deduction_instruction", Instruction, INSTRUCTION_COLUMNS, ("pch", "xh"), {},
)
DUES: View[DueInstalment] = View(
    "due_instalment", DueInstalment,
    {
        "business_date": "ywrq", "bank": "yhdm", "account": "zhbh", "loan_no": "dkzh",
        "contract_no": "jkhtbh", "instalment_no": "dqqc", "due_on": "yhrq",
        "principal_fen": "dqyhbj", "interest_fen": "dqyhlx", "penalty_fen": "dqyhfx",
        "fine_fen": "dqyhwy", "may_take_part": "zebz", "payer_account": "hkzh",
        "payer_name": "hkzhmc", "payer_bank_no": "hkzhhh", "mandate_no": "xybh",
        "borrower_id": "jkrzjh", "borrower_name": "jkrxm", "kind": "dklx", "status": "dkzt",
        "hold": "kkkz",
    },
    ("dkzh", "dqqc"),
    {
        "may_take_part": _may_take_part, "kind": LoanKind, "status": LoanStatus, "hold": Hold,
        "payer_account": _text, "payer_name": _text, "payer_bank_no": _text, "mandate_no": _text,
    },
)
MANDATES: View[Mandate] = View(
    "mandate", Mandate,
    {
        "mandate_no": "xybh", "loan_no": "dkzh", "payer_account": "hkzh", "state": "xyzt",
        "effective_at": "sxsj", "ended_at": "zzsj",
    },
    ("dkzh", "xybh"), {"state": MandateState, "effective_at": _moment, "ended_at": _moment},
)
ACCOUNTS: View[RepaymentAccount] = View(
    "repayment_account", RepaymentAccount,
    {
        "loan_no": "dkzh", "account": "hkzh", "name": "hkzhmc", "bank_no": "hkzhhh",
        "effective_at": "sxsj", "changed_by": "bgr", "approved_by": "fhr",
    },
    ("dkzh", "sxsj"), {"effective_at": _moment},
)
LOANS: View[LoanAccount] = View(
    "loan_account", LoanAccount,
    {
        "bank": "yhdm", "account": "zhbh", "loan_no": "dkzh", "contract_no": "jkhtbh",
        "borrower_id": "jkrzjh", "borrower_name": "jkrxm", "phone": "sjhm", "employer": "dwmc",
        "employer_address": "dwdz", "kind": "dklx", "status": "dkzt", "method": "dkhkfs",
        "granted_on": "dkffrq", "granted_fen": "dkffe", "balance_fen": "dkye",
        "rate_millionths": "dkll", "months": "dkqs", "due_day": "ydhkr",
        "overdue_times": "ljyqqs",
    },
    ("dkzh",),
    {
        "kind": LoanKind, "status": LoanStatus, "method": RepaymentMethod,
        "rate_millionths": _millionths,
    },
)
ENTRIES: View[LedgerEntry] = View(
    "ledger_entry", LedgerEntry,
    {
        "entry_no": "ywlsh", "loan_no": "dkzh", "instalment_no": "dqqc", "kind": "dkywmxlx",
        "reversal_of": "yywlsh", "fen": "fse", "principal_fen": "bjje", "interest_fen": "lxje",
        "penalty_fen": "fxje", "fine_fen": "wyje", "booked_on": "jzrq", "host_serial": "yhjslsh",
        "batch_no": "pch", "serial": "xh",
    },
    ("ywlsh",), {"kind": PostingKind, "reversal_of": _text},
)
OFFSETS: View[FundOffset] = View(
    "fund_offset", FundOffset,
    {
        "offset_no": "ywlsh", "fund_account": "grzh", "loan_no": "dkzh", "instalment_no": "dqqc",
        "fen": "fse", "booked_on": "jzrq",
    },
    ("ywlsh",), {},
)
# fmt: on
VIEWS = (INSTRUCTIONS, DUES, MANDATES, ACCOUNTS, LOANS, ENTRIES, OFFSETS)
