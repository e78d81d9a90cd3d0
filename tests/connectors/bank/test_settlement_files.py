"""The settlement platform's files: traps of 105, 106, 108, 113 and SBDC100. 结算应用系统文件"""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.codec import (
    decode,
    encode_lines,
    name_parts,
    scrub,
    totals_of,
    unfit,
)
from connectors.bank.model import DeductionRequestLine, SplitLine
from gateway.errors import Code
from tests.connectors.bank.samples import LINES_MAX, shipped

GOLDEN = Path(__file__).with_name("golden") / "layouts"
SAME, CROSS = shipped("settlement-105-same"), shipped("settlement-105-cross")
SPLIT, RESULT = shipped("settlement-106"), shipped("settlement-108")
DETAILS = shipped("settlement-113")
FIXED = shipped("generic-fixed-request")
ONE = DeductionRequestLine(1, 200_170, "9900016204000000001", "沙箱䶮", "0", "还款")
PART = SplitLine(1, "990001", "M1", "", "HT1", "沙箱䶮", 1_000, 400, 300, 200, 100)

plain = st.characters(
    codec="gb18030", exclude_characters="|", exclude_categories=["Cc", "Zl", "Zp"]
)


def words(most: int, least: int = 1):
    """Texts of so many bytes, nothing but blanks left out: a fixed field could not keep them."""
    texts = st.text(plain, min_size=least, max_size=most // 4) | st.sampled_from("珅晐瑋東𬭎")
    return texts.filter(lambda text: text == text.strip(" "))


money = st.integers(0, 10**13)
request = st.builds(
    DeductionRequestLine, st.integers(1, 9), money, words(32), words(60), st.sampled_from("01"),
    words(60, 0),
)  # fmt: skip
crossing = st.builds(
    DeductionRequestLine, st.integers(1, 9), money, words(32), words(60), st.sampled_from("01"),
    words(60, 0), st.sampled_from(["", "313990000012"]), st.just(""), words(80, 0), words(32, 0),
)  # fmt: skip


@st.composite
def split(draw):
    paid, offset = (draw(st.lists(money, min_size=4, max_size=4)) for _ in range(2))
    return SplitLine(
        draw(st.integers(1, 9)), draw(words(32)), draw(words(32)), draw(words(18, 0)),
        draw(words(32)), draw(words(60)), sum(paid), *paid, sum(offset), *offset,
        draw(words(60, 0)), draw(words(254, 0)),
    )  # fmt: skip


def batches(line):
    return st.lists(line, max_size=5, unique_by=lambda one: one.serial)


@pytest.mark.parametrize("layout", [SAME, FIXED], ids=lambda layout: layout.name)
@given(lines=batches(request))
def test_a_batch_comes_back_as_it_was_written(layout, lines):
    header = {"bank": "990001", "account_number": "1", "batch_no": "B1"}
    data = encode_lines(layout, lines, header | {"business_date": _day()})
    decoded = decode(layout, data, LINES_MAX, totals_of(layout, lines))
    assert (decoded.findings, list(decoded.requests)) == ((), lines)


@given(batches(crossing))
def test_a_batch_across_banks_comes_back_as_it_was_written(lines):
    decoded = decode(CROSS, encode_lines(CROSS, lines), LINES_MAX, totals_of(CROSS, lines))
    assert (decoded.findings, list(decoded.requests)) == ((), lines)


@given(batches(split()))
def test_a_split_comes_back_as_it_was_written(lines):
    decoded = decode(SPLIT, encode_lines(SPLIT, lines), LINES_MAX, totals_of(SPLIT, lines))
    assert (decoded.findings, list(decoded.splits)) == ((), lines)


def _day():
    return decode(RESULT, golden("settlement-108__full"), LINES_MAX).header.business_date


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.dat").read_bytes()


def test_b36_the_second_group_of_a_split_has_the_fine_before_the_penalty():
    line = replace(PART, offset_fen=11, offset_penalty_fen=3, offset_fine_fen=8)
    fields = encode_lines(SPLIT, [line]).decode("gb18030").split("@|$")
    assert fields[6:11] == ["10.00", "4.00", "3.00", "2.00", "1.00"]  # 罚息, 违约金
    assert fields[11:16] == ["0.11", "0.00", "0.00", "0.08", "0.03"]  # 违约金, 罚息


@pytest.mark.parametrize("name", ["repaid_fen", "penalty_fen", "offset_fen", "offset_fine_fen"])
def test_b36_a_split_whose_parts_are_not_the_whole_is_named_before_it_is_sent(name):
    assert unfit(SPLIT, PART) is None
    wrong = replace(PART, **{name: getattr(PART, name) + 1})
    assert unfit(SPLIT, wrong).code is Code.CONTROL_SUM_WRONG
    found = decode(SPLIT, encode_lines(SPLIT, [wrong]), LINES_MAX).findings
    assert [(one.code, one.line) for one in found] == [(Code.CONTROL_SUM_WRONG, 1)]


@pytest.mark.parametrize(
    ("total", "wrong"),
    [("total_count", Code.CONTROL_COUNT_WRONG), ("asked_total", Code.CONTROL_SUM_WRONG)],
)
def test_b16_totals_told_beside_the_file_are_held_against_it(total, wrong):
    data, told = encode_lines(SAME, [ONE]), totals_of(SAME, [ONE])
    assert decode(SAME, data, LINES_MAX, told).controls == told
    found = decode(SAME, data, LINES_MAX, told | {total: told[total] + 1})
    assert ([one.code for one in found.findings], found.line_count) == ([wrong], 0)
    assert "总" in found.findings[0].field


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"payer_name": "沙" * 31}, Code.FIELD_TOO_LONG),
        ({"payer_name": "𬭎" * 15 + "A"}, Code.FIELD_TOO_LONG),
        ({"payer_name": "沙@|$箱"}, Code.FIELD_FORMAT_WRONG),
        ({"payer_name": "沙\r箱"}, Code.FIELD_FORMAT_WRONG),
        ({"payer_name": "沙\ud800"}, Code.ENCODING_INVALID),
        ({"payer_name": ""}, Code.FIELD_EMPTY),
        ({"asked_fen": -1}, Code.AMOUNT_FORMAT_WRONG),
        ({"full_flag": "2"}, Code.VALUE_NOT_ALLOWED),
    ],
)
def test_a_line_that_does_not_fit_is_named_and_never_cut(change, code):
    line = replace(ONE, **change)
    found = unfit(SAME, line)
    assert (found.code, bool(found.field)) == (code, True)
    with pytest.raises(ValueError, match=code.name) as refused:
        encode_lines(SAME, [line])
    assert "沙" not in str(refused.value)


