"""Statements in others' forms: what is proved, refused, never guessed. 对账单解码"""

import io
import os
import re
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path
from random import Random

import openpyxl
import pytest

from connectors.bank.codec import decode, decode_all, decode_one
from connectors.bank.codec.camt import CamtOptions
from connectors.bank.codec.camt import decode_all as decode_camt
from connectors.bank.codec.elements import Source, Unreadable, stream
from connectors.bank.codec.mt940 import MtOptions, Reversals
from connectors.bank.codec.mt940 import decode_all as decode_mt
from connectors.bank.codec.telling import signed_fen
from connectors.bank.model import FileKind
from connectors.bank.rules.accounts import is_own
from gateway.errors import Code
from tests.connectors.bank.samples import LINES_MAX, shipped
from tests.connectors.bank.test_statements_golden import layout_of
from tests.fuzz.mutations import BYTES, altered

GOLDEN = Path(__file__).with_name("golden_statements")
# those whose every amount is proved by balances of their own
PROVED = sorted(
    path
    for path in GOLDEN.glob("*__honest_*.dat")
    if shipped(layout_of(path)).kind is FileKind.ACCOUNT_STATEMENT
)
ROUNDS = int(os.environ.get("GATEWAY_FUZZ_ROUNDS", "1"))
SEED = int(os.environ.get("GATEWAY_FUZZ_SEED", "20260228"))
HEAD, DAY = ":20:A\n:25:{}\n:28C:1/1\n", date(2026, 2, 28)


def golden(name):
    return (GOLDEN / f"{name}.dat").read_bytes()


def money(decoded):
    """All that a statement says of money, in its order."""
    moved = [signed_fen(line) for line in decoded.statement]
    return decoded.controls["opening"], moved, decoded.controls["closing"]


def mt(*bookings, opening="C260227CNY0,", closing="C260228CNY0,", account="1"):
    lines = "\n".join(bookings)
    text = f"{HEAD.format(account)}:60F:{opening}\n{lines}\n:62F:{closing}\n-\n"
    return text.encode()


@pytest.mark.parametrize("path", PROVED, ids=lambda path: path.stem)
def test_no_digit_or_letter_altered_alone_changes_the_money(path):
    data, layout = path.read_bytes(), shipped(layout_of(path))
    meant = money(decode(layout, data, LINES_MAX))
    if data.startswith(b"PK"):
        return  # a workbook's checksums see to that
    places = [at for at, byte in enumerate(data) if bytes((byte,)).isalnum() or byte in b"-+,."]
    for at in places:
        mutant = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        decoded = decode(layout, mutant, LINES_MAX)
        if decoded.findings:
            continue
        # where a bank says no opening, its first amount shows in the one we derive from it,
        # which the night holds against the closing of the day before
        shows = layout.name == "ebank-signed" and money(decoded)[0] != meant[0]
        assert money(decoded) == meant or shows, at


@pytest.mark.parametrize("name", sorted({layout_of(path) for path in GOLDEN.glob("*.dat")}))
def test_x10_b13_altered_bytes_are_refused_by_name_or_still_roll(name):
    layout, rng = shipped(name), Random(SEED)
    samples = [path.read_bytes() for path in sorted(GOLDEN.glob(f"{name}__honest_*.dat"))]
    refused = 0
    for _ in range(800 * ROUNDS):
        for decoded in decode_all(layout, altered(rng, samples, BYTES), LINES_MAX):
            refused += bool(decoded.findings)
            if not decoded.findings and decoded.kind is FileKind.ACCOUNT_STATEMENT:
                opening, moved, closing = money(decoded)
                assert opening + sum(moved) == closing
    assert refused


def test_b26_around_new_year_an_entry_date_has_the_year_that_is_nearer():
    [decoded] = decode_mt(MtOptions(), golden("swift-mt940__honest_b26_year_roll"), LINES_MAX)
    assert [line.booked_on for line in decoded.statement] == [date(2026, 1, 1), date(2025, 12, 31)]


