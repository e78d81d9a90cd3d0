"""Public statements are read and roll, or are refused for the right reason. 公开样例"""

import csv
import hashlib
import os
from pathlib import Path

from connectors.bank.codec import decode_all
from gateway.errors import Code
from tests.connectors.bank.samples import shipped

PUBLIC = os.environ.get("GATEWAY_PUBLIC_STATEMENTS")
TABLE = Path(__file__).with_name("public") / "expected.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
LINES_MAX = 200_000


def told(row, data):
    files = decode_all(shipped(row["layout"]), data, LINES_MAX)
    findings = [finding for each in files for finding in each.findings]
    if findings:
        return findings[0].code.name, findings[0].line
    return f"{len(files)} statements", sum(each.line_count for each in files)


def test_the_table_names_whence_each_is_once_and_why_any_is_refused():
    assert len({row["sha256"] for row in ROWS}) == len(ROWS) > 100
    for row in ROWS:
        assert row["repository"] and row["commit"] and row["licence"]
        assert row["outcome"].endswith(" statements") or row["outcome"] in Code.__members__


# `make shadow` alone has them, and only where the variable says where they lie
if PUBLIC:

    def test_every_public_statement_is_read_and_rolls_or_is_refused_for_its_reason():
        held = [path.read_bytes() for path in Path(PUBLIC).rglob("*") if path.is_file()]
        found = {hashlib.sha256(data).hexdigest(): data for data in held}
        assert not [row["path"] for row in ROWS if row["sha256"] not in found]
        for row in ROWS:
            outcome, number = told(row, found[row["sha256"]])
            assert (outcome, str(number)) == (row["outcome"], row["lines_or_line"]), row["path"]