def test_a_name_as_long_as_its_field_fits_and_is_read_back():
    line = replace(ONE, payer_name="沙" * 30)
    for layout in (SAME, FIXED):
        assert unfit(layout, line) is None
        assert unfit(layout, replace(line, payer_name="沙" * 30 + "A")).code is Code.FIELD_TOO_LONG


def test_a_fixed_field_does_not_take_a_name_that_it_would_not_give_back():
    assert unfit(FIXED, replace(ONE, payer_name=" 沙箱")).code is Code.FIELD_FORMAT_WRONG
    assert unfit(SAME, replace(ONE, payer_name=" 沙箱")) is None


def test_what_a_result_does_not_say_is_empty_and_only_success_was_taken():
    decoded = decode(RESULT, golden("settlement-108__full"), LINES_MAX)
    assert decoded.header.batch_no == "LOAN202602280001"
    assert decoded.header.bank == decoded.header.account_number == ""
    found = [(one.serial, one.code, one.taken_fen) for one in decoded.results]
    assert found == [(1, "00000", 200_000), (2, "03008", 0), (3, "00000", 50), (5, "99999", 0)]
    assert {(one.loan_no, one.instalment_no, one.asked_fen) for one in decoded.results} == {
        ("", None, None)
    }


def test_b38_a_banks_zero_before_its_serials_is_taken_away_and_counted():
    plain_bank = decode(RESULT, golden("settlement-108__full"), LINES_MAX)
    boc = decode(shipped("settlement-108-boc"), golden("settlement-108-boc__full"), LINES_MAX)
    assert boc.results == plain_bank.results
    assert (sum(boc.quirks.values()), plain_bank.quirks) == (2, {})


def test_b38_a_banks_word_null_is_nothing_and_in_another_bank_it_is_a_name():
    data = golden("settlement-113-icbc__full")
    icbc = decode(shipped("settlement-113-icbc"), data, LINES_MAX)
    assert icbc.statement == decode(DETAILS, golden("settlement-113__full"), LINES_MAX).statement
    assert sum(icbc.quirks.values()) == 2
    assert decode(DETAILS, data, LINES_MAX).statement[1].other_name == "null"


def test_sign_and_reversal_flag_are_read_together_and_the_balance_decides():
    lines = decode(DETAILS, golden("settlement-113__full"), LINES_MAX).statement
    assert [(one.direction, one.reversal, one.amount_fen) for one in lines] == [
        ("C", False, 200_000), ("D", False, 2_550), ("C", False, 300_000),
        ("C", True, 300_000),  # negative with the flag: a credit taken back
        ("D", True, 2_550),    # positive with the flag, balance up: a debit taken back
        ("C", True, 200_000),  # positive with the flag, balance down: a credit whose sign was left
        ("C", False, 6_666),
    ]  # fmt: skip


def test_the_same_bookings_newest_first_are_the_same_lines():
    def by_serial(name):
        read = decode(DETAILS, golden(name), LINES_MAX)
        return sorted((one.host_serial, one.direction, one.reversal) for one in read.statement)

    assert by_serial("settlement-113__full_newest_first") == by_serial("settlement-113__full")


def test_b39_a_thousand_rows_are_taken_for_cut_off_and_999_are_not():
    row = golden("settlement-113__full_no_balances").partition(b"\n")[0] + b"\n"
    found = decode(DETAILS, row * 1000, LINES_MAX)
    assert [one.code for one in found.findings] == [Code.ROWS_CAPPED]
    assert decode(DETAILS, row * 999, LINES_MAX).findings == ()


def test_a_result_is_found_by_its_batch_and_a_request_by_its_message():
    assert name_parts(RESULT, "BANK_BAT_LOAN202602280001_RST.DAT") == {"batch": "LOAN202602280001"}
    parts = name_parts(SAME, "BDC_BAT_99010000000000099010260105000000123.DAT")
    assert parts == {"unit": "990100000000000", "message": "99010260105000000123"}
    assert name_parts(RESULT, "BANK_BAT_../x_RST.DAT") is None


@pytest.mark.parametrize("name", ["settlement-106", "settlement-105-cross", "settlement-108"])
def test_a_scrubbed_file_has_nobody_in_it_and_is_still_read(name):
    layout, data = shipped(name), golden(f"{name}__full")
    clean = scrub(layout, data)
    for person in ("沙箱", "阿依", "9900016204", "11010519491231002X"):
        assert person.encode("gb18030") in data or person[:4] not in "沙箱9900"
        assert person.encode("gb18030") not in clean
    assert clean.count(b"\n") == data.count(b"\n")