@pytest.mark.parametrize("day", ["２６０２２８", "+60228", " 60228", "2602_8", "260230"])
def test_x10_what_python_would_take_for_a_number_is_no_date(day):
    data = golden("swift-mt942__honest_expected_is_not_booked").decode()
    wrong = re.sub(":13D:[0-9]{6}", f":13D:{day}", data).encode()
    assert wrong != data.encode()
    layout = shipped("swift-mt942")
    found = decode_one(layout, wrong, LINES_MAX, "1", DAY).findings
    assert {one.code for one in found} == {Code.DATE_FORMAT_WRONG}


@pytest.mark.parametrize("reading", Reversals)
def test_b27_whatever_reversals_a_statement_has_at_most_one_reading_passes(reading):
    rng = Random(SEED)
    passed = 0
    for _ in range(300):
        marks = [(rng.choice(["C", "D", "RC", "RD"]), rng.choice([1, 2, 3])) for _ in range(4)]
        standard = {"C": 1, "D": -1, "RC": -1, "RD": 1}
        sign = {**standard, "RC": 1, "RD": -1} if reading is Reversals.EFFECT else standard
        total = sum(sign[mark] * amount for mark, amount in marks)
        closing = f"{'D' if total < 0 else 'C'}260228CNY{abs(total)},"
        bookings = [f":61:2602280228{mark}{amount},NTRFX" for mark, amount in marks]
        data = mt(*bookings, closing=closing)
        accepted = [
            each
            for each in Reversals
            if not decode_mt(MtOptions(reversals=each), data, LINES_MAX)[0].findings
        ]
        if any(mark.startswith("R") for mark, _ in marks):
            assert accepted in ([], [reading])
            passed += bool(accepted)
    assert passed > 50


def test_several_statements_are_chosen_by_account_and_date_and_never_by_place():
    data = mt(account="1") + mt(account="2") + mt(account="2", closing="C260301CNY0,")
    layout = shipped("swift-mt940")
    assert [one.header.account_number for one in decode_all(layout, data, LINES_MAX)] == list("122")
    assert decode(layout, data, LINES_MAX).findings[0].code is Code.STATEMENT_NOT_ALONE
    assert decode_one(layout, data, LINES_MAX, "2", DAY).header.business_date == DAY
    assert decode_one(layout, data, LINES_MAX, "3", DAY).findings[0].code is Code.HEADER_MISSING
    twice = data + mt(account="2")
    found = decode_one(layout, twice, LINES_MAX, "2", DAY).findings
    assert found[0].code is Code.STATEMENT_NOT_ALONE


def test_a_fault_in_one_statement_refuses_every_statement_of_the_file():
    data = mt(account="1") + mt(account="2", closing="C260228CNY0,01")
    found = decode_one(shipped("swift-mt940"), data, LINES_MAX, "1", DAY).findings
    assert [one.code for one in found] == [Code.BALANCE_CHAIN_BROKEN]


def test_every_version_of_camt_053_says_the_same():
    known = [golden(f"iso-camt-statement__honest_v{v}") for v in ("02", "08")]
    for version in range(2, 14):
        data = known[version >= 8]
        data = re.sub(rb"camt\.053\.001\.\d\d", b"camt.053.001.%02d" % version, data)
        [decoded] = decode_camt(CamtOptions(), data, LINES_MAX)
        assert (money(decoded), decoded.controls["pending_count"]) == (
            (100000, [1234567, 213508, -10000, -1500], 1536575), 1
        )  # fmt: skip


def test_a_fault_stands_at_the_banks_own_byte_in_every_encoding():
    places = set()
    for encoding in ("GB18030", "UTF-8"):
        text = golden("iso-camt-statement__honest_v02").decode().replace("UTF-8", encoding)
        text = text.replace("</AddtlNtryInf>", "</AddtlNtryInf><X/>", 1)
        data = text.encode(encoding)
        [finding] = decode_camt(CamtOptions(), data, LINES_MAX)[0].findings
        line = data.split(b"\n")[finding.line - 1]
        assert line[finding.column - 1 :].startswith(b"<X/>")
        places.add(finding.column)
    assert len(places) == 2


