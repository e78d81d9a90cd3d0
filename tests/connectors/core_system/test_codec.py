"""The core system's rows and payloads: yuan and fen, digests, round trips. 核心系统编解码"""

import hashlib
import json
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.core_system.codec import (
    POSTING_COLUMNS,
    content_digest,
    decode,
    decode_results,
    encode,
    encode_instructions,
    encode_results,
    row_of,
    scrub,
)
from connectors.core_system.codec.views import INSTRUCTIONS, VIEWS
from connectors.core_system.model import Instruction, Posting, PostingKind, PostingResult

INTERFACE = json.loads(
    (Path(__file__).parents[3] / "schemas" / "core_system" / "interface.json").read_text("utf-8")
)["relations"]
fen = st.integers(0, 10**13)
text = st.text(max_size=12)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
postings = st.builds(
    Posting,
    bank=text, account=text, business_date=days, batch_no=text, serial=st.integers(0, 10**9),
    loan_no=text, instalment_no=st.integers(0, 600), fen=fen, principal_fen=fen, interest_fen=fen,
    penalty_fen=fen, booked_on=days, host_serial=text, kind=st.just(PostingKind.NORMAL),
)  # fmt: skip
POSTING = Posting(
    bank="990001",
    account="ZH01",
    business_date=date(2026, 2, 28),
    batch_no="PLKK20260228001",
    serial=7,
    loan_no="08099104000007",
    instalment_no=12,
    fen=200_170,
    principal_fen=91_837,
    interest_fen=108_333,
    penalty_fen=0,
    booked_on=date(2026, 2, 28),
    host_serial="00126022800000007",
)
ROW = {
    "yhdm": "990001", "zhbh": "ZH01", "ywrq": date(2026, 2, 28), "pch": "PLKK20260228001",
    "xh": 7, "dkzh": "08099104000007", "dqqc": 12, "hkzh": "9900016204000000007",
    "hkzhmc": "沙箱䶮", "dqyhje": Decimal("2001.70"), "dqyhbj": Decimal("918.37"),
    "dqyhlx": Decimal("1083.33"), "dqyhfx": Decimal("0.00"), "dqyhwy": Decimal("0.00"), "zebz": "0",
}  # fmt: skip


def test_a_row_of_the_core_becomes_an_instruction_in_fen():
    found = INSTRUCTIONS.value(ROW)
    assert (found.asked_fen, found.principal_fen) == (200_170, 91_837)
    assert (found.interest_fen, found.penalty_fen) == (108_333, 0)
    assert (found.serial, found.payer_name, found.full_flag) == (7, "沙箱䶮", "0")


@pytest.mark.parametrize("column", ["dqyhje", "dqyhbj", "dqyhlx", "dqyhfx"])
@pytest.mark.parametrize("amount", ["2001.705", "NaN", "2001.7"])
def test_an_amount_that_is_no_yuan_is_not_rounded(column, amount):
    with pytest.raises(ValueError, match="two decimals"):
        INSTRUCTIONS.value(ROW | {column: Decimal(amount)})


def test_a_missing_column_is_not_made_up():
    with pytest.raises(KeyError):
        INSTRUCTIONS.value({name: value for name, value in ROW.items() if name != "dqyhfx"})


def test_the_columns_are_those_of_the_agreed_interface():
    for view in VIEWS:
        # what is only asked for; and a 冲账 is known by the original it names
        unread = set(INTERFACE[view.name]["columns"]) - set(view.columns.values())
        assert unread <= {"yhdm", "zhbh", "ywrq", "czbz"}
        assert set(view.columns.values()) <= set(INTERFACE[view.name]["columns"])
        assert set(view.columns) == {field.name for field in fields(view.make)}
    written = set(row_of(POSTING))
    assert written | {"lrsj"} == set(INTERFACE["repayment_posting"]["columns"])
    assert set(POSTING_COLUMNS) == {field.name for field in fields(Posting)} - {
        "kind", "reversal_of", "act",
    }  # fmt: skip


