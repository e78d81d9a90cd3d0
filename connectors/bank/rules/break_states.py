"""The life of a break, as a transition table. 不平账项状态"""

from enum import Enum

from gateway.states import Answer, Machine, Row

_MOVE, _IGNORE, _CONTRADICTION = Answer.MOVE, Answer.IGNORE, Answer.CONTRADICTION


class BreakState(Enum):
    """Where a break stands."""

    OPEN = "待处理"
    ASSIGNED = "承办中"
    PROPOSED = "处理待复核"
    RESOLVED = "已处理"
    UNDOING = "撤销待复核"
    CLEARED = "已自然核销"


class BreakEvent(Enum):
    """What can happen to it; the last three are the bank's doing."""

    TAKEN = "有人承办"
    PROPOSED = "提出处理"
    AGREED = "两人同意"
    REFUSED = "退回"
    BOOKING_REFUSED = "核心拒绝所请入账"
    UNDO_NOT_BOOKED = "核心拒绝所请冲账"
    PAIR_PARTED = "所配另一账项已另有说明"
    UNDO_PROPOSED = "提出撤销"
    UNDO_AGREED = "两人同意撤销"
    UNDO_REFUSED = "撤销被退回"
    EXPLAINED = "后来的凭据已说明"
    SEEN_AGAIN = "再次对出"
    GONE = "更正后不再存在"


# What still waits for somebody; what a person has ended but may yet be undone is not among them.
LIVE = frozenset({BreakState.OPEN, BreakState.ASSIGNED, BreakState.PROPOSED})

_S, _E = BreakState, BreakEvent
_AGE = "首见日不变，账龄照算"
_AFTER = "人已处理，凭据又到：须人核实是否重复"

# fmt: off
BREAK_STATES: Machine[BreakState, BreakEvent] = Machine(
    name="bank_break",
    title="不平账项",
    initial=_S.OPEN,
    finals=frozenset(),
    theirs=frozenset({_E.EXPLAINED, _E.SEEN_AGAIN, _E.GONE}),
    rows=(
        Row(_S.OPEN,     _E.TAKEN,         _MOVE,          _S.ASSIGNED, "经办", "谁承办谁负责"),
        Row(_S.OPEN,     _E.EXPLAINED,     _MOVE,          _S.CLEARED,  "银行", "次日凭据勾对，两日期均留"),
        Row(_S.OPEN,     _E.SEEN_AGAIN,    _IGNORE,        _S.OPEN,     "银行", _AGE),
        Row(_S.OPEN,     _E.GONE,          _MOVE,          _S.CLEARED,  "银行", "更正文件不再有此项"),
        Row(_S.ASSIGNED, _E.TAKEN,         _MOVE,          _S.ASSIGNED, "经办", "转交他人"),
        Row(_S.ASSIGNED, _E.PROPOSED,      _MOVE,          _S.PROPOSED, "经办", "只限该类账项的合法处理"),
        Row(_S.ASSIGNED, _E.UNDO_NOT_BOOKED, _MOVE,        _S.RESOLVED, "核心", "冲账未成，原处理仍然有效"),
        Row(_S.ASSIGNED, _E.EXPLAINED,     _MOVE,          _S.CLEARED,  "银行", "次日凭据勾对，两日期均留"),
        Row(_S.ASSIGNED, _E.SEEN_AGAIN,    _IGNORE,        _S.ASSIGNED, "银行", _AGE),
        Row(_S.ASSIGNED, _E.GONE,          _MOVE,          _S.CLEARED,  "银行", "更正文件不再有此项"),
        Row(_S.PROPOSED, _E.AGREED,        _MOVE,          _S.RESOLVED, "复核", "经办、复核为不同二人"),
        Row(_S.PROPOSED, _E.REFUSED,       _MOVE,          _S.ASSIGNED, "复核", "退回承办人"),
        Row(_S.PROPOSED, _E.PAIR_PARTED,   _MOVE,          _S.ASSIGNED, "银行", "配对不成，退回承办人"),
        Row(_S.PROPOSED, _E.EXPLAINED,     _MOVE,          _S.CLEARED,  "银行", "凭据先到，所提处理作废"),
        Row(_S.PROPOSED, _E.SEEN_AGAIN,    _IGNORE,        _S.PROPOSED, "银行", _AGE),
        Row(_S.PROPOSED, _E.GONE,          _MOVE,          _S.CLEARED,  "银行", "更正后所提处理作废"),
        Row(_S.RESOLVED, _E.BOOKING_REFUSED, _MOVE,        _S.ASSIGNED, "核心", "账未入成，处理不算数"),
        Row(_S.RESOLVED, _E.UNDO_PROPOSED, _MOVE,          _S.UNDOING,  "经办", "撤销同样须两人"),
        Row(_S.RESOLVED, _E.EXPLAINED,     _CONTRADICTION, _S.RESOLVED, "银行", _AFTER),
        Row(_S.RESOLVED, _E.SEEN_AGAIN,    _IGNORE,        _S.RESOLVED, "银行", "已处理者不再挂起"),
        Row(_S.RESOLVED, _E.GONE,          _CONTRADICTION, _S.RESOLVED, "银行", _AFTER),
        Row(_S.UNDOING,  _E.UNDO_AGREED,   _MOVE,          _S.ASSIGNED, "复核", "回到处理之前，首见日不变"),
        Row(_S.UNDOING,  _E.UNDO_REFUSED,  _MOVE,          _S.RESOLVED, "复核", "处理仍然有效"),
        Row(_S.UNDOING,  _E.EXPLAINED,     _CONTRADICTION, _S.UNDOING,  "银行", _AFTER),
        Row(_S.UNDOING,  _E.SEEN_AGAIN,    _IGNORE,        _S.UNDOING,  "银行", "已处理者不再挂起"),
        Row(_S.UNDOING,  _E.GONE,          _CONTRADICTION, _S.UNDOING,  "银行", _AFTER),
        Row(_S.CLEARED,  _E.EXPLAINED,     _IGNORE,        _S.CLEARED,  "银行", "已核销"),
        Row(_S.CLEARED,  _E.SEEN_AGAIN,    _MOVE,          _S.OPEN,     "银行", "凭据被撤回，重新挂起；首见日不变"),
        Row(_S.CLEARED,  _E.GONE,          _IGNORE,        _S.CLEARED,  "银行", "已核销"),
    ),
)
# fmt: on