def test_lines_are_bounded_in_every_form():
    for name in ("iso-camt-statement__honest_v02", "swift-mt940__honest_bare",
                 "ebank-debit-credit__honest_gb18030"):  # fmt: skip
        layout = shipped(name.partition("__")[0])
        assert not decode(layout, golden(name), 5).findings
        assert decode(layout, golden(name), 3).findings[0].code is Code.TOO_MANY_LINES


def test_ten_times_the_entries_stream_in_the_same_memory():
    text = golden("iso-camt-statement__honest_v02").decode()
    begin, end = text.index("      <Ntry>"), text.index("      <Ntry>", text.index("H0001"))
    peaks = []
    for count in (500, 5000):
        source = Source((text[:begin] + text[begin:end] * count + text[end:]).encode())
        tracemalloc.start()
        steps = stream(source, {"BkToCstmrStmt", "Stmt"})
        assert sum(element.name == "Ntry" for _, element in steps) == count + 4
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_x10_an_element_may_be_neither_too_deep_nor_too_big_nor_too_long():
    opened = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><A>'
    for inside, code in (
        (b"<b>" * 100, Code.MESSAGE_UNREADABLE),
        (b"<b/>" * 300_000, Code.TOO_MANY_LINES),
        (b"x" * 30_000, Code.FIELD_TOO_LONG),
        (b"&lol;", Code.MESSAGE_UNREADABLE),
    ):
        with pytest.raises(Unreadable) as caught:
            list(stream(Source(opened + inside), set()))
        assert caught.value.finding.code is code


@pytest.mark.parametrize(
    "around", ["<Stmt/>", "<GrpHdr/>", "<Stmt><Bal/></Stmt>", "<Stmt><Acct><a/><b/></Acct></Stmt>"]
)
def test_x10_what_stands_around_the_entries_is_bounded_like_them(around):
    inside = around * (400_000 // around.count("<"))
    text = f"<BkToCstmrStmt>{inside}</BkToCstmrStmt></Document>"
    data = f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">{text}'.encode()
    [decoded] = decode_camt(CamtOptions(), data, LINES_MAX)
    assert [one.code for one in decoded.findings] == [Code.TOO_MANY_LINES]


def test_x10_one_tag_may_not_be_a_file_of_its_own():
    for tag in (b"<" + b"a" * 2_000_000, b"<a " + b" ".join(b'b%d=""' % n for n in range(300_000))):
        with pytest.raises(Unreadable) as caught:
            list(stream(Source(tag + b"/>"), set()))
        assert caught.value.finding.code is Code.FIELD_TOO_LONG


def test_x10_a_workbook_that_unpacks_without_end_is_refused_before_it_is_read():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/media/zeros", bytes(257 * 1024 * 1024))
    decoded = decode(shipped("ebank-income-expense"), packed.getvalue(), LINES_MAX)
    assert [one.code for one in decoded.findings] == [Code.FILE_TOO_LARGE]


def test_a_workbook_is_known_by_its_bytes_and_a_text_by_its_mark():
    workbook = golden("ebank-income-expense__honest_workbook")
    rows = openpyxl.load_workbook(io.BytesIO(workbook)).active.iter_rows(values_only=True)
    text = "\n".join(",".join("" if v is None else f'"{v}"' for v in row) for row in rows)
    layout = shipped("ebank-income-expense")
    meant = money(decode(layout, workbook, LINES_MAX))
    for encoding in ("gb18030", "utf-8-sig", "utf-16"):
        found = decode(layout, text.replace("46081.75", "2026-02-28").encode(encoding), LINES_MAX)
        assert money(found) == meant


@pytest.mark.parametrize(
    ("written", "ours", "own"),
    [
        ("1102020409000123456", ["1102020409000123456"], True),
        ("1102****3456", ["110204093456", "110204093457"], True),
        ("1102****3456", ["110204093456", "110299993456"], False),
        ("1102****3457", ["110204093456"], False),
        ("1102***3456", ["110204093456"], False),
        ("11********56", ["110204093456"], False),
        ("************", ["110204093456"], False),
        ("110204093457", ["110204093456"], False),
        ("", ["110204093456"], False),
    ],
)
def test_a_masked_account_is_ours_only_by_the_digits_that_can_be_seen(written, ours, own):
    assert is_own(written, ours[0], ours) is own
