"""Fixed width, held lines, versions, flags: what a layout may say of form. 文件形式"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bank.codec import decode, flag_name, flag_of, flagged_name, read_flag, version_of
from connectors.bank.codec.layouts import FlagFile
from connectors.bank.codec.names import Flag, matching_name
from connectors.bank.rules.gate import Envelope, envelope_findings
from gateway.errors import Code
from tests.connectors.bank.samples import LINES_MAX, RESULT, SCHEMAS, altered, shipped

GOLDEN = Path(__file__).with_name("golden")
FIXED = shipped("generic-fixed-result")
FULL = (GOLDEN / "layouts" / "generic-fixed-result__full.dat").read_bytes()
PIPE = (GOLDEN / "result_full.txt").read_bytes()
LINED = sorted(path.stem for path in (SCHEMAS / "bank").glob("*.yaml")
               if shipped(path.stem).detail.fields
               and path.stem != "generic-pipe-request")  # fmt: skip
each = pytest.mark.parametrize("name", LINED)
HOLDING = replace(RESULT, hold_lines=True)


@each
@settings(max_examples=60)
@given(data=st.binary(max_size=300))
def test_no_bytes_make_any_layout_raise(name, data):
    decoded = decode(shipped_once(name), data, LINES_MAX)
    assert not decoded.findings or decoded.line_count == 0


@each
@settings(max_examples=25)
@given(st.data())
def test_a_flipped_byte_of_an_honest_file_never_raises(name, data):
    good = bytearray(honest(name))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] = data.draw(st.integers(0, 255))
    for layout in (shipped_once(name), replace(shipped_once(name), hold_lines=True)):
        decoded = decode(layout, bytes(good), LINES_MAX)
        assert not decoded.findings or decoded.line_count == 0


@cache
def shipped_once(name):
    return shipped(name)


@cache
def honest(name):
    kind = name.removeprefix("generic-pipe-")
    path = GOLDEN / ("receipt_accepted.txt" if kind == "receipt" else f"{kind}_full.txt")
    return (path if kind != name else GOLDEN / "layouts" / f"{name}__full.dat").read_bytes()


def test_b34_a_character_cut_in_two_is_named_with_line_and_byte():
    name = ("东方珅晐瑋東" * 5).encode("gb18030")
    start = FULL.split(b"\r\n")[2].index(name)
    for cut in (b"A" + name[:59], b"AAA" + name[:57]):
        (found,) = decode(FIXED, FULL.replace(name, cut), LINES_MAX).findings
        assert (found.code, found.line, found.column) == (Code.CHARACTER_SPLIT, 3, start + 60)


def test_b34_a_name_that_fills_its_field_is_read_whole():
    assert decode(FIXED, FULL, LINES_MAX).results[1].payer_name == "东方珅晐瑋東" * 5


def test_a_file_labelled_gbk_may_have_characters_that_gbk_has_not():
    assert decode(FIXED, FULL, LINES_MAX).results[2].payer_name == "沙箱𬭎"
    with pytest.raises(UnicodeEncodeError):
        "𬭎".encode("gbk")


def test_every_byte_taken_from_or_put_into_a_fixed_line_is_noticed():
    lines = FULL.split(b"\r\n")
    for wrong in (lines[1][:-1], lines[1] + b" ", lines[1][:40] + lines[1][41:]):
        data = b"\r\n".join([lines[0], wrong, *lines[2:]])
        found = decode(FIXED, data, LINES_MAX).findings[0]
        assert (found.code, found.line) == (Code.LINE_LENGTH_WRONG, 2)
        assert found.column == min(len(wrong), len(lines[1])) + 1


# --- lines held


def poisoned(number: int = 3, old: bytes = b"|3208.73|3208.73|", new: bytes = b"|3,208.73|x|"):
    rows = PIPE.split(b"\n")
    assert old in rows[number - 1]
    rows[number - 1] = rows[number - 1].replace(old, new)
    return b"\n".join(rows)


def test_b35_a_malformed_line_refuses_the_file_unless_the_layout_holds_lines():
    refused = decode(RESULT, poisoned(), LINES_MAX)
    assert ([one.line for one in refused.findings], refused.line_count) == ([3, 3], 0)
    held = decode(HOLDING, poisoned(), LINES_MAX)
    assert held.findings == ()
    assert [(one.code, one.line) for one in held.held] == [(Code.AMOUNT_FORMAT_WRONG, 3)] * 2
    assert [one.serial for one in held.results] == [1, 3, 4, 5, 7, 9]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"T|7|", b"T|8|", Code.CONTROL_COUNT_WRONG),  # more is missing than the line held
        (b"T|7|", b"T|6|", Code.CONTROL_COUNT_WRONG),
        (b"|5|10000006710.43|2|", b"|3|10000006710.43|2|", Code.CONTROL_COUNT_WRONG),
        (b"|5|10000006710.43|2|", b"|6|10000006710.43|2|", Code.CONTROL_COUNT_WRONG),
        (b"T|7|10000013973.40|", b"T|7|10000000000.00|", Code.CONTROL_SUM_WRONG),
    ],
)
def test_the_other_lines_are_used_only_when_the_totals_leave_room_for_the_held_one(old, new, code):
    data = poisoned().replace(old, new)
    assert data != poisoned()
    decoded = decode(HOLDING, data, LINES_MAX)
    assert ([one.code for one in decoded.findings], decoded.line_count) == ([code], 0)


@pytest.mark.parametrize(
    ("old", "new"), [(b"H|01|", b"H|02|"), (b"T|7|1", b"T|7|,1"), (b"D|7|0", b"T|7|0")]
)
def test_header_trailer_and_order_are_never_held(old, new):
    decoded = decode(HOLDING, PIPE.replace(old, new), LINES_MAX)
    assert decoded.findings
    assert (decoded.held, decoded.line_count) == ((), 0)


def test_a_file_of_rubbish_lines_is_refused_and_not_held_line_by_line():
    rows = PIPE.split(b"\n")
    data = b"\n".join([rows[0], *[b"D|1|"] * 5_000, *rows[8:]])
    decoded = decode(HOLDING, data, LINES_MAX)
    assert len(decoded.findings) == 100
    assert decoded.held == ()


def test_a_held_line_breaks_neither_the_sequence_nor_the_balances_beyond_itself():
    def hold(data):
        data["lines"] = "hold"

    layout = altered("statement", hold)
    data = (GOLDEN / "statement_full.txt").read_bytes()
    bad = data.replace(b"|25.50|700786.84|", b"|25.5|700786.84|")
    decoded = decode(layout, bad, LINES_MAX)
    assert decoded.findings == ()
    assert [one.line for one in decoded.held] == [4]
    assert [one.serial for one in decoded.statement] == [1, 2, 4, 5, 6, 7]
    worse = bad.replace(b"703786.84", b"703786.85")  # the line behind the gap starts anew
    codes = [one.code for one in decode(layout, worse, LINES_MAX).findings]
    assert codes == [Code.BALANCE_CHAIN_BROKEN]


# --- versions


def second_version(**changes: object):
    def change(data):
        data["version"] = 2
        data.update(changes)
        data["header"]["fields"][0]["equals"] = "02"
        data["detail"]["fields"].append({"name": "more", "title": "新增", "type": "text"})

    return altered("result", change)


def in_second(data: bytes) -> bytes:
    rows = [row + b"x|" if row.startswith(b"D") else row for row in data.split(b"\n")]
    return b"\n".join(rows).replace(b"H|01|", b"H|02|")


def test_two_versions_side_by_side_are_told_apart_by_the_header():
    both = replace(RESULT, versions=(second_version(),))
    old, new = decode(both, PIPE, LINES_MAX), decode(both, in_second(PIPE), LINES_MAX)
    assert old.findings == new.findings == ()
    assert old.results == new.results
    assert version_of(both, in_second(PIPE)).version == 2
    third = PIPE.replace(b"H|01|", b"H|03|")
    assert decode(both, third, LINES_MAX).findings[0].code is Code.VALUE_NOT_ALLOWED


def test_or_by_the_name_and_the_name_is_believed_first():
    newer = second_version(file_name="RESULT2_{bank}_{account}_{date}_V{version}.txt")
    both = replace(RESULT, versions=(newer,))
    name = "RESULT2_990001_ZH01_20260228_V01.txt"
    assert matching_name(both, name).account == "ZH01"
    assert matching_name(RESULT, name) is None
    chosen = version_of(both, PIPE, name)
    assert chosen.version == 2
    assert decode(chosen, PIPE, LINES_MAX).findings[0].code is Code.VALUE_NOT_ALLOWED


# --- flags


@pytest.mark.parametrize(
    ("flag", "name"),
    [
        (FlagFile(suffix=".ok", fields=("name", "size", "sha256")), "X.txt.ok"),
        (FlagFile(prefix="OK_"), "OK_X.txt"),
        (FlagFile(prefix="F_", suffix=".end"), "F_X.txt.end"),
    ],
)
def test_a_flag_is_named_by_suffix_or_prefix_and_found_again(flag, name):
    layout = replace(RESULT, flag=flag)
    assert flag_name(layout, "X.txt") == name
    assert flagged_name(layout, name) == "X.txt"
    assert flagged_name(layout, "Y" + name[1:-1]) is None
    told = Flag("X.txt", 4, "ab" * 32)
    assert read_flag(layout, flag_of(layout, told)) == (told if flag.fields else Flag("", -1, ""))


def test_a_layout_without_flags_has_no_flag_name():
    layout = shipped("settlement-108")
    assert flag_name(layout, "X") is None
    assert flagged_name(layout, "X") is None


def test_an_empty_flag_says_only_that_the_file_is_whole():
    layout = replace(RESULT, flag=FlagFile(prefix="OK_"))
    name = matching_name(RESULT, "DKJG_990001_ZH01_20260228_V01.txt")
    flag = read_flag(layout, b"")
    assert list(envelope_findings(Envelope(name, flag, 4, "ab" * 32))) == []
    assert read_flag(layout, b"anything") is None
