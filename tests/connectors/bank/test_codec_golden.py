"""Golden files: bytes as banks send them, and what is read from them beside each. 解码样例

GATEWAY_WRITE_GOLDEN=1 writes the expected JSON anew; look at the difference before committing it.
"""

import os
import re
from pathlib import Path

import pytest

from connectors.bank.codec import decode
from gateway.errors import Code
from tests.connectors.bank.samples import LINES_MAX, RECEIPT, RESULT, STATEMENT, shown

GOLDEN = Path(__file__).with_name("golden")
FILES = sorted(GOLDEN.glob("*.txt"))
LAYOUTS = {"statement": STATEMENT, "receipt": RECEIPT}
each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def read(path):
    layout = LAYOUTS.get(path.stem.partition("_")[0], RESULT)
    return decode(layout, path.read_bytes(), LINES_MAX)


@each
def test_a_file_is_read_as_it_always_was(path):
    expected = path.with_suffix(".json")
    if os.environ.get("GATEWAY_WRITE_GOLDEN"):
        expected.write_text(shown(read(path)), encoding="utf-8")
    assert shown(read(path)) == expected.read_text(encoding="utf-8")


@each
def test_a_file_named_after_a_fault_has_it_first_and_any_other_has_none(path):
    named = re.search(r"fault_([A-Z_]+[A-Z])", path.stem)
    decoded = read(path)
    if named is None:
        assert decoded.findings == ()
        assert decoded.header is not None
    else:
        assert decoded.findings[0].code is Code[named[1]]
        assert (decoded.header, decoded.line_count, decoded.controls) == (None, 0, {})


def test_every_fault_of_lines_and_control_totals_has_a_golden_file():
    section = [code for code in Code if code.value.branch == "MalformedMessage"]
    start, end = Code.ENCODING_INVALID, Code.BALANCE_CHAIN_BROKEN
    wanted = {code.name for code in section[section.index(start) : section.index(end) + 1]}
    every = [path.stem for path in GOLDEN.rglob("*") if "fault" in path.stem]
    named = {re.search(r"fault_([A-Z_]+[A-Z])", stem)[1] for stem in every}
    # a thousand lines are made in test_settlement.py
    assert named | {"ROWS_CAPPED"} == wanted


def test_every_golden_file_has_its_expectation_and_none_is_left_over():
    assert {path.with_suffix(".json") for path in FILES} == set(GOLDEN.glob("*.json"))


@pytest.mark.parametrize("name", ["result_full", "result_empty_day", "statement_empty_day"])
def test_b18_b33_rare_characters_and_empty_days_are_read(name):
    decoded = read(GOLDEN / f"{name}.txt")
    names = "".join(line.payer_name for line in decoded.results)
    assert decoded.line_count == decoded.controls["total_count"]
    assert all(rare in names for rare in "䶮𬭎㛃𬱖·") is (name == "result_full")
    assert "?" not in names
