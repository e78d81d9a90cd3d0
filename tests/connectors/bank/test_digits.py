"""A digit is one of ASCII: those of other scripts are refused with line and column. 数字"""

import re

import pytest

from connectors.bank.codec import decode_all
from tests.connectors.bank.samples import LINES_MAX, shipped
from tests.connectors.bank.test_statements import golden

WIDE, ARABIC, RAISED = (
    str.maketrans("0123456789", digits)
    for digits in ("０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "⁰¹²³⁴⁵⁶⁷⁸⁹")
)
CAMT, MT, EBANK = (
    "iso-camt-statement__honest_v02", "swift-mt940__honest_bare",
    "ebank-debit-credit__honest_gb18030",
)  # fmt: skip
# the sample, its encoding, and where a number, a day or an amount of it stands
PLACES = [
    (CAMT, "utf-8", r"(?<=<PgNb>)[0-9]+"),
    (CAMT, "utf-8", r'(?<=<Amt Ccy="CNY">)[0-9.]+'),
    (CAMT, "utf-8", r"(?<=<Dt>)[0-9-]+"),
    (MT, "gb18030", r"(?<=:60F:C)[0-9]{6}"),
    (MT, "gb18030", r"(?<=:61:)[0-9]{6}"),
    (EBANK, "gb18030", r"(?m)^2026[-0-9]+"),
    (EBANK, "gb18030", r"[0-9,]+\.[0-9]{2}"),
]


@pytest.mark.parametrize("script", [WIDE, ARABIC, RAISED], ids=["wide", "arabic", "raised"])
@pytest.mark.parametrize(("name", "encoding", "place"), PLACES)
def test_x10_digits_of_another_script_are_refused_where_they_stand(name, encoding, place, script):
    text = with_pages(golden(name).decode(encoding))
    found = re.search(place, text)
    assert found, place
    altered = text[: found.start()] + found[0].translate(script) + text[found.end() :]
    layout = shipped(name.partition("__")[0])
    assert not any(one.findings for one in decode_all(layout, text.encode(encoding), LINES_MAX))
    refused = decode_all(layout, altered.encode(encoding), LINES_MAX)
    assert all(one.findings and not one.statement for one in refused)
    first = refused[0].findings[0]
    assert (first.line, first.column) > (0, 0)


def with_pages(text: str) -> str:
    """The sample with a page's number, where its form has pages."""
    pages = "<StmtPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>"
    return text.replace("<Id>S20260228</Id>", f"<Id>S20260228</Id>{pages}", 1)
