"""Bytes ⇄ values: nothing raises, nothing splits wrongly, everything comes back. 编解码"""

import tracemalloc
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bank.codec import decode, encode
from connectors.bank.codec.reading import FINDINGS_MAX
from connectors.bank.model import FileKind
from gateway.errors import Code
from tests.connectors.bank.samples import (
    LAYOUTS,
    LINES_MAX,
    RECEIPT,
    RESULT,
    STATEMENT,
    altered,
)

GOOD = Path(__file__).with_name("golden")
FULL = (GOOD / "result_full.txt").read_bytes()
HEADER = {"bank": "990001", "account_number": "9900010000000000001",
          "business_date": date(2026, 2, 28), "batch_no": "PLKK20260228001"}  # fmt: skip
# Characters whose second byte in GBK is the bar itself.
BARS = "珅晐瑋東"
each = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=lambda layout: layout.name)

plain = st.characters(
    codec="gb18030", exclude_characters="|", exclude_categories=["Cc", "Zl", "Zp"]
)


def words(most: int, least: int = 1):
    """Texts of so many bytes in GB18030, where a character takes up to four."""
    return st.text(plain, min_size=least, max_size=most // 4) | st.sampled_from([*BARS, "𬭎", "·"])


money = st.integers(0, 10**15 - 1)
detail = st.fixed_dictionaries(
    {
        "loan_no": words(30), "instalment_no": st.integers(0, 600), "payer_account": words(32),
        "payer_name": words(60), "asked": money, "taken": money,
        "full_flag": st.sampled_from("01"), "code": st.sampled_from(["00000", "03008"]),
        "message": words(160, 0), "host_date": st.none() | st.dates(date(1000, 1, 1)),
        "host_serial": words(32, 0),
    }
)  # fmt: skip


def result_file(rows):
    """A file whose controls agree with its lines."""
    rows = [row | {"serial": n} for n, row in enumerate(rows, start=1)]
    taken = [row["taken"] for row in rows if row["code"] == "00000"]
    trailer = {
        "total_count": len(rows), "asked_total": sum(row["asked"] for row in rows),
        "taken_count": len(taken), "taken_total": sum(taken),
        "failed_count": len(rows) - len(taken),
    }  # fmt: skip
    return rows, encode(RESULT, HEADER, rows, trailer)


@given(st.lists(detail.filter(lambda row: row["asked"] + row["taken"] < 10**14), max_size=6))
def test_what_is_encoded_is_decoded_to_the_same_values(rows):
    rows, data = result_file(rows)
    decoded = decode(RESULT, data, LINES_MAX)
    assert decoded.findings == ()
    assert decoded.header.batch_no == HEADER["batch_no"]
    names = {"asked": "asked_fen", "taken": "taken_fen"}
    read = [
        {name: getattr(line, names.get(name, name)) for name in row}
        for row, line in zip(rows, decoded.results, strict=True)
    ]
    assert read == rows
    assert [line.line for line in decoded.results] == list(range(2, len(rows) + 2))


@each
@settings(max_examples=150)
@given(data=st.binary(max_size=300))
def test_no_bytes_make_decoding_raise_and_findings_leave_no_values(layout, data):
    decoded = decode(layout, data, LINES_MAX)
    assert decoded.findings
    assert decoded.header is None
    assert (decoded.line_count, decoded.controls) == (0, {})


pieces = st.sampled_from(
    [b"H", b"D", b"T", b"|", b"\n", b"\r\n", b"01", b"1", b"990001", b"0.00", b"20260228", b"00000",
     b"C", b"N", "䶮".encode("gb18030"), b"\x99\x33", b"\x81", b"\xff", b"\x00", b"156"]
)  # fmt: skip


@each
@given(data=st.lists(pieces, max_size=60).map(b"".join))
def test_nor_do_bytes_that_look_like_a_file(layout, data):
    decoded = decode(layout, data, LINES_MAX)
    assert bool(decoded.findings) is (decoded.header is None)


@given(st.data())
def test_every_cut_of_a_good_file_is_noticed(data):
    cut = data.draw(st.integers(0, len(FULL) - 1))
    assert decode(RESULT, FULL[:cut], LINES_MAX).findings


@pytest.mark.parametrize("character", BARS)
def test_a_bar_inside_a_character_does_not_split(character):
    assert character.encode("gb18030")[1:] == b"|"
    data = FULL.replace("沙箱伟".encode("gb18030"), f"沙{character}伟".encode("gb18030"))
    assert decode(RESULT, data, LINES_MAX).results[0].payer_name == f"沙{character}伟"


@pytest.mark.parametrize(
    ("name", "wrong"), [("serial", "x"), ("asked", "1"), ("code", "0"), ("host_date", "2")]
)
def test_a_column_is_the_byte_at_which_the_field_begins(name, wrong):
    lines = FULL.decode("gb18030").split("\n")
    fields = lines[7].split("|")  # the last detail, with bars in its name
    assert BARS in fields[5]
    place = [field.name for field in RESULT.detail.fields].index(name) + 1
    fields[place] = wrong
    lines[7] = "|".join(fields)
    (finding,) = decode(RESULT, "\n".join(lines).encode("gb18030"), LINES_MAX).findings
    assert finding.line == 8
    assert lines[7].encode("gb18030")[finding.column - 2 :].startswith(f"|{wrong}|".encode())
    assert finding.column == len("|".join(fields[:place]).encode("gb18030")) + 2


def test_b34_sixty_bytes_are_thirty_hanzi_or_fifteen_rare_ones():
    for name, code in (
        ("沙" * 30, None),
        ("沙" * 30 + "·", Code.FIELD_TOO_LONG),
        ("𬭎" * 15, None),
        ("𬭎" * 15 + "A", Code.FIELD_TOO_LONG),
    ):
        data = FULL.replace("沙箱伟".encode("gb18030"), name.encode("gb18030"))
        assert [f.code for f in decode(RESULT, data, LINES_MAX).findings] == [code] * bool(code)


def test_a_file_of_rubbish_lines_makes_a_short_list_and_no_claim_about_its_end():
    rows = FULL.split(b"\n")
    data = b"\n".join([rows[0], *[b"D|1|"] * 5_000, *rows[8:]])
    findings = decode(RESULT, data, LINES_MAX).findings
    assert len(findings) == FINDINGS_MAX
    assert {finding.code for finding in findings} == {Code.FIELD_COUNT_WRONG}


@pytest.mark.parametrize(("lines_max", "fits"), [(9, True), (8, False), (3, False)])
def test_more_lines_than_agreed_are_refused_at_the_first_too_many(lines_max, fits):
    findings = decode(RESULT, FULL, lines_max).findings
    assert [(f.code, f.line) for f in findings] == (
        [] if fits else [(Code.TOO_MANY_LINES, lines_max + 1)]
    )


def test_an_unfinished_line_too_many_is_a_line_too_many():
    findings = decode(RESULT, FULL + b"x", 9).findings
    assert (findings[0].code, findings[0].line) == (Code.TOO_MANY_LINES, 10)


def test_millions_of_line_ends_are_not_made_into_a_list():
    data = b"\n" * 4_000_000
    tracemalloc.start()
    findings = decode(RESULT, data, 1_000).findings
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert findings
    assert peak < 2 * len(data)


def test_a_broken_first_line_is_named_as_that_and_not_as_missing():
    data = FULL.replace(b"PLKK", b"PL\xff\xff", 1)
    assert [f.code for f in decode(RESULT, data, LINES_MAX).findings] == [Code.ENCODING_INVALID]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("payer_name", "沙|箱"), ("payer_name", "沙\n箱"), ("payer_name", "沙\r箱"),
        ("payer_name", "沙\x00箱"), ("payer_name", ""), ("payer_name", None),
        ("payer_name", "沙" * 31), ("payer_name", "\ud800"), ("asked", -1), ("asked", 10**15),
        ("code", "0000"), ("code", "0000x"), ("full_flag", "2"), ("serial", 10**9),
        ("loan_no", "\u2028"),
    ],
)  # fmt: skip
def test_a_value_that_could_not_be_read_is_not_written(field, value):
    row = {
        "serial": 1, "loan_no": "L", "instalment_no": 1, "payer_account": "A",
        "payer_name": "沙箱", "asked": 1, "taken": 1, "full_flag": "0", "code": "00000",
    }  # fmt: skip
    totals = dict.fromkeys(["total_count", "taken_count", "failed_count"], 1)
    totals |= {"asked_total": 1, "taken_total": 1}
    assert encode(RESULT, HEADER, [row], totals)
    with pytest.raises(ValueError, match=r"\w"):
        encode(RESULT, HEADER, [row | {field: value}], totals)


