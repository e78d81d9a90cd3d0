"""The words of the journal's facts, for the command line, the desk and the timeline. 流水用词"""

from collections.abc import Callable, Mapping
from enum import Enum

from connectors.bank.model import FileKind
from connectors.bank.rules.break_states import BreakEvent, BreakState
from connectors.bank.rules.breaks import Resolution
from connectors.bank.rules.day import DayEvent, DayState
from connectors.bank.rules.deduction.states import BatchEvent, BatchState
from connectors.bank.rules.dunning import DunningEvent, DunningState
from connectors.bank.rules.pushes import PushState
from connectors.bank.rules.states import FileEvent, FileState, NightEvent, NightState
from gateway.errors import Code
from gateway.money import show_yuan
from gateway.ports import Verdict
from gateway.signing.keys.keyring import Purpose
from gateway.states import Answer
from gateway.store.approval_states import ApprovalState
from gateway.store.approvals import KINDS as APPROVAL_KINDS
from gateway.store.messages import MessageEvent, MessageState

MESSAGE_KINDS = {
    "bank.receipt": "收件回执",
    "core.postings": "入账请求",
    "bank.deduction": "扣款请求",
    "bank.deduction_file": "扣款请求文件",
    "bank.split": "本息分解",
}
PURPOSES = {
    Purpose.BANK_FILE.value: "银行来文",
    Purpose.BANK_RECEIPT.value: "我方回执",
    Purpose.OUR_MESSAGE.value: "我方报文",
    Purpose.THEIR_MESSAGE.value: "对方报文",
    Purpose.JOURNAL_HEAD.value: "流水树根",
    Purpose.DOCUMENT_SEAL.value: "文书签章",
    Purpose.TIME_STAMP.value: "时间戳",
}
_TITLES = {kind.value: kind.title for kind in FileKind}
# Of which table a thing's states and events are, by the kind of its id.
_STATES: Mapping[str, type[Enum]] = {
    "night": NightState, "day": DayState, "file": FileState, "break": BreakState,
    "receipt": MessageState, "postings": MessageState, "deduction": MessageState,
    "split": MessageState, "batch": BatchState, "approval": ApprovalState,
    "dunning": DunningState,
}  # fmt: skip
_EVENTS: Mapping[str, type[Enum]] = {
    "night": NightEvent, "day": DayEvent, "file": FileEvent, "break": BreakEvent,
    "batch": BatchEvent, "dunning": DunningEvent,
}  # fmt: skip
# A digest is recognised by its first digits.
_DIGEST_LENGTH, _DIGEST_SHOWN = 64, 12

# What a fact is worth saying: the id of what the entry is about, and the fact as it stands.
Say = Callable[[str, object], str]


def state_in_words(identity: str, state: str) -> str:
    """The state of a thing, by what kind of thing it is; as it stands where it is no code."""
    return _named(_STATES, identity, state)


def facts_in_words(identity: str, facts: Mapping[str, object]) -> str:
    """The facts of a journal entry about `identity`; the grade is shown for itself."""
    told = (
        _told(identity, name, value)
        for name, value in facts.items()
        if name != "grade" and value is not None and value != ""
    )
    return "；".join(told)


def _told(identity: str, name: str, value: object) -> str:
    title, say = FACTS.get(name, (name, _plain))
    return f"{title} {say(identity, value)}"


def _named(tables: Mapping[str, type[Enum]], identity: str, name: str) -> str:
    table = tables.get(identity.partition("-")[0])
    return str(table[name].value) if table and name in table.__members__ else name


def _plain(_: str, value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    return f"{text[:_DIGEST_SHOWN]}…" if len(text) == _DIGEST_LENGTH else text


def _of(*tables: type[Enum]) -> Say:
    members = {name: str(one.value) for table in tables for name, one in table.__members__.items()}
    return _by(members)


def _by(words: Mapping[str, str]) -> Say:
    return lambda _, value: words.get(str(value), str(value))


def _state(identity: str, value: object) -> str:
    return state_in_words(identity, str(value))


def _event(identity: str, value: object) -> str:
    return _named(_EVENTS, identity, str(value))


def _code(_: str, value: object) -> str:
    """The code stays: the runbooks go by it."""
    code = Code.__members__.get(str(value))
    return f"{code.value.zh}（{code.name}）" if code else str(value)


def _why(identity: str, value: object) -> str:
    if value == MessageEvent.LEASE_EXPIRED.name:
        return MessageEvent.LEASE_EXPIRED.value
    return _code(identity, value)


def _yuan(_: str, value: object) -> str:
    return f"{show_yuan(value)} 元" if isinstance(value, int) else str(value)


def _kinds(_: str, value: object) -> str:
    return "、".join(_TITLES.get(kind, kind) for kind in str(value).split(","))


# Every fact that an entry can hold: its name, and how its value is said.
FACTS: Mapping[str, tuple[str, Say]] = {
    "about": ("所涉", _plain),
    "algorithm": ("算法", _plain),
    "answer": ("处置", _of(Answer, MessageEvent)),
    "behind": ("逾期户数", _plain),
    "books": ("账册摘要", _plain),
    "breaks": ("不平账项", _plain),
    "code": ("原因", _code),
    "count": ("件数", _plain),
    "decision": ("决定摘要", _plain),
    "detail": ("说明", _plain),
    "digest": ("摘要", _plain),
    "event": ("因", _event),
    "fen": ("金额", _yuan),
    "fence": ("领取序号", _plain),
    "field": ("字段", _plain),
    "file": ("文件", _plain),
    "flag": ("标志文件摘要", _plain),
    "gen_time": ("时间戳时间", _plain),
    "how": ("处理", _by({how.name: how.value.title for how in Resolution})),
    "id": ("编号", _plain),
    "in_use": ("仍在使用", _plain),
    "kid": ("密钥", _plain),
    "kind": ("种类", _by(MESSAGE_KINDS | APPROVAL_KINDS)),
    "ledger": ("账务摘录摘要", _plain),
    "line": ("行号", _plain),
    "lines": ("行数", _plain),
    "loans": ("贷款户数", _plain),
    "logs": ("日志", _plain),
    "matches": ("勾对笔数", _plain),
    "message": ("报文", _plain),
    "night": ("对账夜", _plain),
    "owed": ("应收", _kinds),
    "payloads": ("原件", _plain),
    "proved": ("核平", _plain),
    "public_sha256": ("公钥指纹", _plain),
    "push": ("推送", _of(PushState)),
    "purpose": ("用途", _by(PURPOSES)),
    "reason": ("事由", _by({"retention_over": "留存期满"})),
    "reply": ("答复摘要", _plain),
    "revision": ("第几次决定", _plain),
    "root": ("树根", _plain),
    "signature": ("签名文件摘要", _plain),
    "size": ("流水条数", _plain),
    "stamped": ("已盖时间戳", _plain),
    "state": ("状态", _state),
    "successor": ("接替密钥", _plain),
    "successor_sha256": ("接替公钥指纹", _plain),
    "token": ("时间戳摘要", _plain),
    "user": ("操作人", _plain),
    "verdict": ("结论", _of(Verdict)),
    "why": ("缘由", _why),
}
