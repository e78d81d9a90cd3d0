"""Receipts: whatever is found in a file can be told to the bank in 160 bytes. 收件回执"""

import pytest

from connectors.bank.codec import decode, encode
from connectors.bank.settings import Limits
from gateway.errors import Code, Finding
from tests.connectors.bank.samples import DAY, LINES_MAX, RECEIPT

HEADER = {"bank": "990001", "account_number": "9900010000000000001", "business_date": DAY}
# the longest place there is: the last line allowed, a column far out, the longest title allowed
FAR = {"line": Limits().lines_max + 1, "column": 99_999, "field": "实" * 30}
TOLD = [code for code in Code if code.value.branch in ("MalformedMessage", "SignatureInvalid")]


@pytest.mark.parametrize("code", TOLD, ids=lambda code: code.name)
def test_the_longest_finding_fits_into_a_receipt(code):
    finding = Finding(code, **FAR)
    line = {
        "serial": 1, "file_name": "D" * 120, "file_digest": "ab" * 32, "conclusion": "Q",
        "error_code": code.name, "error_line": finding.line,
        "reason": f"{code.value.zh}（{finding.place()}）",
    }  # fmt: skip
    written = encode(RECEIPT, HEADER, [line], {"total_count": 1})
    assert decode(RECEIPT, written, LINES_MAX).findings == ()
