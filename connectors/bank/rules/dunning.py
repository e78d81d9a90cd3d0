"""What is done about one loan that is behind, from the first call to the court. 催收事项状态"""

from enum import Enum

from gateway.states import Answer, Machine, Row

_MOVE, _IGNORE, _HOLD = Answer.MOVE, Answer.IGNORE, Answer.HOLD


class DunningState(Enum):
    """Where one measure for one run of arrears stands."""

    OPEN = "待办"
    DONE = "已办"
    RAISED = "已升级"
    CURED = "已还清"
    HANDED_OVER = "已移交"


class DunningEvent(Enum):
    """What can happen to it; the last one is the borrower's doing."""

    ACTED = "已催收"
    WORSE = "逾期期数升级"
    TAKEN_OVER = "诉讼受理移交"
    PAID = "逾期已还清"


_S, _E = DunningState, DunningEvent
_PAID = "再次逾期另立新事项"

# fmt: off
DUNNING_STATES: Machine[DunningState, DunningEvent] = Machine(
    name="dunning",
    title="催收事项",
    initial=_S.OPEN,
    finals=frozenset({_S.RAISED, _S.CURED, _S.HANDED_OVER}),
    theirs=frozenset({_E.PAID}),
    rows=(
        Row(_S.OPEN,        _E.ACTED,      _MOVE,   _S.DONE,        "经办", "电话记录或函件送达"),
        Row(_S.OPEN,        _E.WORSE,      _MOVE,   _S.RAISED,      "本方", "按更重的一档办理"),
        Row(_S.OPEN,        _E.TAKEN_OVER, _MOVE,   _S.HANDED_OVER, "本方", "六期以上逐案起诉"),
        Row(_S.OPEN,        _E.PAID,       _MOVE,   _S.CURED,       "借款人", "以核心账为准"),
        Row(_S.DONE,        _E.WORSE,      _MOVE,   _S.RAISED,      "本方", "按更重的一档办理"),
        Row(_S.DONE,        _E.TAKEN_OVER, _MOVE,   _S.HANDED_OVER, "本方", "六期以上逐案起诉"),
        Row(_S.DONE,        _E.PAID,       _MOVE,   _S.CURED,       "借款人", "以核心账为准"),
        Row(_S.RAISED,      _E.PAID,       _IGNORE, _S.RAISED,      "借款人", "由升级后的事项记录"),
        Row(_S.CURED,       _E.PAID,       _IGNORE, _S.CURED,       "借款人", _PAID),
        Row(_S.HANDED_OVER, _E.PAID,       _HOLD,   _S.HANDED_OVER, "借款人", "由诉讼一方撤回"),
    ),
)
# fmt: on
