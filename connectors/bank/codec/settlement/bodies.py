"""The bodies of requests and replies, one value each, and the tables they are written by. 报文体"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import Enum

from connectors.bank.codec.settlement.heads import Tx
from connectors.bank.codec.settlement.items import Form, Item, NamedFile

# ------------------------------------------------------------------ requests


@dataclass(frozen=True, slots=True)
class Bare:
    """A request that says nothing but its head: sign-in, sign-out, probe."""


@dataclass(frozen=True, slots=True)
class Deduct:
    """BDC105: the batch; its lines lie in the file. `file_type` 1 own bank, 2 other, 3 mixed."""

    file_type: str
    credit_account: str
    credit_name: str
    credit_class: str
    total_count: int
    total_fen: int
    files: Sequence[NamedFile] = field(repr=False)
    project_no: str = ""
    transit_account: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class SplitCredit:
    """BDC106: one account of ours that a part of the money goes to."""

    account: str
    name: str
    account_class: str
    bank_name: str
    fen: int


@dataclass(frozen=True, slots=True)
class SplitOffset:
    """BDC106: what was not deducted but taken from the fund account, in its parts."""

    fen: int = 0
    principal_fen: int = 0
    interest_fen: int = 0
    penalty_fen: int = 0
    fine_fen: int = 0


@dataclass(frozen=True, slots=True)
class Split:
    """BDC106: the cash of a finished batch into principal, interest, 罚息 and 违约金."""

    batch_no: str
    total_count: int
    total_fen: int
    bank_fen: int
    transit_account: str
    principal: SplitCredit
    interest: SplitCredit
    penalty: SplitCredit
    fine: SplitCredit
    files: Sequence[NamedFile] = field(repr=False)
    offset: SplitOffset = SplitOffset()


@dataclass(frozen=True, slots=True)
class BatchAsked:
    """BDC107: how does this batch stand?"""

    batch_no: str


class ResultPart(Enum):
    """BDC108: which list of a batch."""

    SUCCEEDED = "1"
    FAILED = "2"
    ALL = "3"


@dataclass(frozen=True, slots=True)
class ResultAsked:
    """BDC108: a batch's results."""

    batch_no: str
    part: str = ResultPart.ALL.value


@dataclass(frozen=True, slots=True)
class TransactionAsked:
    """BDC110: what became of a request of ours?"""

    old_date: date
    old_seq_no: str
    old_tx_code: str


@dataclass(frozen=True, slots=True)
class DetailsAsked:
    """BDC113: the bookings of one account from one moment to another, both included."""

    account: str
    from_date: date
    from_time: time
    to_date: date
    to_time: time


# ------------------------------------------------------------------ replies


@dataclass(frozen=True, slots=True)
class SignedIn:
    """BDC001: the session key, encrypted for our key file."""

    hand_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BatchTaken:
    """BDC105, BDC106: accepted under this number; nothing is settled by that."""

    batch_no: str


class BatchTxStatus(Enum):
    """How a batch stands, by the digit of the wire."""

    WORKING = "0"
    DONE = "1"
    PARTLY = "2"
    FAILED = "3"


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """BDC107: how a batch stands."""

    batch_no: str
    batch_tx_status: str

    @property
    def status(self) -> BatchTxStatus:
        """The status as a value; an unknown digit is no end, so it is still working."""
        known = {status.value: status for status in BatchTxStatus}
        return known.get(self.batch_tx_status, BatchTxStatus.WORKING)


@dataclass(frozen=True, slots=True)
class OldTransaction:
    """BDC110: what became of a request of ours."""

    old_tx_status: str
    old_rtn_code: str
    old_rtn_message: str
    batch_no: str


# What a reply may bring besides its head and files.
Told = SignedIn | BatchTaken | BatchStatus | OldTransaction | None
Asked = Bare | Deduct | Split | BatchAsked | ResultAsked | TransactionAsked | DetailsAsked

