"""The life of a deduction batch as one transition table. 扣款批次状态"""

from collections.abc import Iterator
from enum import Enum

from gateway.states import Answer, Machine, Row


class BatchState(Enum):
    """Where a batch stands; whether two people have approved it stands in the approval."""

    BUILT = "已编制，待双人复核"
    QUEUED = "已复核，发送中"
    UNKNOWN = "发送结果未知"
    SENT = "已送达，待银行受理"
    ACCEPTED = "银行已受理"
    PROCESSING = "银行处理中"
    PARTLY = "部分处理完成，未了结"
    DONE = "处理完成，待取结果"
    RESULTS_IN = "结果已核"
    SPLIT_SENT = "本息分解已送"
    CLOSED = "已了结"
    FAILED = "整批失败"
    REFUSED = "银行拒收"
    WITHDRAWN = "已撤下，未发送"


class BatchEvent(Enum):
    """What can happen to a batch."""

    APPROVED = "两人已复核同一内容"
    WITHDRAWN = "内容变化、退回或过了截止时点"
    OUTCOME_LOST = "发出后无结果"
    NEVER_SAW = "银行证实未收到"
    DELIVERED = "送达银行目录"
    ACCEPTS = "受理"
    REFUSES = "拒收"
    SAYS_PROCESSING = "处理中（0）"
    SAYS_DONE = "处理完成（1）"
    SAYS_PARTLY = "部分处理完成（2）"
    SAYS_FAILED = "处理失败（3）"
    ALL_SETTLED = "逐笔结果均已证实"
    SPLIT_TAKEN = "本息分解已受理"
    NOTHING_TO_SPLIT = "无须本息分解"


_S, _E = BatchState, BatchEvent
_MOVE, _IGNORE, _CONTRADICTION = Answer.MOVE, Answer.IGNORE, Answer.CONTRADICTION
_NO_RESEND = "未知不得重发，查询（B05）"
_NEW_NUMBER = "以新批号重新编制（B04）"
_NOT_FINAL = "不作了结，继续查询并告警（B03）"
_BY_LINES = "逐笔凭结果文件与对账单"

_THEIRS = (
    _E.ACCEPTS, _E.REFUSES, _E.SAYS_PROCESSING, _E.SAYS_DONE, _E.SAYS_PARTLY, _E.SAYS_FAILED,
)  # fmt: skip

# fmt: off
_MOVES: tuple[Row[BatchState, BatchEvent], ...] = (
    Row(_S.BUILT,      _E.APPROVED,         _MOVE, _S.QUEUED,     "本方", "发送前重算摘要核对"),
    Row(_S.BUILT,      _E.WITHDRAWN,        _MOVE, _S.WITHDRAWN,  "本方", "期次即刻可入新批"),
    Row(_S.QUEUED,     _E.WITHDRAWN,        _MOVE, _S.WITHDRAWN,  "本方", "过了截止时点，未曾发出"),
    Row(_S.QUEUED,     _E.OUTCOME_LOST,     _MOVE, _S.UNKNOWN,    "本方", _NO_RESEND),
    Row(_S.UNKNOWN,    _E.NEVER_SAW,        _MOVE, _S.QUEUED,     "银行", "证实未收到，重发"),
    Row(_S.QUEUED,     _E.DELIVERED,        _MOVE, _S.SENT,       "本方", "标志文件改名即送达"),
    Row(_S.UNKNOWN,    _E.DELIVERED,        _MOVE, _S.SENT,       "本方", "标志文件已在"),
    Row(_S.QUEUED,     _E.ACCEPTS,          _MOVE, _S.ACCEPTED,   "银行", "受理不等于完成"),
    Row(_S.UNKNOWN,    _E.ACCEPTS,          _MOVE, _S.ACCEPTED,   "银行", "受理不等于完成"),
    Row(_S.SENT,       _E.ACCEPTS,          _MOVE, _S.ACCEPTED,   "银行", "受理不等于完成"),
    Row(_S.QUEUED,     _E.REFUSES,          _MOVE, _S.REFUSED,    "银行", _NEW_NUMBER),
    Row(_S.UNKNOWN,    _E.REFUSES,          _MOVE, _S.REFUSED,    "银行", _NEW_NUMBER),
    Row(_S.SENT,       _E.REFUSES,          _MOVE, _S.REFUSED,    "银行", _NEW_NUMBER),
    Row(_S.SENT,       _E.ALL_SETTLED,      _MOVE, _S.RESULTS_IN, "本方", _BY_LINES),
    Row(_S.ACCEPTED,   _E.SAYS_PROCESSING,  _MOVE, _S.PROCESSING, "银行", "继续查询（B02）"),
    Row(_S.ACCEPTED,   _E.SAYS_PARTLY,      _MOVE, _S.PARTLY,     "银行", _NOT_FINAL),
    Row(_S.ACCEPTED,   _E.SAYS_DONE,        _MOVE, _S.DONE,       "银行", "取结果文件"),
    Row(_S.ACCEPTED,   _E.SAYS_FAILED,      _MOVE, _S.FAILED,     "银行", _NEW_NUMBER),
    Row(_S.ACCEPTED,   _E.ALL_SETTLED,      _MOVE, _S.RESULTS_IN, "本方", _BY_LINES),
    Row(_S.PROCESSING, _E.SAYS_PARTLY,      _MOVE, _S.PARTLY,     "银行", _NOT_FINAL),
    Row(_S.PROCESSING, _E.SAYS_DONE,        _MOVE, _S.DONE,       "银行", "取结果文件"),
    Row(_S.PROCESSING, _E.SAYS_FAILED,      _MOVE, _S.FAILED,     "银行", _NEW_NUMBER),
    Row(_S.PROCESSING, _E.ALL_SETTLED,      _MOVE, _S.RESULTS_IN, "本方", _BY_LINES),
    Row(_S.PARTLY,     _E.SAYS_DONE,        _MOVE, _S.DONE,       "银行", "取结果文件"),
    Row(_S.PARTLY,     _E.ALL_SETTLED,      _MOVE, _S.RESULTS_IN, "本方", _BY_LINES),
    Row(_S.DONE,       _E.ALL_SETTLED,      _MOVE, _S.RESULTS_IN, "本方", _BY_LINES),
    Row(_S.RESULTS_IN, _E.SPLIT_TAKEN,      _MOVE, _S.SPLIT_SENT, "银行", "分项合计相等（B36）"),
    Row(_S.RESULTS_IN, _E.NOTHING_TO_SPLIT, _MOVE, _S.CLOSED,     "本方", "不作分解，或一笔未扣"),
    Row(_S.SPLIT_SENT, _E.NOTHING_TO_SPLIT, _MOVE, _S.CLOSED,     "本方", "分解已受理"),
)
# fmt: on

