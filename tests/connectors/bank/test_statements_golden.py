"""Golden files of statements in others' forms, named after their layout. 对账单样例

GATEWAY_WRITE_GOLDEN=1 writes the expected JSON anew; look at the difference before committing it.
"""

import os
import re
from pathlib import Path

import pytest

from connectors.bank.codec import decode
from connectors.bank.codec.layouts import Form
from gateway.errors import Code
from tests.connectors.bank.samples import LINES_MAX, SCHEMAS, shipped, shown

GOLDEN = Path(__file__).with_name("golden_statements")
FILES = sorted(GOLDEN.glob("*.dat"))
each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def layout_of(path):
    return path.name.partition("__")[0]


def read(path):
    return decode(shipped(layout_of(path)), path.read_bytes(), LINES_MAX)


@each
def test_a_statement_is_read_as_it_always_was(path):
    expected = path.with_suffix(".json")
    if os.environ.get("GATEWAY_WRITE_GOLDEN"):
        expected.write_text(shown(read(path)), encoding="utf-8")
    assert shown(read(path)) == expected.read_text(encoding="utf-8")


@each
def test_a_statement_named_after_a_fault_has_it_first_and_any_other_rolls(path):
    named = re.search(r"fault_([A-Z_]+[A-Z])", path.stem)
    decoded = read(path)
    if named is None:
        assert decoded.findings == ()
        assert decoded.controls["total_count"] == decoded.line_count
    else:
        assert decoded.findings[0].code is Code[named[1]]
        assert (decoded.header, decoded.line_count, decoded.controls) == (None, 0, {})


def test_every_layout_of_another_form_has_an_honest_file_and_a_refused_one():
    layouts = {path.stem: shipped(path.stem) for path in (SCHEMAS / "bank").glob("*.yaml")}
    forms = {name for name, one in layouts.items() if one.form not in (Form.DELIMITED, Form.FIXED)}
    wanted = {name for name in forms if layouts[name].file_name}
    for kind in ("honest", "fault"):
        assert {layout_of(path) for path in FILES if f"__{kind}_" in path.name} == wanted


def test_every_golden_statement_has_its_expectation_and_none_is_left_over():
    assert {path.with_suffix(".json") for path in FILES} == set(GOLDEN.glob("*.json"))
