"""The states of a file and of a night, as transition tables. 文件与夜间对账状态"""

from enum import Enum

from gateway.states import Answer, Machine, Row

_MOVE, _IGNORE, _HOLD, _CONTRADICTION = (
    Answer.MOVE,
    Answer.IGNORE,
    Answer.HOLD,
    Answer.CONTRADICTION,
)


class FileState(Enum):
    """Where a file of the bank's stands."""

    RECEIVED = "已收到"
    ACCEPTED = "已受理"
    QUARANTINED = "已隔离"
    HELD = "更正待人工"
    USED = "已采用"
    SUPERSEDED = "已被替代"


class FileEvent(Enum):
    """What can happen to it; the last three are the bank's doing."""

    PASSED = "通过检查"
    FAILED = "未通过检查"
    WAITS = "前版已采用"
    TAKEN = "用于对账"
    ADMITTED = "更正经两人同意"
    REPLACED = "被同意的更正替代"
    SAME_AGAIN = "同名同内容再到"
    OTHER_CONTENT = "同名不同内容"
    NEWER_VERSION = "更高版本到达"


_F, _E = FileState, FileEvent
_AGAIN = "同名同内容：忽略，计数"
_OTHER = "同名不同内容：后到者隔离并告警（B15）"
_CORRECT = "更正以新版本号到达，未采用者被替代"

# fmt: off
FILE_STATES: Machine[FileState, FileEvent] = Machine(
    name="bank_file",
    title="银行来文",
    initial=_F.RECEIVED,
    finals=frozenset({_F.QUARANTINED, _F.SUPERSEDED}),
    theirs=frozenset({_E.SAME_AGAIN, _E.OTHER_CONTENT, _E.NEWER_VERSION}),
    rows=(
        Row(_F.RECEIVED,    _E.PASSED,        _MOVE,          _F.ACCEPTED,    "本方", "逐项检查"),
        Row(_F.RECEIVED,    _E.FAILED,        _MOVE,          _F.QUARANTINED, "本方", "整件隔离，不入账"),
        Row(_F.RECEIVED,    _E.WAITS,         _MOVE,          _F.HELD,        "本方", "已采用文件的更正由人决定"),
        Row(_F.RECEIVED,    _E.SAME_AGAIN,    _IGNORE,        _F.RECEIVED,    "银行", _AGAIN),
        Row(_F.RECEIVED,    _E.OTHER_CONTENT, _CONTRADICTION, _F.RECEIVED,    "银行", _OTHER),
        Row(_F.RECEIVED,    _E.NEWER_VERSION, _MOVE,          _F.SUPERSEDED,  "银行", _CORRECT),
        Row(_F.ACCEPTED,    _E.TAKEN,         _MOVE,          _F.USED,        "本方", "一晚只采用一版"),
        Row(_F.ACCEPTED,    _E.SAME_AGAIN,    _IGNORE,        _F.ACCEPTED,    "银行", _AGAIN),
        Row(_F.ACCEPTED,    _E.OTHER_CONTENT, _CONTRADICTION, _F.ACCEPTED,    "银行", _OTHER),
        Row(_F.ACCEPTED,    _E.NEWER_VERSION, _MOVE,          _F.SUPERSEDED,  "银行", _CORRECT),
        Row(_F.QUARANTINED, _E.SAME_AGAIN,    _IGNORE,        _F.QUARANTINED, "银行", _AGAIN),
        Row(_F.QUARANTINED, _E.OTHER_CONTENT, _CONTRADICTION, _F.QUARANTINED, "银行", _OTHER),
        Row(_F.QUARANTINED, _E.NEWER_VERSION, _IGNORE,        _F.QUARANTINED, "银行", "原件留存备查"),
        Row(_F.HELD,        _E.ADMITTED,      _MOVE,          _F.ACCEPTED,    "复核", "经办、复核为不同二人"),
        Row(_F.HELD,        _E.REPLACED,      _MOVE,          _F.SUPERSEDED,  "复核", "更新的一版已获同意"),
        Row(_F.HELD,        _E.SAME_AGAIN,    _IGNORE,        _F.HELD,        "银行", _AGAIN),
        Row(_F.HELD,        _E.OTHER_CONTENT, _CONTRADICTION, _F.HELD,        "银行", _OTHER),
        Row(_F.HELD,        _E.NEWER_VERSION, _HOLD,          _F.HELD,        "银行", "各版均待人工"),
        Row(_F.USED,        _E.REPLACED,      _MOVE,          _F.SUPERSEDED,  "复核", "原件留存，只冲回被撤回的"),
        Row(_F.USED,        _E.SAME_AGAIN,    _IGNORE,        _F.USED,        "银行", _AGAIN),
        Row(_F.USED,        _E.OTHER_CONTENT, _CONTRADICTION, _F.USED,        "银行", _OTHER),
        Row(_F.USED,        _E.NEWER_VERSION, _HOLD,          _F.USED,        "银行", "新版暂存，由人决定"),
        Row(_F.SUPERSEDED,  _E.SAME_AGAIN,    _IGNORE,        _F.SUPERSEDED,  "银行", _AGAIN),
        Row(_F.SUPERSEDED,  _E.OTHER_CONTENT, _CONTRADICTION, _F.SUPERSEDED,  "银行", _OTHER),
        Row(_F.SUPERSEDED,  _E.NEWER_VERSION, _IGNORE,        _F.SUPERSEDED,  "银行", "已有更高版本"),
    ),
)
# fmt: on


