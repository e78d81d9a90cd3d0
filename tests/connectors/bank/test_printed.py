"""A night's sheet on paper and as a workbook: every figure, nobody's name unless revealed. 打印"""

import io
import subprocess
from dataclasses import replace
from shutil import which

import openpyxl
import pytest

from connectors.bank.model import BreakKind, Direction
from connectors.bank.printed.night import night_report
from connectors.bank.rules.proof import Sum
from connectors.bank.sheets import Account, AgeLine, MatchedLine, from_json, masked, to_json
from gateway.documents.printing import to_pdf
from gateway.documents.xlsx import to_xlsx
from gateway.money import show_yuan
from tests.connectors.bank.test_sheets import PROVED, UNFINISHED, break_line

RARE = "䶮㛃𬱖𠅤𫚭㕷䲟𬬭𬭎"
WHOLE = replace(
    PROVED,
    figures=Account(100_000, 350_000, Sum(2, 250_000), Sum(1, 5), Sum(3, 7)),
    matched=(MatchedLine(3, "指令与结果勾对", Sum(60, 0)),),
    ages=(AgeLine("部分扣款", 3, Sum(1, 50_170)), AgeLine("重复扣款", 0, Sum(1, 123_456_789))),
)
MANY = replace(
    WHOLE,
    breaks=tuple(
        break_line(BreakKind.PARTIAL_DEDUCTION, Direction.SHORT, n, payer_name=RARE, amount_fen=n)
        for n in range(2_000)
    ),
)
poppler = pytest.mark.skipif(which("pdftotext") is None, reason="poppler is not here")


def paper(sheet, tmp_path, *, revealed: bool = False) -> str:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(to_pdf(night_report(sheet, revealed=revealed)))
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


@poppler
def test_every_sum_of_the_sheet_stands_on_paper(tmp_path):
    text = paper(masked(WHOLE), tmp_path)
    sums = [line.left for line in WHOLE.equations] + [line.total for line in WHOLE.ages]
    for each in (*sums, WHOLE.figures.bookings, WHOLE.failures[0].total):
        assert show_yuan(each.fen) in text
    assert "差额（左减右）" in text and "-0.01" in text
    assert "已脱敏" in text
    assert not any(line.payer_account in text for line in WHOLE.breaks if line.payer_account)


@poppler
def test_two_thousand_breaks_are_all_printed_under_repeated_heads_with_their_rare_names(tmp_path):
    pages = paper(MANY, tmp_path, revealed=True).split("\f")[:-1]
    heads = [page for page in pages if "批次-序号" in page]
    assert len(heads) > 20
    assert len(heads) >= len(pages) - 2
    text = "".join("".join(pages).split())
    assert show_yuan(sum(range(2_000))) in text
    assert "含个人信息" in text
    assert all(character in text for character in RARE)


@poppler
def test_a_night_without_breaks_and_one_that_stopped_say_so(tmp_path):
    assert "没有不平账项" in paper(replace(WHOLE, breaks=(), ages=()), tmp_path)
    stopped = paper(UNFINISHED, tmp_path)
    assert "未到" in stopped and "ENCODING_INVALID" in stopped and "尚未勾对" in stopped


def test_kept_bytes_print_and_calculate_to_the_same_bytes():
    again = from_json(to_json(WHOLE))
    for printer in (to_pdf, to_xlsx):
        assert printer(night_report(again)) == printer(night_report(WHOLE))


def test_in_the_workbook_accounts_are_text_and_sums_are_formulas():
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(night_report(WHOLE, revealed=True))))
    breaks = book.worksheets[1]
    (first, *_, total) = breaks.iter_rows(min_row=2)
    assert first[9].value == "9900016204000000003" and first[9].data_type == "s"
    assert total[3].value == f"=SUM(D2:D{breaks.max_row - 1})"
