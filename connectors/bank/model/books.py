"""The books of one account-day, as frames: what the engine is given and what it decides. 账册

A frame stands for a list of values; its columns are declared here and nowhere else. `id` is given
by whoever fills a frame, unique within it, and means nothing: no rule may choose by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

import polars as pl

Columns = Mapping[str, "pl.DataType | type[pl.DataType]"]

_MONEY = {
    "principal_fen": pl.Int64,
    "interest_fen": pl.Int64,
    "penalty_fen": pl.Int64,
    "fine_fen": pl.Int64,
}

# What we asked the bank for: (batch_no, serial) is the key, due = the four parts together.
INSTRUCTION: Columns = {
    "id": pl.Int64,
    "batch_no": pl.String,
    "serial": pl.Int32,
    "loan_no": pl.String,
    "instalment_no": pl.Int32,
    "payer_account": pl.String,
    "payer_name": pl.String,
    "asked_fen": pl.Int64,
    **_MONEY,
    "full_flag": pl.String,
    "business_date": pl.Date,
}
# What the bank answers; null or "" where its dialect does not say.
RESULT: Columns = {
    "id": pl.Int64,
    "batch_no": pl.String,
    "serial": pl.Int32,
    "loan_no": pl.String,
    "instalment_no": pl.Int32,
    "payer_account": pl.String,
    "payer_name": pl.String,
    "asked_fen": pl.Int64,
    "taken_fen": pl.Int64,
    "full_flag": pl.String,
    "code": pl.String,
    "host_date": pl.Date,
    "host_serial": pl.String,
}
# What moved on our account: `fen` is signed (money to us is positive, reversals already turned).
# `batch_no` is the group the bank declares, "" where it declares none. `first_seen` is the business
# date of the night that saw the line first; an earlier one than the night's means carried forward.
STATEMENT: Columns = {
    "id": pl.Int64,
    "host_serial": pl.String,
    "booked_on": pl.Date,
    "fen": pl.Int64,
    "reversal": pl.Boolean,
    "original_serial": pl.String,
    "other_account": pl.String,
    "other_name": pl.String,
    "summary": pl.String,
    "remark": pl.String,
    "batch_no": pl.String,
    "first_seen": pl.Date,
}
# Credits the results of earlier nights promised and no statement has shown yet; the engine makes
# this night's own from the results. In line form `host_serial` is the key, in lump form it is "".
EXPECTED: Columns = {
    "id": pl.Int64,
    "batch_no": pl.String,
    "host_date": pl.Date,
    "host_serial": pl.String,
    "fen": pl.Int64,
    "count": pl.Int64,
    "first_seen": pl.Date,
}
# What the ledger has booked already: every entry of these instructions, and of all others those
# that no earlier night has matched. `serial` 0 for what no batch stands behind; `reversed` where
# another entry has taken it back (that other one is no row). `kind` is the code of PostingKind.
LEDGER: Columns = {
    "id": pl.Int64,
    "batch_no": pl.String,
    "serial": pl.Int32,
    "loan_no": pl.String,
    "instalment_no": pl.Int32,
    "fen": pl.Int64,
    **_MONEY,
    "booked_on": pl.Date,
    "host_serial": pl.String,
    "kind": pl.String,
    "reversed": pl.Boolean,
}
# Open dues, one row for each amount that would settle something: `kind` is "instalment",
# "overdue" or "payoff". `borrower` is the same text for the same person.
DUE: Columns = {
    "id": pl.Int64,
    "loan_no": pl.String,
    "contract_no": pl.String,
    "instalment_no": pl.Int32,
    "due_on": pl.Date,
    "kind": pl.String,
    "fen": pl.Int64,
    "borrower": pl.String,
    "borrower_name": pl.String,
}
# Accounts registered to pay a loan; settled loans stand here too, with `settled`.
REGISTERED: Columns = {
    "account": pl.String,
    "loan_no": pl.String,
    "borrower": pl.String,
    "settled": pl.Boolean,
}
# Repayments out of the fund account, as that account's ledger has them.
OFFSET: Columns = {
    "id": pl.Int64,
    "loan_no": pl.String,
    "instalment_no": pl.Int32,
    "fen": pl.Int64,
    "booked_on": pl.Date,
}
# Calendar days with their count of working days, so that windows are subtractions.
DAY: Columns = {"day": pl.Date, "working": pl.Int32}


class Side(Enum):
    """Which frame an item is of."""

    INSTRUCTION = "instruction"
    RESULT = "result"
    STATEMENT = "statement"
    EXPECTED = "expected"
    LEDGER = "ledger"
    DUE = "due"
    OFFSET = "offset"


class Evidence(Enum):
    """Why two items belong together: the pass and its key, in the order they are tried."""

    SAID_TWICE = "同一结果行重复"
    REVERSAL_SERIAL = "原流水号配对冲正"
    REVERSAL_OPPOSITE = "同对手反向等额唯一"
    RETURNED = "退汇：同对手十个工作日内反向等额"
    RESULT_REVERSED = "同批次同序号反向等额"
    BATCH_SERIAL = "批次号与序号"
    HOST_SERIAL = "主机流水号"
    DECLARED_GROUP = "银行申明的批次合计"
    RECEIPT_BOOKED = "主机流水号与柜面入账"
    OFFSET = "公积金账户冲还贷"
    LOAN_AND_DUE = "贷款（合同）号且金额等于一笔应还"
    LOAN_ODD_AMOUNT = "贷款（合同）号，金额不等于任何应还"
    PAYER_ACCOUNT = "登记还款账户、金额、工作日窗口，两边唯一"
    PAYER_NAME = "户名、金额、工作日窗口，两边唯一"
    SUBSET = "同一借款人若干应还之和，解唯一"


class CreditForm(Enum):
    """How a bank credits what it took: one sum for a batch and host date, or line by line."""

    LUMP = "lump"
    LINE = "line"


class Part(Enum):
    """What a repayment is made of; the value is its column in the frames."""

    FINE = "fine_fen"
    PENALTY = "penalty_fen"
    INTEREST = "interest_fen"
    PRINCIPAL = "principal_fen"


@dataclass(frozen=True, slots=True)
class Policy:
    """What may differ per bank and site about matching.

    `window` in working days; `meanings` maps a result code to the name of its CodeClass; the
    summaries are exact texts by which a bank marks its own fees and interest. `allocation` is the
    order in which what was taken in part goes to the four parts (B07); `padded_serials` says that
    the bank writes one host serial with and without leading zeros (B38); within `return_days`
    working days a payment may come back (B26: 10; over Spring Festival that is two weeks).
    """

    meanings: Mapping[str, str]
    credits: CreditForm = CreditForm.LUMP
    window: int = 3
    subset_max: int = 12
    fee_summaries: frozenset[str] = frozenset({"手续费", "结息"})
    allocation: tuple[Part, ...] = (Part.FINE, Part.PENALTY, Part.INTEREST, Part.PRINCIPAL)
    padded_serials: bool = False
    return_days: int = 10


@dataclass(frozen=True, slots=True)
class Books:
    """Everything one account-day is decided on."""

    business_date: date
    instructions: pl.DataFrame = field(repr=False)
    results: pl.DataFrame = field(repr=False)
    statement: pl.DataFrame = field(repr=False)
    expected: pl.DataFrame = field(repr=False)
    ledger: pl.DataFrame = field(repr=False)
    dues: pl.DataFrame = field(repr=False)
    registered: pl.DataFrame = field(repr=False)
    offsets: pl.DataFrame = field(repr=False)
    days: pl.DataFrame = field(repr=False)
    policy: Policy


# One row for each instruction. The four parts say how what was taken is allocated (all zero unless
# EXACT or PARTIAL); `post` asks the ledger to book it, `ledger` is the entry that has booked it.
ANSWER: Columns = {
    "instruction": pl.Int64,
    "result": pl.Int64,
    "outcome": pl.String,
    "taken_fen": pl.Int64,
    **_MONEY,
    "post": pl.Boolean,
    "ledger": pl.Int64,
}
# Everything else that belongs together, a row for each member of a group. `stage` is the pass (1,
# 2, 4 … 10), `evidence` the name of the Evidence; a group that is not automatic is a suggestion,
# and an item may stand in many of those. `carried`: a member comes from an earlier night (pass 11).
# `fen` is the member's amount; of a due in a suggestion, the share of the money it would get.
LINK: Columns = {
    "group": pl.Int64,
    "stage": pl.Int8,
    "evidence": pl.String,
    "automatic": pl.Boolean,
    "carried": pl.Boolean,
    "side": pl.String,
    "id": pl.Int64,
    "fen": pl.Int64,
}
# What does not agree. `signed_fen` is this break's share of Σ statement − Σ ledger (E3); `side` and
# `id` the item it is about, null for a group; `candidates` the ids that could not be told apart.
BREAK: Columns = {
    "kind": pl.String,
    "direction": pl.String,
    "blocking": pl.Boolean,
    "side": pl.String,
    "id": pl.Int64,
    "batch_no": pl.String,
    "serial": pl.Int32,
    "loan_no": pl.String,
    "amount_fen": pl.Int64,
    "unbooked_fen": pl.Int64,
    "signed_fen": pl.Int64,
    "candidate_side": pl.String,
    "candidates": pl.List(pl.Int64),
}
# What stays open and is carried into the next night: statement lines and expected credits.
OPEN: Columns = {"side": pl.String, "id": pl.Int64, "fen": pl.Int64}


@dataclass(frozen=True, slots=True)
class Decided:
    """What the engine made of the books. `expected` are this night's promised credits, new ones."""

    answers: pl.DataFrame = field(repr=False)
    links: pl.DataFrame = field(repr=False)
    breaks: pl.DataFrame = field(repr=False)
    open_items: pl.DataFrame = field(repr=False)
    expected: pl.DataFrame = field(repr=False)


def empty(columns: Columns) -> pl.DataFrame:
    """A frame of these columns without rows."""
    return pl.DataFrame(schema=dict(columns))