_UNSENT = frozenset({_S.BUILT, _S.WITHDRAWN})
_DEAD = frozenset({_S.FAILED, _S.REFUSED})
# What would undo what is known: money may have moved after all, or not have.
_AGAINST = {
    _S.PARTLY: {_E.SAYS_FAILED, _E.REFUSES},
    _S.DONE: {_E.SAYS_FAILED, _E.SAYS_PARTLY, _E.REFUSES},
    _S.RESULTS_IN: {_E.SAYS_FAILED, _E.REFUSES},
    _S.SPLIT_SENT: {_E.SAYS_FAILED, _E.REFUSES},
    _S.CLOSED: {_E.SAYS_FAILED, _E.REFUSES},
    _S.ACCEPTED: {_E.REFUSES},
    _S.PROCESSING: {_E.REFUSES},
}


def _rest() -> Iterator[Row[BatchState, BatchEvent]]:
    """Everything else a bank may say at any time: late, or against what is known."""
    told = {(row.state, row.event) for row in _MOVES}
    for state in BatchState:
        for event in _THEIRS:
            if (state, event) not in told:
                yield _stays(state, event)


def _stays(state: BatchState, event: BatchEvent) -> Row[BatchState, BatchEvent]:
    if state in _UNSENT:
        return Row(state, event, _CONTRADICTION, state, "银行", "本方未曾发出")
    bad_news = event in (_E.SAYS_FAILED, _E.REFUSES)
    if event in _AGAINST.get(state, set()) or (state in _DEAD and not bad_news):
        return Row(state, event, _CONTRADICTION, state, "银行", "与已知相反，留证由人处理")
    return Row(state, event, _IGNORE, state, "银行", "重复或迟到")


BATCH_STATES: Machine[BatchState, BatchEvent] = Machine(
    name="deduction_batch",
    title="扣款批次",
    initial=_S.BUILT,
    finals=frozenset({_S.CLOSED, _S.FAILED, _S.REFUSED, _S.WITHDRAWN}),
    theirs=frozenset(_THEIRS),
    rows=(*_MOVES, *_rest()),
)

# What a bank's word on a batch (BatchTxStatus of 107) does to it.
STATUS_EVENTS = {
    "0": _E.SAYS_PROCESSING,
    "1": _E.SAYS_DONE,
    "2": _E.SAYS_PARTLY,
    "3": _E.SAYS_FAILED,
}
# Batches that are with the bank, or may be.
WITH_THE_BANK = frozenset({_S.UNKNOWN, _S.SENT, _S.ACCEPTED, _S.PROCESSING, _S.PARTLY, _S.DONE})
