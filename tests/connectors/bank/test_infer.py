"""An unknown file → a proposed layout that reads it, or a reason why not. 推断格式"""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bank.codec import decode, layout_of
from connectors.bank.codec.inferring import Unknowable, infer
from connectors.bank.codec.layouts import Layout
from sandbox.files import render_result, render_statement
from sandbox.world import BANKS, night
from tests.connectors.bank.samples import DAY, LINES_MAX, SCHEMA, shipped

GOLDEN = Path(__file__).with_name("golden")
NAMES = {
    "generic-pipe-result": "DKJG_990001_ZH01_20260228_V01.txt",
    "generic-pipe-statement": "ZHDZ_990001_ZH01_20260228_V01.txt",
    "generic-pipe-receipt": "SJHZ_990001_ZH01_20260228_0123456789abcdef.txt",
    "generic-fixed-request": "DKQQ_990001_ZH01_20260228_V01.dat",
    "generic-fixed-result": "DKJG_990001_ZH01_20260228_V01.dat",
    "generic-fixed-statement": "ZHDZ_990001_ZH01_20260228_V01.dat",
}
PIPES = {"result": "result_full", "statement": "statement_full", "receipt": "receipt_accepted"}
FILES = {
    path.stem.partition("__")[0]: path for path in sorted(GOLDEN.glob("layouts/*__full.dat"))
} | {f"generic-pipe-{kind}": GOLDEN / f"{name}.txt" for kind, name in PIPES.items()}
every = pytest.mark.parametrize("name", FILES)


@cache
def proposed(name: str) -> Layout:
    found = infer(NAMES.get(name, "BANK_BAT_LOAN1_RST.DAT"), FILES[name].read_bytes())
    return layout_of(dict(found.data), SCHEMA)


@every
def test_what_is_proposed_loads_and_reads_the_file_it_came_from(name):
    data = FILES[name].read_bytes()
    read, known = decode(proposed(name), data, LINES_MAX), decode(shipped(name), data, LINES_MAX)
    assert read.findings == ()
    assert (read.kind, read.line_count) == (known.kind, known.line_count)


@every
def test_its_form_is_the_one_agreed(name):
    found, agreed = proposed(name), shipped(name)
    for word in ("kind", "form", "encoding", "newline", "delimiter"):
        assert getattr(found, word) == getattr(agreed, word)
    assert [record.mark for record in found.records] == [record.mark for record in agreed.records]


@every
def test_it_has_the_fields_agreed_or_leaves_blank_ones_together(name):
    for found, agreed in zip(proposed(name).records, shipped(name).records, strict=True):
        if agreed.fields and agreed.fields[0].width:
            assert places(found) <= places(agreed)
            assert len(places(agreed) - places(found)) <= 1
        else:
            assert len(found.fields) == len(agreed.fields)


def places(record):
    """Where fields begin."""
    widths = [field.width for field in record.fields]
    return {sum(widths[:index]) for index in range(len(widths))}


@every
def test_amounts_and_days_are_recognised(name):
    for found, agreed in zip(proposed(name).records, shipped(name).records, strict=True):
        if len(found.fields) != len(agreed.fields):
            continue
        data = decode(shipped(name), FILES[name].read_bytes(), LINES_MAX)
        assert data.findings == ()
        for one, other in zip(found.fields, agreed.fields, strict=True):
            if other.type in ("yuan", "cents", "date") and not other.empty:
                assert one.type == other.type


@pytest.mark.parametrize(
    "name", ["generic-pipe-result", "generic-pipe-statement", "generic-fixed-result",
             "generic-fixed-statement", "settlement-108"],
)  # fmt: skip
def test_its_control_totals_are_found_by_arithmetic(name):
    def totals(layout):
        return Counter((control.place, control.is_sum) for control in layout.controls)

    # a sum over all lines may be what a sum over the successes is: failures have nothing taken
    assert totals(shipped(name)) <= totals(proposed(name))


@pytest.mark.parametrize("name", ["generic-pipe-statement", "generic-fixed-statement"])
def test_its_balance_chain_is_found_by_arithmetic(name):
    data = FILES[name].read_bytes()
    assert proposed(name).balance_chain.closing == "closing"
    lines = decode(proposed(name), data, LINES_MAX).statement
    known = decode(shipped(name), data, LINES_MAX).statement
    assert [(one.direction, one.amount_fen, one.balance_fen, one.reversal) for one in lines] == [
        (one.direction, one.amount_fen, one.balance_fen, one.reversal) for one in known
    ]


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.code)
def test_whole_nights_are_read_by_what_is_proposed_for_them(bank):
    told = night("infer", bank, DAY)
    for data in (render_result(told), render_statement(told)):
        found = infer("unknown.txt", data)
        read = decode(layout_of(dict(found.data), SCHEMA), data, LINES_MAX)
        assert (read.findings, read.line_count > 3) == ((), True)


@every
def test_every_guess_is_listed_as_a_doubt(name):
    found = infer("unknown.bin", FILES[name].read_bytes())
    assert any("flag" in doubt for doubt in found.doubts)
    assert any("文件名" in doubt for doubt in found.doubts)
    assert all(
        not any(digit in doubt for digit in ("9900016204", "沙箱")) for doubt in found.doubts
    )


RUBBISH = {
    "nothing": (b"", "空"),
    "blanks": (b" \n\n", "空"),
    "pdf": (b"%PDF-1.7\n...", "PDF"),
    "xlsx": (b"PK\x03\x04....", "ebank"),
    "xml": (b"<?xml version='1.0'?><a/>", "camt"),
    "swift": (b"{1:F01BANKCNBJ}\n:20:X\n", "mt940"),
    "prose": ("这是一封信。\n没有表格，\n也没有金额。再见\n".encode(), "明细"),
    "latin": (b"\xff\xfe\x00\x01|\n", "GB18030"),
    "control": (b"a|b\x00|\na|b|\n", "控制字符"),
    "odd": (b"H|1|\nD|1|2|\nD|1|2|3|\nD|1|2|\nT|1|\n", "第3行"),
    "names": ("张|王\n李|赵\n".encode(), "各列"),
    "header alone": (b"H|01|990001|20260228|\nT|0|\n", "明细|各列|借贷|不同"),
}


@pytest.mark.parametrize(("data", "reason"), RUBBISH.values(), ids=RUBBISH)
def test_rubbish_is_refused_with_a_reason(data, reason):
    with pytest.raises(Unknowable, match=reason):
        infer("x", data)


pieces = st.sampled_from(
    [b"H", b"D", b"T", b"|", b"@|$", b"\n", b"\r\n", b"1", b"2", b"00000", b"1.00", b"20260228",
     b"9900016204000000001", "沙箱".encode("gb18030"), b" " * 10, b"0" * 12, b",", b"\x81"]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(pieces, max_size=60).map(b"".join) | st.binary(max_size=200))
def test_whatever_comes_a_proposal_or_a_reason_is_the_answer(data):
    try:
        found = infer("x.txt", data)
    except Unknowable as refused:
        assert str(refused)
    else:
        assert json.dumps(found.data, ensure_ascii=False)