def test_a_refused_value_is_not_repeated_in_the_error():
    with pytest.raises(ValueError) as refused:
        encode(RESULT, HEADER | {"bank": "6222021234567890"}, [], {})
    assert "6222" not in str(refused.value)


def test_a_receipt_we_write_is_one_we_could_read():
    line = {"serial": 1, "file_name": "X.txt", "file_digest": "ab" * 32, "conclusion": "Q",
            "error_code": "FIELD_EMPTY", "error_line": 3, "reason": "必填字段为空"}  # fmt: skip
    decoded = decode(RECEIPT, encode(RECEIPT, HEADER, [line], {"total_count": 1}), LINES_MAX)
    assert decoded.findings == ()
    assert decoded.kind is FileKind.FILE_RECEIPT


def test_a_dialects_own_letters_for_credit_and_reversal_become_ours():
    def letters(data):
        fields = {field["name"]: field for field in data["detail"]["fields"]}
        fields["direction"]["one_of"], fields["reversal"]["one_of"] = ["1", "2"], ["是", "否"]
        data["balance_chain"] |= {"credit": "2", "reversed": "是"}
        for control in data["controls"]:
            if "one_of" in control:
                control["one_of"] = [{"C": "2", "D": "1"}[letter] for letter in control["one_of"]]

    text = (GOOD / "statement_full.txt").read_bytes().decode("gb18030")
    for ours, theirs in (("|C|", "|2|"), ("|D|", "|1|"), ("|Y|", "|是|"), ("|N|", "|否|")):
        text = text.replace(ours, theirs)
    decoded = decode(altered("statement", letters), text.encode("gb18030"), LINES_MAX)
    same = decode(STATEMENT, (GOOD / "statement_full.txt").read_bytes(), LINES_MAX)
    assert decoded.findings == ()
    assert decoded.statement == same.statement
    assert {line.direction for line in decoded.statement} == {"C", "D"}
    assert decoded.statement[0].booked_time == time(0, 5, 17)