# fmt: off
_DEDUCT = (
    Item("file_type",       "FileType",      1),
    Item("project_no",      "BatchPrjNo",    32, required=False),
    Item("credit_account",  "CrAcctNo",      32),
    Item("credit_name",     "CrAcctName",    60),
    Item("credit_class",    "CrAcctClass",   1),
    Item("transit_account", "BankAcctNo",    32, required=False),
    Item("total_count",     "BatchTotalNum", 12, Form.COUNT),
    Item("total_fen",       "BatchTotalAmt", 20, Form.FEN),
    Item("remark",          "Remark",        60, required=False),
)
_SPLIT = (
    Item("batch_no",             "BatchNo",       20),
    Item("total_count",          "BatchTotalNum", 12, Form.COUNT),
    Item("total_fen",            "BatchTotalAmt", 20, Form.FEN),
    Item("bank_fen",             "BkAmt",         20, Form.FEN),
    Item("offset.fen",           "RefAmt",        20, Form.FEN),
    Item("offset.principal_fen", "RefCapAmt",     20, Form.FEN),
    Item("offset.interest_fen",  "RefIntAmt",     20, Form.FEN),
    Item("offset.penalty_fen",   "RePenAmt",      20, Form.FEN),
    Item("offset.fine_fen",      "ReFineAmt",     20, Form.FEN),
    Item("transit_account",      "BankAcctNo",    32),
    *(
        Item(f"{part}.{attribute}", f"Loan{short}{wire}", length, form)
        for part, short in (("principal", "Cap"), ("interest", "Int"), ("penalty", "Pen"),
                            ("fine", "Fine"))
        for attribute, wire, length, form in (
            ("account",       "CrAcctNo",    32, Form.TEXT),
            ("name",          "CrAcctName",  60, Form.TEXT),
            ("account_class", "CrAcctClass", 1,  Form.TEXT),
            ("bank_name",     "CrBkName",    60, Form.TEXT),
            ("fen",           "Amt",         20, Form.FEN),
        )
    ),
)
REQUESTS: dict[Tx, tuple[type[Asked], tuple[Item, ...]]] = {
    Tx.PROBE: (Bare, ()),
    Tx.SIGN_IN: (Bare, ()),
    Tx.SIGN_OUT: (Bare, ()),
    Tx.DEDUCT: (Deduct, _DEDUCT),
    Tx.SPLIT: (Split, _SPLIT),
    Tx.BATCH_STATUS: (BatchAsked, (Item("batch_no", "BatchNo", 20),)),
    Tx.BATCH_RESULT: (ResultAsked, (
        Item("batch_no", "BatchNo",   20),
        Item("part",     "TxCodeSub", 1),
    )),
    Tx.TRANSACTION: (TransactionAsked, (
        Item("old_date",    "OldSendDate",  8, Form.DAY),
        Item("old_seq_no",  "OldSendSeqNo", 32),
        Item("old_tx_code", "OldTxCode",    7),
    )),
    Tx.DETAILS: (DetailsAsked, (
        Item("account",   "AcctNo",    32),
        Item("from_date", "BeginDate", 8, Form.DAY),
        Item("from_time", "BeginTime", 6, Form.CLOCK),
        Item("to_date",   "EndDate",   8, Form.DAY),
        Item("to_time",   "EndTime",   6, Form.CLOCK),
    )),
}
# A reply that says success must bring these; any other may be bare.
REPLIES: dict[Tx, tuple[Callable[..., Told], tuple[Item, ...]]] = {
    Tx.SIGN_IN: (SignedIn, (Item("hand_key", "HandKey", 512),)),
    Tx.DEDUCT: (BatchTaken, (Item("batch_no", "BatchNo", 20),)),
    Tx.BATCH_STATUS: (BatchStatus, (
        Item("batch_no",        "BatchNo",       20),
        Item("batch_tx_status", "BatchTxStatus", 1),
    )),
    Tx.TRANSACTION: (OldTransaction, (
        Item("old_tx_status",   "OldTxStatus",   1),
        Item("old_rtn_code",    "OldRtnCode",    5),
        Item("old_rtn_message", "OldRtnMessage", 255, required=False),
        Item("batch_no",        "BatchNo",       20,  required=False),
    )),
}
# fmt: on
