"""Reports add up, print and calculate: the same bytes for the same report, in both forms. 报表"""

import io
import re
import subprocess
import zipfile
from datetime import datetime
from shutil import which

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dates import SHANGHAI
from gateway.documents.printing import to_pdf
from gateway.documents.tables import (
    Column,
    Kind,
    Look,
    Report,
    Row,
    Table,
    added_up,
    numbered,
    with_total,
)
from gateway.documents.xlsx import to_xlsx

AT = datetime(2026, 3, 1, 8, 5, 7, tzinfo=SHANGHAI)
RARE = "䶮㛃𬱖𠅤𫚭㕷䲟𬬭𬭎"
HOSTILE = (
    "=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "http://a.cn", "#import 'x'", "0012345678901234567",
)  # fmt: skip
COLUMNS = (Column("项目"), Column("笔数", Kind.COUNT), Column("金额（元）", Kind.MONEY))
poppler = pytest.mark.skipif(which("pdftotext") is None, reason="poppler is not here")


def report(*tables: Table) -> Report:
    facts = (("银行", "沙箱甲银行"), ("借款人", RARE))
    return Report("试表", "A trial", facts, "相符", True, tables, AT, "已脱敏")


def listing(rows: int) -> Table:
    made = [Row((HOSTILE[n % len(HOSTILE)], 1, 123_456 + n)) for n in range(rows)]
    return Table("明细", COLUMNS, with_total("合计", made, COLUMNS), listing=True)


def text_of(pdf: bytes, tmp_path) -> str:
    path = tmp_path / "it.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def book_of(made: Report, *, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(to_xlsx(made)), data_only=values)


def test_the_same_report_is_the_same_bytes_in_both_forms():
    for printer in (to_pdf, to_xlsx):
        assert printer(report(listing(7))) == printer(report(listing(7)))


@poppler
def test_a_long_table_repeats_its_heads_on_every_page_and_loses_no_row(tmp_path):
    pages = text_of(to_pdf(report(listing(200))), tmp_path).split("\f")[:-1]
    assert len(pages) > 2
    assert all("金额（元）" in page for page in pages[:-1])
    shown = re.findall(r"1,23\d\.\d\d", "".join(pages))
    assert shown == [f"{(123_456 + n) / 100:,.2f}" for n in range(200)]


@poppler
def test_nothing_looks_like_nothing_and_the_rare_characters_are_printed(tmp_path):
    text = text_of(to_pdf(report(listing(0))), tmp_path)
    assert "无" in text
    assert RARE in text
    assert "〓" not in text


@poppler
def test_a_character_without_a_glyph_is_shown_to_be_missing(tmp_path):
    odd = Table("怪字", COLUMNS, (Row(("\U0001f4a3", 1, 1)),))
    text = text_of(to_pdf(report(odd)), tmp_path)
    assert "〓 为字体中没有的字符" in text


def test_what_a_bank_wrote_is_a_string_in_a_workbook_and_never_a_formula_or_a_link():
    page = book_of(report(listing(len(HOSTILE))))["明细"]
    cells = [page.cell(row, 1) for row in range(2, 2 + len(HOSTILE))]
    assert [cell.value for cell in cells] == list(HOSTILE)
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_numbers_are_numbers_with_two_decimals_and_sums_are_formulas_with_their_values():
    made = report(listing(3))
    page, known = book_of(made)["明细"], book_of(made, values=True)["明细"]
    assert (page["C2"].value, page["C2"].number_format) == (1234.56, "#,##0.00")
    assert (page["C5"].value, known["C5"].value) == ("=SUM(C2:C4)", 3703.71)
    assert (page["B5"].value, known["B5"].value) == ("=SUM(B2:B4)", 3)


def test_a_workbook_tells_no_time_of_making():
    with zipfile.ZipFile(io.BytesIO(to_xlsx(report()))) as whole:
        assert {member.date_time[0] for member in whole.infolist()} == {1980}
        assert b"2000-01-01" in whole.read("docProps/core.xml")


def test_a_difference_is_what_is_added_less_what_is_taken_off_and_may_use_earlier_sums():
    rows = (
        Row(("a", 1, 10)), Row(("b", 2, 20)), Row(("c", 4, 5)),
        Row(("a+b", None, None), adds=(0, 1)), Row(("差", None, None), Look.BAD, (3,), (2,)),
    )  # fmt: skip
    table = Table("t", COLUMNS, rows)
    assert [row.cells[1:] for row in added_up(table)[3:]] == [(3, 30), (-1, 25)]
    page = book_of(report(table)).worksheets[0]
    formulas = [cell.value for row in page for cell in row if str(cell.value).startswith("=")]
    assert next(one for one in formulas if "-" in one and "C" in one).endswith("-SUM(C10:C10)")


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(-(10**15), 10**15))))
def test_a_total_is_the_sum_of_its_rows_to_the_fen(numbers):
    rows = [Row(("x", count, fen)) for count, fen in numbers]
    done = added_up(Table("t", COLUMNS, with_total("合计", rows, COLUMNS)))
    if numbers:
        assert done[-1].cells[1:] == tuple(map(sum, zip(*numbers, strict=True)))
    else:
        assert done == ()


def test_tables_are_numbered_as_they_come():
    empty = Table("甲", COLUMNS, ())
    assert [table.title for table in numbered([empty, empty])] == ["一、甲", "二、甲"]
