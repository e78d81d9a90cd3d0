"""The tables' names in Chinese, where a flow hands them over as they are stored. 用词"""

import re

from connectors.bank.model import BreakKind, Outcome
from gateway.errors import Code
from gateway.flows.fact_words import MESSAGE_KINDS

# What an id of ours looks like: its kind, then hex digits.
ID = re.compile(r"(night|file|receipt|postings|break|alarm)-[0-9a-f]{20}")
_NAME = re.compile(r"(?<![\w-])[A-Za-z_.]+(?![\w-])")
# The outcomes of an instruction as the head of a narrow column.
OUTCOMES = {
    Outcome.EXACT: "全额",
    Outcome.PARTIAL: "部分",
    Outcome.FAILED: "失败",
    Outcome.UNKNOWN: "不明",
    Outcome.MISSING: "无结果",
    Outcome.HELD: "待核",
}
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
