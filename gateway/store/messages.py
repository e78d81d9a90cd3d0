"""The life of an outgoing message as one transition table. 外发报文状态"""

from enum import Enum

from gateway.grades import SUFFICIENT
from gateway.ports import Reply, Verdict
from gateway.states import Answer, Machine, Row


class MessageState(Enum):
    """Where an outgoing message stands."""

    DRAFTED = "待发送"
    SENDING = "发送中"
    UNKNOWN = "结果未知"
    ACKNOWLEDGED = "对方已受理"
    REJECTED = "对方已拒绝"
    EXPIRED = "过时未发"


class MessageEvent(Enum):
    """What can happen to it; the last five are the counterparty's."""

    CLAIMED = "领取"
    NOTHING_SENT = "确定未发出"
    OUTCOME_LOST = "发出后无结果"
    LEASE_EXPIRED = "租约到期"
    TOO_LATE = "已过最迟发送时点"
    ACCEPTS = "受理"
    REFUSES = "拒绝"
    STILL_WORKING = "处理中"
    NEVER_SAW = "查无此报文"
    PROVES_TOO_LITTLE = "答复凭据不足"


_S, _E = MessageState, MessageEvent
_MOVE, _IGNORE, _HOLD, _CONTRADICTION = (
    Answer.MOVE,
    Answer.IGNORE,
    Answer.HOLD,
    Answer.CONTRADICTION,
)
_NO_RESEND = "结果未知不得重发"
_EVIDENCE = "只凭对方答复结束"
_NOT_SENT = "本方未曾发出"
_CONFLICT = "与已有答复相反，留证由人处理"
_TOO_LITTLE = "D、E 级凭据不作结论，待查询"

