"""The heads of requests, replies and pushes, and every transaction code we know. 报文头"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum

from connectors.bank.codec.settlement.items import Form, Item


class Tx(Enum):
    """A transaction, by its code."""

    PROBE = "SYS600"
    SIGN_IN = "BDC001"
    SIGN_OUT = "BDC002"
    DEDUCT = "BDC105"
    SPLIT = "BDC106"
    BATCH_STATUS = "BDC107"
    BATCH_RESULT = "BDC108"
    TRANSACTION = "BDC110"
    DETAILS = "BDC113"
    NOTICE = "SBDC100"

    @property
    def title(self) -> str:
        """The transaction as a clerk says it."""
        return _TITLES[self]

    @property
    def clear(self) -> bool:
        """Whether its bodies travel in clear: there is no session key before the sign-in."""
        return self in {Tx.PROBE, Tx.SIGN_IN}

    @property
    def asks_only(self) -> bool:
        """Whether it has no effect over there, so that it may be asked again at once."""
        return self not in {Tx.DEDUCT, Tx.SPLIT, Tx.NOTICE}


_TITLES = {
    Tx.PROBE: "接口探测",
    Tx.SIGN_IN: "签到",
    Tx.SIGN_OUT: "签退",
    Tx.DEDUCT: "贷款扣款",
    Tx.SPLIT: "贷款本息分解",
    Tx.BATCH_STATUS: "批量结果查询",
    Tx.BATCH_RESULT: "批量结果下载",
    Tx.TRANSACTION: "交易结果查询",
    Tx.DETAILS: "账户交易明细查询",
    Tx.NOTICE: "账户变动通知",
}


class TxStatus(Enum):
    """How a transaction stands, by the digit of the wire; accepted is not settled."""

    SUCCESS = "0"
    FAILED = "1"
    OPEN = "2"


@dataclass(frozen=True, slots=True)
class RequestHead:
    """What stands above every request of ours. `begin`, `records_max`: only queries page."""

    send_date: date
    send_time: time
    seq_no: str
    unit_no: str
    send_node: str
    tx_code: str
    receive_node: str
    customer_no: str = ""
    operator_no: str = ""
    begin: int | None = None
    records_max: int | None = None


@dataclass(frozen=True, slots=True)
class ReplyHead:
    """What stands above every reply; `seq_no` is the one of the request it answers."""

    tx_status: str
    rtn_code: str
    rtn_message: str
    seq_no: str
    receive_date: date
    receive_time: time
    receive_seq_no: str
    receive_node: str
    tx_code: str
    platform_date: date
    platform_time: time
    platform_seq_no: str
    send_node: str

    @property
    def status(self) -> TxStatus:
        """The status as a value; what is no agreed digit says nothing, so it is open."""
        known = {status.value: status for status in TxStatus}
        return known.get(self.tx_status, TxStatus.OPEN)


@dataclass(frozen=True, slots=True)
class PushHead:
    """What stands above a push of the platform."""

    send_date: date
    send_time: time
    seq_no: str
    send_node: str
    tx_code: str
    receive_node: str
    platform_date: date | None
    platform_time: time | None
    platform_seq_no: str


def request_head(tx: Tx, seq_no: str, at: datetime, of: "Sender") -> RequestHead:
    """The head of a request sent at that moment (Shanghai)."""
    return RequestHead(
        at.date(), at.time(), seq_no, of.unit_no, of.node, tx.value, of.receive_node,
        of.customer_no, of.operator_no,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sender:
    """Who we are to the platform, and to which node the request goes."""

    node: str
    unit_no: str
    receive_node: str
    customer_no: str = ""
    operator_no: str = ""


# fmt: off
REQUEST_HEAD: tuple[Item, ...] = (
    Item("send_date",    "SendDate",    8,  Form.DAY),
    Item("send_time",    "SendTime",    6,  Form.CLOCK),
    Item("seq_no",       "SendSeqNo",   32),
    Item("unit_no",      "TxUnitNo",    15),
    Item("send_node",    "SendNode",    6),
    Item("tx_code",      "TxCode",      7),
    Item("receive_node", "ReceiveNode", 6),
    Item("customer_no",  "CustNo",      32, required=False),
    Item("operator_no",  "OperNo",      21, required=False),
    Item("begin",        "BeginRec",    8,  Form.COUNT, required=False),
    Item("records_max",  "MaxRec",      8,  Form.COUNT, required=False),
)
REPLY_HEAD: tuple[Item, ...] = (
    Item("tx_status",       "TxStatus",     1),
    Item("rtn_code",        "RtnCode",      5),
    Item("rtn_message",     "RtnMessage",   255),
    Item("seq_no",          "SendSeqNo",    32),
    Item("receive_date",    "ReceiveDate",  8,  Form.DAY),
    Item("receive_time",    "ReceiveTime",  6,  Form.CLOCK),
    Item("receive_seq_no",  "ReceiveSeqNo", 32),
    Item("receive_node",    "ReceiveNode",  6),
    Item("tx_code",         "TxCode",       7),
    Item("platform_date",   "BDCDate",      8,  Form.DAY),
    Item("platform_time",   "BDCTime",      6,  Form.CLOCK),
    Item("platform_seq_no", "BDCSeqNo",     32),
    Item("send_node",       "SendNode",     6),
)
PUSH_HEAD: tuple[Item, ...] = (
    Item("send_date",       "SendDate",    8,  Form.DAY),
    Item("send_time",       "SendTime",    6,  Form.CLOCK),
    Item("seq_no",          "SendSeqNo",   32),
    Item("send_node",       "SendNode",    6),
    Item("tx_code",         "TxCode",      7),
    Item("receive_node",    "ReceiveNode", 6),
    Item("platform_date",   "BDCDate",     8,  Form.DAY, required=False),
    Item("platform_time",   "BDCTime",     6,  Form.CLOCK, required=False),
    Item("platform_seq_no", "BDCSeqNo",    32, required=False),
)
# fmt: on
