"""A journal entry's facts are said in Chinese, every one of them, and none is invented. 流水用词"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import Code
from gateway.flows.fact_words import FACTS, PURPOSES, facts_in_words, state_in_words
from gateway.signing.keys.keyring import Purpose

ROOT = Path(__file__).parents[2]
# Handed over as a mapping, where no keyword of a call shows them.
MAPPED = {
    "about", "algorithm", "digest", "fence", "grade", "how", "in_use", "kid", "kind",
    "logs", "payloads", "public_sha256",
    "purpose", "reason", "successor", "successor_sha256", "user", "verdict",
}  # fmt: skip


def noted() -> Iterator[str]:
    """The name of every fact that is written down by `note`."""
    for folder in ("gateway", "connectors"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "note":
                    yield from (word.arg for word in node.keywords if word.arg)


def test_the_facts_named_are_exactly_those_written():
    assert set(FACTS) == (set(noted()) | MAPPED) - {"grade"}


def test_every_name_is_chinese_and_no_two_read_alike():
    titles = [title for title, _ in FACTS.values()]
    assert all(re.fullmatch("[一-鿿]+", title) for title in titles)
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(
    ("identity", "facts", "told"),
    [
        ("night-1", {"event": "FILES_COMPLETE", "state": "RECEIVED"},
         "因 应收已齐且受理；状态 已收齐"),
        ("file-1", {"event": "PASSED", "state": "RECEIVED"}, "因 通过检查；状态 已收到"),
        ("postings-1", {"answer": "MOVE", "grade": "C", "verdict": "ACCEPTED"},
         "处置 迁移；结论 受理"),
        ("receipt-1", {"answer": "NEVER_SAW", "fence": 2}, "处置 查无此报文；领取序号 2"),
        ("night-1", {"count": 27, "fen": 19839001}, "件数 27；金额 198,390.01 元"),
        ("night-1", {"fen": -5}, "金额 -0.05 元"),
        ("file-1", {"kid": None, "lines": 3}, "行数 3"),
        ("night-1", {"proved": True, "digest": "a1" * 32}, "核平 是；摘要 a1a1a1a1a1a1…"),
        ("night-1", {"owed": "deduction_result,account_statement"},
         "应收 批量扣款结果、专户对账单"),
        ("alarm-1", {"code": "FILE_OVERDUE"}, f"原因 {Code.FILE_OVERDUE.value.zh}（FILE_OVERDUE）"),
        ("receipt-1", {"why": "LEASE_EXPIRED", "kind": "bank.receipt"},
         "缘由 租约到期；种类 收件回执"),
        ("break-1", {"event": "AGREED", "state": "RESOLVED", "how": "WRITE_OFF"},
         "因 两人同意；状态 已处理；处理 核销"),
        ("day-1", {"event": "CLOSES", "state": "CLOSED"}, "因 日结条件齐备；状态 已日结"),
        ("head-1", {"a_later_one": "X", "state": "WHO_KNOWS"}, "a_later_one X；状态 WHO_KNOWS"),
    ],
)  # fmt: skip
def test_facts_are_said_in_the_words_of_their_tables(identity, facts, told):
    assert facts_in_words(identity, facts) == told


def test_a_state_that_is_no_code_stands_as_it_is():
    assert state_in_words("alarm-1", "未解除") == "未解除"
    assert state_in_words("night-1", "PROVED") == "已核平"


def test_every_purpose_of_a_key_has_its_words():
    assert set(PURPOSES) == {purpose.value for purpose in Purpose}
