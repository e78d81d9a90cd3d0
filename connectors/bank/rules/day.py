"""The day machine: a day of an account closes, and is opened again by two people. 日结"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

from connectors.bank.model import FileKind
from connectors.bank.rules.states import NightState
from gateway.states import Answer, Machine, Row

_MOVE, _IGNORE, _HOLD = Answer.MOVE, Answer.IGNORE, Answer.HOLD


class DayState(Enum):
    """Where one business date of one account stands."""

    OPEN = "未日结"
    CLOSED = "已日结"
    REOPENED = "已重开"
    STALE = "待重证"


class DayEvent(Enum):
    """What can happen to it; the last one is the bank's doing."""

    CLOSES = "日结条件齐备"
    REOPENS = "两人同意重开"
    EARLIER_REOPENED = "较早一日重开"
    LATE_LINE = "属于当日的账迟到"


_S, _E = DayState, DayEvent
_LATE = "迟到的账记入未日结之日，注明起息日"

# fmt: off
DAY_STATES: Machine[DayState, DayEvent] = Machine(
    name="bank_day",
    title="账日",
    initial=_S.OPEN,
    finals=frozenset(),
    theirs=frozenset({_E.LATE_LINE}),
    rows=(
        Row(_S.OPEN,     _E.CLOSES,           _MOVE,   _S.CLOSED,   "本方", "前一日已结、应收已齐或免收、等式成立"),
        Row(_S.OPEN,     _E.EARLIER_REOPENED, _IGNORE, _S.OPEN,     "本方", "尚未日结，无须重证"),
        Row(_S.OPEN,     _E.LATE_LINE,        _IGNORE, _S.OPEN,     "银行", "照常入账"),
        Row(_S.CLOSED,   _E.REOPENS,          _MOVE,   _S.REOPENED, "两人", "经办、复核为不同二人"),
        Row(_S.CLOSED,   _E.EARLIER_REOPENED, _MOVE,   _S.STALE,    "本方", "其后各日依次重证"),
        Row(_S.CLOSED,   _E.LATE_LINE,        _HOLD,   _S.CLOSED,   "银行", _LATE),
        Row(_S.REOPENED, _E.CLOSES,           _MOVE,   _S.CLOSED,   "本方", "条件与首次日结相同"),
        Row(_S.REOPENED, _E.EARLIER_REOPENED, _IGNORE, _S.REOPENED, "本方", "本来就未结"),
        Row(_S.REOPENED, _E.LATE_LINE,        _IGNORE, _S.REOPENED, "银行", "照常入账"),
        Row(_S.STALE,    _E.CLOSES,           _MOVE,   _S.CLOSED,   "本方", "重证通过，按日期顺序"),
        Row(_S.STALE,    _E.EARLIER_REOPENED, _IGNORE, _S.STALE,    "本方", "已待重证"),
        Row(_S.STALE,    _E.LATE_LINE,        _HOLD,   _S.STALE,    "银行", _LATE),
    ),
)
# fmt: on


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What closing depends on.

    `before` is the state of the account's day before, None where there is none. `missing` are the
    files owed and not used, `excused` those of them that two people have excused. `proved` says
    that every equation of the night holds on what is stored now.
    """

    before: DayState | None
    night: NightState
    missing: Collection[FileKind]
    excused: Collection[FileKind]
    proved: bool


def hindrances(day: DayFacts) -> Iterator[str]:
    """Why the day cannot be closed, as a clerk reads it; nothing when it can.

    A day of which every file was excused has no lines, and so nothing to prove.
    """
    if day.before not in (None, DayState.CLOSED):
        yield "前一日尚未日结"
    lacking = [kind for kind in day.missing if kind not in day.excused]
    yield from (f"应收文件未采用且未免收：{kind.title}" for kind in lacking)
    if day.missing and not lacking:
        return
    if not day.proved:
        yield f"夜间对账未核平（{day.night.value}）"
