"""Workbooks that would end the process or fill its memory are refused before they are read. 表格

The reader is Rust, and what it cannot make room for aborts the worker: no `except` sees it.
"""

import math

import pytest

from connectors.bank.codec import decode
from connectors.bank.codec.ebank.sheets import sheet_rows
from connectors.bank.codec.ebank.unreadable import Unreadable
from gateway.errors import Code
from tests.connectors.bank.books import number, ods, strings, xls, xlsx
from tests.connectors.bank.samples import LINES_MAX, shipped

ROWS_MAX = 201_000
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
UNNAMED = "<row><c><v>1</v></c></row>" + "<row/>" * 1_048_574 + "<row>" + "<c/>" * 16_000
EMPTY_BETWEEN = FAR.replace("XFD1048576", "GR200000").replace("1048576", "200000")
BOMBS = {
    "cells of a sheet that lies elsewhere": lambda: xlsx(FAR, at="xl/other/sheet1.xml"),
    "cells of a sheet in other letters": lambda: xlsx(FAR, at="xl/Worksheets/sheet1.xml"),
    "cells without names": lambda: xlsx(UNNAMED + "<c><v>1</v></c></row>"),
    "cells whose name is written in references": lambda: xlsx(
        FAR.replace("XFD1048576", "&#88;FD1048576")
    ),
    "forty million empty cells between two": lambda: xlsx(EMPTY_BETWEEN),
    "texts that are only announced": lambda: xlsx("", sharedStrings=strings("4294967295")),
    "a cell repeated in an OpenDocument": lambda: ods(100_000, 1_000),
    "cells of an XLS": lambda: xls(number(0, 0) + number(65_535, 65_535)),
    "a wide XLS": lambda: xls(number(0, 0) + number(65_535, 255)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_x10_a_workbook_with_more_room_than_anybody_agreed_is_refused(bomb):
    with pytest.raises(Unreadable) as refused:
        sheet_rows(BOMBS[bomb](), ROWS_MAX)
    assert refused.value.finding.code in (Code.TOO_MANY_LINES, Code.MESSAGE_UNREADABLE)


def test_an_honest_workbook_of_either_kind_is_read():
    rows = '<row><c><v>1</v></c></row><row r="3"><c r="B3"><v>2</v></c></row>'
    assert sheet_rows(xlsx(rows), 9) == [
        [1.0, ""], ["", ""], ["", 2.0],
    ]  # fmt: skip
    assert sheet_rows(xls(number(0, 0) + number(1, 2, 5.5)), 9) == [
        [1.0, "", ""], ["", "", 5.5],
    ]  # fmt: skip


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", range(9))
def test_a_number_that_is_none_is_a_finding_in_every_column(value, place):
    layout = shipped("ebank-signed")
    titles = [titles[0] for titles in layout.options["columns"].values()]
    labels = [titles[0] for titles in layout.options.get("labels", {}).values()]
    texts = [f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in titles]
    cells = ["<c><v>20260228</v></c>"] * len(titles)
    cells[place % len(titles)] = f"<c><v>{value}</v></c>"
    above = "".join(
        f'<row><c t="inlineStr"><is><t>{label}</t></is></c><c><v>{value}</v></c></row>'
        for label in labels
    )
    rows = f"{above}<row>{''.join(texts)}</row><row>{''.join(cells)}</row>"
    assert decode(layout, xlsx(rows), LINES_MAX).findings
