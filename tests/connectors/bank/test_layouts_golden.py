"""Golden files of every shipped layout, `layout__case`: honest ones and refusals. 解码样例

GATEWAY_WRITE_GOLDEN=1 writes the expected JSON anew; look at the difference before committing it.
"""

import os
import re
from pathlib import Path

import pytest

from connectors.bank.codec import decode
from gateway.errors import Code
from tests.connectors.bank.samples import LINES_MAX, SCHEMAS, shipped, shown

GOLDEN = Path(__file__).with_name("golden") / "layouts"
FILES = sorted(GOLDEN.glob("*.dat"))
each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def layout_of(path):
    return path.stem.partition("__")[0]


def read(path):
    return decode(shipped(layout_of(path)), path.read_bytes(), LINES_MAX)


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
    else:
        assert decoded.findings[0].code is Code[named[1]]
        assert decoded.findings[0].line
        assert (decoded.header, decoded.line_count, decoded.controls) == (None, 0, {})


def test_every_layout_of_lines_has_an_honest_file_and_a_refused_one_or_another_to_lean_on():
    lined = {
        path.stem
        for path in (SCHEMAS / "bank").glob("*.yaml")
        if shipped(path.stem).detail.fields and not path.stem.startswith("generic-pipe")
    }
    assert {layout_of(path) for path in FILES if "__full" in path.stem} == lined
    refused = {layout_of(path) for path in FILES if "fault" in path.stem}
    based = {"settlement-108-boc", "settlement-113-icbc", "settlement-113-long"}
    assert refused | based == lined
