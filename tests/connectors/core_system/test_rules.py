"""Does the core's database offer what was agreed, and what do its answers mean? 接口核对与结果码"""

import copy
import json
import re
from pathlib import Path

import pytest

from connectors.core_system.codec.views import VIEWS
from connectors.core_system.model import PostingResult
from connectors.core_system.rules import differences, interface_of
from connectors.core_system.verdicts import RESULTS, SUCCESS, reason_of, verdict_of
from gateway.ports import Verdict

SCHEMAS = Path(__file__).parents[3] / "schemas" / "core_system"
AGREED = interface_of(json.loads((SCHEMAS / "interface.json").read_text("utf-8")))


def offered():
    return copy.deepcopy(AGREED.relations)


def test_the_agreed_interface_differs_from_itself_nowhere():
    assert differences(AGREED, offered()) == []
    assert set(AGREED.relations) == {view.name for view in VIEWS} | {
        "repayment_posting", "posting_result",
    }  # fmt: skip


def test_we_ask_for_no_more_than_reading_and_inserting():
    written = {"repayment_posting": ("SELECT", "INSERT")}
    assert AGREED.grants == dict.fromkeys(AGREED.relations, ("SELECT",)) | written


@pytest.mark.parametrize(
    ("relation", "column", "kind", "said"),
    [
        ("deduction_instruction", "dqyhje", "numeric(18,4)", "numeric(18,4) ≠ numeric(18,2)"),
        ("deduction_instruction", "hkzh", "bigint", "bigint ≠ character varying(32)"),
        ("posting_result", "jgdm", None, "缺少 ≠ character(2)"),
    ],
)
def test_a_column_that_differs_is_named_with_both_types(relation, column, kind, said):
    found = offered()
    found[relation].pop(column)
    found[relation] |= {column: kind} if kind else {}
    assert differences(AGREED, found) == [f"{relation}.{column}: {said}"]


def test_a_missing_relation_is_missing_column_by_column():
    found = offered()
    columns = found.pop("posting_result")
    assert len(differences(AGREED, found)) == len(columns)


def test_more_than_agreed_is_no_difference():
    found = offered() | {"another": {"a": "text"}}
    found["posting_result"]["bz"] = "text"
    assert differences(AGREED, found) == []


def test_every_result_code_of_the_agreement_has_a_verdict_and_a_chinese_reason():
    readme = (SCHEMAS / "README.md").read_text("utf-8")
    (row,) = [line for line in readme.splitlines() if line.startswith("| `jgdm` | char(2)")]
    agreed = set(re.findall(r"`(\d\d)`", row))
    assert set(RESULTS) == agreed | {""}
    assert all(re.search("[一-鿿]", reason) for _, reason in RESULTS.values())
    assert {code for code, (verdict, _) in RESULTS.items() if verdict is Verdict.ACCEPTED} == {
        SUCCESS
    }


def answered(*codes):
    return [PostingResult(f"k{n}", "d", code, "") for n, code in enumerate(codes)]


@pytest.mark.parametrize(
    ("codes", "asked", "verdict"),
    [
        (["00", "00"], 2, Verdict.ACCEPTED),
        (["10", "12"], 2, Verdict.REJECTED),
        (["00", "11"], 2, Verdict.PARTIAL),
        (["00", ""], 2, Verdict.PENDING),  # one is still being worked on
        (["00"], 2, Verdict.PENDING),  # one is not there yet
        (["00", "77"], 2, Verdict.PENDING),  # a code nobody agreed on proves nothing
        (["77"], 1, Verdict.PENDING),
        ([], 1, Verdict.PENDING),
    ],
)
def test_a_batch_is_answered_when_every_posting_is(codes, asked, verdict):
    assert verdict_of(answered(*codes), asked) is verdict


def test_the_reason_counts_what_was_posted_and_what_was_not():
    found = answered("00", "00", "12")
    assert reason_of(Verdict.PARTIAL, found) == "部分受理：已入账 2 笔，未入账 1 笔"
