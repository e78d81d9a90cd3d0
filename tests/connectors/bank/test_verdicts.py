"""The result codes: every agreed one has a class and a reason, and no other has. 响应码"""

import json
import re

import pytest

from connectors.bank.verdicts import FAILURES, RESULT_CODES, CodeClass
from sandbox.world.outcomes import ANSWERS
from sandbox.world.outcomes import Outcome as Truth
from tests.connectors.bank.samples import RESULT, SCHEMAS

AGREED = json.loads((SCHEMAS / "bank" / "result-codes.json").read_text("utf-8"))


def test_the_table_is_the_agreed_one_in_its_words():
    assert {code: found.reason for code, found in RESULT_CODES.items()} == AGREED


@pytest.mark.parametrize("code", RESULT_CODES)
def test_a_code_has_five_digits_and_a_chinese_reason(code):
    assert re.fullmatch(r"[0-9]{5}", code)
    assert re.search("[一-鿿]", RESULT_CODES[code].reason)


def test_only_one_code_means_money_and_it_is_the_one_the_control_totals_count():
    taken = [code for code, found in RESULT_CODES.items() if found.meaning is CodeClass.TAKEN]
    counted = {c.total: c.one_of for c in RESULT.controls if c.one_of}
    assert set(counted.values()) == {tuple(taken)}


def test_every_class_is_a_success_a_failure_or_proves_nothing():
    proves_nothing = {CodeClass.DUPLICATE, CodeClass.TRANSIENT, CodeClass.UNKNOWN}
    assert set(CodeClass) == {CodeClass.TAKEN} | FAILURES | proves_nothing
    assert not FAILURES & proves_nothing
    assert all(any(found.meaning is each for found in RESULT_CODES.values()) for each in CodeClass)


# bulk-debit classes of the common list: no retry, or ask first
@pytest.mark.parametrize(
    ("codes", "meaning"),
    [
        ("03008 03013 03015 03042", CodeClass.INSUFFICIENT),
        ("03006 03017 03018 03020 03057 03069", CodeClass.ACCOUNT_STATE),
        ("03004 03009 03030 03031", CodeClass.IDENTITY),
        ("03043 03045 03046 03047", CodeClass.MANDATE),
        ("03051 03029 03019", CodeClass.DUPLICATE),
        ("03024 03028 03044 03059 03071", CodeClass.TRANSIENT),
        ("99999", CodeClass.UNKNOWN),
        ("00000", CodeClass.TAKEN),
    ],
)
def test_b09_b11_b12_b13_b20_a_code_is_of_its_class(codes, meaning):
    assert {RESULT_CODES[code].meaning for code in codes.split()} == {meaning}
    assert set(codes.split()) == {
        c for c, found in RESULT_CODES.items() if found.meaning is meaning
    }


def test_every_answer_of_the_sandbox_is_an_agreed_code():
    assert {code for code, _ in ANSWERS.values()} <= set(RESULT_CODES)
    assert RESULT_CODES[ANSWERS[Truth.UNKNOWN][0]].meaning is CodeClass.UNKNOWN