def test_a_posting_becomes_a_row_in_yuan_under_its_key_and_digest():
    row = row_of(POSTING)
    assert (row["fse"], row["bjje"], row["lxje"], row["fxje"]) == tuple(
        map(Decimal, ("2001.70", "918.37", "1083.33", "0.00"))
    )
    assert row["mdj"] == POSTING.key
    assert row["zhaiyao"] == content_digest(POSTING)
    assert row["dkywmxlx"] == "02"


def test_the_digest_is_of_the_canonical_line_and_stays_what_it_is():
    line = encode([POSTING]).decode()
    assert line == (
        '{"account":"ZH01","bank":"990001","batch_no":"PLKK20260228001",'
        '"booked_on":"2026-02-28","business_date":"2026-02-28","fen":200170,'
        '"host_serial":"00126022800000007","instalment_no":12,"interest_fen":108333,'
        '"kind":"02","loan_no":"08099104000007","penalty_fen":0,"principal_fen":91837,'
        '"serial":7}\n'
    )
    assert content_digest(POSTING) == hashlib.sha256(line.rstrip("\n").encode()).hexdigest()


CHANGES = {
    "bank": "990002", "account": "ZH02", "business_date": date(2026, 2, 27), "batch_no": "B",
    "serial": 8, "loan_no": "L", "instalment_no": 13, "fen": 200_171, "principal_fen": 91_838,
    "interest_fen": 108_334, "penalty_fen": 1, "booked_on": date(2026, 3, 1), "host_serial": "H",
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_every_field_of_a_posting_is_bound_by_its_digest(name):
    assert content_digest(replace(POSTING, **{name: CHANGES[name]})) != content_digest(POSTING)


def test_the_key_is_the_instruction_and_nothing_that_was_decided_about_it():
    of_the_key = {"bank", "account", "batch_no", "serial"}
    changed = {n for n in CHANGES if replace(POSTING, **{n: CHANGES[n]}).key != POSTING.key}
    assert changed == of_the_key


@given(st.lists(postings, max_size=4))
def test_a_payload_comes_back_as_the_same_postings(found):
    assert decode(encode(found)) == tuple(found)


results = st.builds(PostingResult, key=text, content_digest=text, code=text, text=text)


@given(st.lists(results, max_size=4))
def test_kept_results_come_back_as_the_same_results(found):
    """Whatever the core writes into its text: a line separator of Unicode ends no line of ours."""
    assert decode_results(encode_results(found)) == tuple(found)


@pytest.mark.parametrize("ending", ["\u2028", "\u2029", "\x85", "\x0b", "\r", "\n", "\x1c"])
def test_a_line_end_inside_a_text_is_no_line_end(ending):
    one = PostingResult("k", "d", "12", f"金额{ending}不符")
    assert decode_results(encode_results([one, one])) == (one, one)


@given(st.lists(postings, min_size=1, max_size=3))
def test_the_same_postings_are_the_same_bytes(found):
    assert encode(found) == encode(decode(encode(found)))


def test_an_extract_of_instructions_is_one_line_each_and_complete():
    item = INSTRUCTIONS.value(ROW)
    (line,) = encode_instructions([item]).decode().splitlines()
    kept = json.loads(line)
    assert set(kept) == {field.name for field in fields(Instruction)}
    assert kept["business_date"] == "2026-02-28"
    assert kept["asked_fen"] == 200_170


@given(st.from_regex(r"[0-9]{9,30}", fullmatch=True))
def test_a_scrubbed_payload_names_no_loan(loan):
    posting = replace(POSTING, loan_no=loan, serial=1, host_serial="h")
    clean = scrub(encode([posting, POSTING])).decode()
    assert loan not in clean
    assert POSTING.loan_no not in clean
    assert clean.count("\n") == 2


def test_a_scrubbed_payload_keeps_its_amounts():
    clean = json.loads(scrub(encode([POSTING])))
    assert clean["loan_no"] == "****0007"
    assert {k: v for k, v in clean.items() if k != "loan_no"} == {
        k: v for k, v in json.loads(encode([POSTING])).items() if k != "loan_no"
    }