class NightState(Enum):
    """Where one night's work stands."""

    OPEN = "待收件"
    RECEIVED = "已收齐"
    MATCHED = "已勾对"
    POSTED = "已入账"
    PROVED = "已核平"


class NightEvent(Enum):
    """What can happen to it; the last one is the bank's doing."""

    FILES_COMPLETE = "应收已齐且受理"
    DECIDED = "逐笔勾对完成"
    SETTLED = "入账均有结果"
    PROVED_EQUAL = "等式全部成立"
    CORRECTED = "更正经两人同意"
    CORRECTION = "更正文件到达"


_N, _V = NightState, NightEvent
_LATE = "已采用旧版：新版暂存，人工处理"
_ANEW = "只重开受影响的：撤回者冲账，新增者入账"

# fmt: off
NIGHT_STATES: Machine[NightState, NightEvent] = Machine(
    name="bank_night",
    title="夜间对账",
    initial=_N.OPEN,
    finals=frozenset(),
    theirs=frozenset({_V.CORRECTION}),
    rows=(
        Row(_N.OPEN,     _V.FILES_COMPLETE, _MOVE, _N.RECEIVED, "本方", "应收清单逐件核对"),
        Row(_N.OPEN,     _V.CORRECTION,     _MOVE, _N.OPEN,     "银行", "尚未采用，直接换用新版"),
        Row(_N.RECEIVED, _V.DECIDED,        _MOVE, _N.MATCHED,  "本方", "逐笔勾对"),
        Row(_N.RECEIVED, _V.CORRECTION,     _MOVE, _N.RECEIVED, "银行", "尚未采用，直接换用新版"),
        Row(_N.MATCHED,  _V.SETTLED,        _MOVE, _N.POSTED,   "核心", "只凭核心答复"),
        Row(_N.MATCHED,  _V.CORRECTION,     _HOLD, _N.MATCHED,  "银行", _LATE),
        Row(_N.POSTED,   _V.PROVED_EQUAL,   _MOVE, _N.PROVED,   "本方", "守恒等式"),
        Row(_N.POSTED,   _V.CORRECTED,      _MOVE, _N.RECEIVED, "复核", _ANEW),
        Row(_N.POSTED,   _V.CORRECTION,     _HOLD, _N.POSTED,   "银行", _LATE),
        Row(_N.PROVED,   _V.CORRECTED,      _MOVE, _N.RECEIVED, "复核", _ANEW),
        Row(_N.PROVED,   _V.CORRECTION,     _HOLD, _N.PROVED,   "银行", _LATE),
    ),
)
# fmt: on
