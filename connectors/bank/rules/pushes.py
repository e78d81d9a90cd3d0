"""The life of a push, and which bookings are the same one told again. 推送的状态与去重"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from connectors.bank.model import StatementLine
from gateway.states import Answer, Machine, Row


class PushState(Enum):
    """Where a push stands."""

    RECEIVED = "已签收，待处理"
    TAKEN = "已采用"
    QUARANTINED = "已隔离"


class PushEvent(Enum):
    """What can happen to it; the last one is the platform's doing."""

    TAKE = "明细入库"
    REFUSE = "不合格"
    SAME_AGAIN = "重复推送"


_P, _E = PushState, PushEvent
_AGAIN = "照样应答，不再处理"

# fmt: off
PUSH_STATES: Machine[PushState, PushEvent] = Machine(
    name="push_inbox",
    title="平台推送",
    initial=_P.RECEIVED,
    finals=frozenset({_P.TAKEN, _P.QUARANTINED}),
    theirs=frozenset({_E.SAME_AGAIN}),
    rows=(
        Row(_P.RECEIVED,    _E.TAKE,       Answer.MOVE,   _P.TAKEN,       "本方", "逐行去重后入库"),
        Row(_P.RECEIVED,    _E.REFUSE,     Answer.MOVE,   _P.QUARANTINED, "本方", "原件留存"),
        Row(_P.RECEIVED,    _E.SAME_AGAIN, Answer.IGNORE, _P.RECEIVED,    "平台", _AGAIN),
        Row(_P.TAKEN,       _E.SAME_AGAIN, Answer.IGNORE, _P.TAKEN,       "平台", _AGAIN),
        Row(_P.QUARANTINED, _E.SAME_AGAIN, Answer.IGNORE, _P.QUARANTINED, "平台", _AGAIN),
    ),
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking and our account it is on, by the bank's number."""

    account_number: str
    line: StatementLine


@dataclass(frozen=True, slots=True)
class Told:
    """One booking as it is told, and what tells it apart from another just like it."""

    booking: Booking
    told_apart: str


def told_apart(bookings: Sequence[Booking]) -> Sequence[Told]:
    """Each booking with what tells it apart, in their order.

    A booking is the same as another when account, amount, counterparty's account and name, and
    the bank's serial are (B24; the other centres' rule). Without a serial two bookings could be
    alike in all of these: day, time and balance tell them apart, else the order in one push.
    """
    seen: Counter[tuple[object, ...]] = Counter()
    told = []
    for booking in bookings:
        line = booking.line
        weak = (line.booked_on, line.booked_time, line.balance_fen)
        alike = (booking.account_number, line.direction, line.reversal, line.amount_fen,
                 line.other_account, line.other_name, *weak)  # fmt: skip
        seen[alike] += 1
        marks = "" if line.host_serial else "|".join(map(str, (*weak, seen[alike])))
        told.append(Told(booking, marks))
    return told
