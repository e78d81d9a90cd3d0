"""The life of something that two people decide on, as one transition table. 复核状态"""

from enum import Enum

from gateway.states import Answer, Machine, Row


class ApprovalState(Enum):
    """Where a thing to approve stands."""

    AWAITING = "待经办"
    RELEASED = "待复核"
    APPROVED = "已复核"
    REFUSED = "已退回"
    SUPERSEDED = "已被新内容取代"


class ApprovalEvent(Enum):
    """What can happen to it; all of it is ours."""

    RELEASES = "经办放行"
    APPROVES = "复核同意"
    REFUSES = "退回"
    CONTENT_CHANGES = "内容变化"
    ASKED_AGAIN = "恢复原内容"


# What a person did, by the state that it led to.
ACTS = {
    ApprovalState.RELEASED: ApprovalEvent.RELEASES,
    ApprovalState.APPROVED: ApprovalEvent.APPROVES,
    ApprovalState.REFUSED: ApprovalEvent.REFUSES,
}

_S, _E, _MOVE = ApprovalState, ApprovalEvent, Answer.MOVE
_BOUND = "只对摘要所指的内容有效"
_ANEW = "新一轮，须重新经办、复核"

# fmt: off
APPROVAL_STATES: Machine[ApprovalState, ApprovalEvent] = Machine(
    name="approval",
    title="双人复核",
    initial=_S.AWAITING,
    finals=frozenset(),
    theirs=frozenset(),
    rows=(
        Row(_S.AWAITING,   _E.RELEASES,        _MOVE, _S.RELEASED,   "经办", "看过合计后放行"),
        Row(_S.AWAITING,   _E.REFUSES,         _MOVE, _S.REFUSED,    "经办", "须写明理由"),
        Row(_S.AWAITING,   _E.CONTENT_CHANGES, _MOVE, _S.SUPERSEDED, "本方", _BOUND),
        Row(_S.RELEASED,   _E.APPROVES,        _MOVE, _S.APPROVED,   "复核", "另一人，且未被回避"),
        Row(_S.RELEASED,   _E.REFUSES,         _MOVE, _S.REFUSED,    "复核", "须写明理由"),
        Row(_S.RELEASED,   _E.CONTENT_CHANGES, _MOVE, _S.SUPERSEDED, "本方", _BOUND),
        Row(_S.APPROVED,   _E.CONTENT_CHANGES, _MOVE, _S.SUPERSEDED, "本方", _BOUND),
        Row(_S.REFUSED,    _E.CONTENT_CHANGES, _MOVE, _S.SUPERSEDED, "本方", _BOUND),
        Row(_S.SUPERSEDED, _E.ASKED_AGAIN,     _MOVE, _S.AWAITING,   "本方", _ANEW),
    ),
)
# fmt: on