# fmt: off
MESSAGE_STATES: Machine[MessageState, MessageEvent] = Machine(
    name="message",
    title="外发报文",
    initial=_S.DRAFTED,
    finals=frozenset({_S.ACKNOWLEDGED, _S.REJECTED, _S.EXPIRED}),
    theirs=frozenset({_E.ACCEPTS, _E.REFUSES, _E.STILL_WORKING, _E.NEVER_SAW, _E.PROVES_TOO_LITTLE}),
    rows=(
        Row(_S.DRAFTED,      _E.CLAIMED,           _MOVE,          _S.SENDING,      "本方", "先记意图后发送"),
        Row(_S.DRAFTED,      _E.TOO_LATE,          _MOVE,          _S.EXPIRED,      "本方", "一字节未发，不再发"),
        Row(_S.DRAFTED,      _E.ACCEPTS,           _CONTRADICTION, _S.DRAFTED,      "对方", _NOT_SENT),
        Row(_S.DRAFTED,      _E.REFUSES,           _CONTRADICTION, _S.DRAFTED,      "对方", _NOT_SENT),
        Row(_S.DRAFTED,      _E.STILL_WORKING,     _CONTRADICTION, _S.DRAFTED,      "对方", _NOT_SENT),
        Row(_S.DRAFTED,      _E.NEVER_SAW,         _IGNORE,        _S.DRAFTED,      "对方", "相符"),
        Row(_S.DRAFTED,      _E.PROVES_TOO_LITTLE, _CONTRADICTION,_S.DRAFTED,       "对方", _NOT_SENT),
        Row(_S.SENDING,      _E.NOTHING_SENT,      _MOVE,          _S.DRAFTED,      "本方", "首字节之前失败，可重试"),
        Row(_S.SENDING,      _E.OUTCOME_LOST,      _MOVE,          _S.UNKNOWN,      "本方", _NO_RESEND),
        Row(_S.SENDING,      _E.LEASE_EXPIRED,     _MOVE,          _S.UNKNOWN,      "本方", _NO_RESEND),
        Row(_S.SENDING,      _E.ACCEPTS,           _MOVE,          _S.ACKNOWLEDGED, "对方", "绑定本方摘要的答复"),
        Row(_S.SENDING,      _E.REFUSES,           _MOVE,          _S.REJECTED,     "对方", "由人决定是否更正"),
        Row(_S.SENDING,      _E.STILL_WORKING,     _MOVE,          _S.UNKNOWN,      "对方", "受理不等于完成"),
        Row(_S.SENDING,      _E.NEVER_SAW,         _HOLD,          _S.SENDING,      "对方", "可能尚在途中"),
        Row(_S.SENDING,      _E.PROVES_TOO_LITTLE, _MOVE,         _S.UNKNOWN,       "对方", _TOO_LITTLE),
        Row(_S.UNKNOWN,      _E.ACCEPTS,           _MOVE,          _S.ACKNOWLEDGED, "对方", _EVIDENCE),
        Row(_S.UNKNOWN,      _E.REFUSES,           _MOVE,          _S.REJECTED,     "对方", _EVIDENCE),
        Row(_S.UNKNOWN,      _E.STILL_WORKING,     _HOLD,          _S.UNKNOWN,      "对方", "稍后再查"),
        Row(_S.UNKNOWN,      _E.NEVER_SAW,         _MOVE,          _S.DRAFTED,      "对方", "证实未收到，可重发（同键）"),
        Row(_S.UNKNOWN,      _E.PROVES_TOO_LITTLE, _HOLD,         _S.UNKNOWN,       "对方", _TOO_LITTLE),
        Row(_S.ACKNOWLEDGED, _E.ACCEPTS,           _IGNORE,        _S.ACKNOWLEDGED, "对方", "重复答复"),
        Row(_S.ACKNOWLEDGED, _E.REFUSES,           _CONTRADICTION, _S.ACKNOWLEDGED, "对方", _CONFLICT),
        Row(_S.ACKNOWLEDGED, _E.STILL_WORKING,     _IGNORE,        _S.ACKNOWLEDGED, "对方", "迟到"),
        Row(_S.ACKNOWLEDGED, _E.NEVER_SAW,         _CONTRADICTION, _S.ACKNOWLEDGED, "对方", _CONFLICT),
        Row(_S.ACKNOWLEDGED, _E.PROVES_TOO_LITTLE, _IGNORE,       _S.ACKNOWLEDGED,  "对方", "凭据不足，不改已有结论"),
        Row(_S.REJECTED,     _E.ACCEPTS,           _CONTRADICTION, _S.REJECTED,     "对方", _CONFLICT),
        Row(_S.REJECTED,     _E.REFUSES,           _IGNORE,        _S.REJECTED,     "对方", "重复答复"),
        Row(_S.REJECTED,     _E.STILL_WORKING,     _IGNORE,        _S.REJECTED,     "对方", "迟到"),
        Row(_S.REJECTED,     _E.NEVER_SAW,         _CONTRADICTION, _S.REJECTED,     "对方", _CONFLICT),
        Row(_S.REJECTED,     _E.PROVES_TOO_LITTLE, _IGNORE,       _S.REJECTED,      "对方", "凭据不足，不改已有结论"),
        Row(_S.EXPIRED,      _E.ACCEPTS,           _CONTRADICTION, _S.EXPIRED,      "对方", _NOT_SENT),
        Row(_S.EXPIRED,      _E.REFUSES,           _CONTRADICTION, _S.EXPIRED,      "对方", _NOT_SENT),
        Row(_S.EXPIRED,      _E.STILL_WORKING,     _CONTRADICTION, _S.EXPIRED,      "对方", _NOT_SENT),
        Row(_S.EXPIRED,      _E.NEVER_SAW,         _IGNORE,        _S.EXPIRED,      "对方", "相符"),
        Row(_S.EXPIRED,      _E.PROVES_TOO_LITTLE, _CONTRADICTION, _S.EXPIRED,      "对方", _NOT_SENT),
    ),
)
# fmt: on

# What each verdict does to the message; a partial answer is an answer, its lines say which.
EVENT_OF: dict[Verdict, MessageEvent] = {
    Verdict.ACCEPTED: _E.ACCEPTS,
    Verdict.DUPLICATE: _E.ACCEPTS,
    Verdict.PARTIAL: _E.ACCEPTS,
    Verdict.REJECTED: _E.REFUSES,
    Verdict.PENDING: _E.STILL_WORKING,
}


def event_of(reply: Reply) -> MessageEvent:
    """What a reply does to the message: an end that is not proved by it is no end."""
    event = EVENT_OF[reply.verdict]
    ends = event is not MessageEvent.STILL_WORKING
    return _E.PROVES_TOO_LITTLE if ends and reply.grade not in SUFFICIENT else event
