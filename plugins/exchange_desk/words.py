"""The tables' names in Chinese, where a flow hands them over as they are stored. 用词"""

import re
from collections.abc import Mapping
from enum import Enum

from connectors.bank.model import BreakKind, Direction, Outcome
from connectors.bank.rules.states import FileEvent, FileState, NightEvent, NightState
from gateway.errors import Code
from gateway.money import show_yuan
from gateway.ports import Verdict
from gateway.states import Answer
from gateway.store.messages import MessageState

# What an id of ours looks like: its kind, then hex digits.
ID = re.compile(r"(night|file|receipt|postings|break|alarm)-[0-9a-f]{20}")
_NAME = re.compile(r"(?<![\w-])[A-Za-z_.]+(?![\w-])")
_FACT = re.compile(r"\b(state|event|verdict|answer|fen|code)=([A-Z_]+|-?\d+)\b")

_MESSAGE: Mapping[str, type[Enum]] = {
    "state": MessageState,
    "verdict": Verdict,
    "answer": Answer,
}
# By the kind of an id: what its state and the facts of its journal entries are named from.
_ENUMS: Mapping[str, Mapping[str, type[Enum]]] = {
    "night": {"state": NightState, "event": NightEvent},
    "file": {"state": FileState, "event": FileEvent},
    "receipt": _MESSAGE,
    "postings": _MESSAGE,
    "break": {"state": Direction},
}
# The outcomes of an instruction as the head of a narrow column.
OUTCOMES = {
    Outcome.EXACT: "全额",
    Outcome.PARTIAL: "部分",
    Outcome.FAILED: "失败",
    Outcome.UNKNOWN: "不明",
    Outcome.MISSING: "无结果",
    Outcome.HELD: "待核",
}
MESSAGE_KINDS = {"bank.receipt": "收件回执", "core.postings": "入账请求"}
_WORDS = (
    {kind.name: kind.value for kind in BreakKind}
    | {code.name: f"{code.name} {code.value.zh}" for code in Code}
    | MESSAGE_KINDS
    | {"night": "夜间对账"}
)
BRANCHES = {
    "TransportError": "未送达，可重试",
    "OutcomeUnknown": "结果未知，先查询",
    "MessageRejected": "对方拒绝",
    "MalformedMessage": "报文不合格，隔离",
    "SignatureInvalid": "验签不符，隔离并告警",
    "RefusedHere": "本方规则暂不允许",
    "NotConfigured": "缺少配置",
    "IllegalTransition": "程序错误",
}


def id_in(text: str) -> str:
    """The id that a text begins with, empty where it begins with none."""
    found = ID.match(text)
    return found.group() if found else ""


def in_words(text: str) -> str:
    """A title with the tables' names put into Chinese."""
    return _NAME.sub(lambda found: _WORDS.get(found.group(), found.group()), text)


def state_in_words(identity: str, state: str) -> str:
    """The state of a thing, by what kind of thing it is."""
    return _word(identity, "state", state) or state


def facts_in_words(identity: str, facts: str) -> str:
    """A journal entry's facts; behind a name of a table stands what it means."""

    def explained(found: re.Match[str]) -> str:
        word = _word(identity, *found.groups())
        return f"{found.group()}（{word}）" if word else found.group()

    return _FACT.sub(explained, facts)


def _word(identity: str, field: str, name: str) -> str:
    if field == "fen" and name.removeprefix("-").isdigit():
        return f"{show_yuan(int(name))} 元"
    if field == "code" and name in Code.__members__:
        return Code[name].value.zh
    names = _ENUMS.get(identity.partition("-")[0], {}).get(field)
    return str(names[name].value) if names and name in names.__members__ else ""
