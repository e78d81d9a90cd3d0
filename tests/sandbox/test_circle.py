"""The banks that take batches of the real day: answered at once, once. 当日扣款银行"""

from datetime import date

import pytest

from sandbox.bank.places import make_places, outgoing
from sandbox.bank.receipt import Unreadable
from sandbox.circle.day import close_days, take_batch
from sandbox.circle.request import read_request
from sandbox.settlement.truth import outcome_of
from sandbox.world.banks import FILES_BANK

NAME = "DKQQ_990004_ZH01_20261123_D1.txt"
GOOD = (
    "H|01|990004|9900040000000000001|20261123|D1|\n"
    "D|1|621|张三|100.00|0|公积金还贷|XY1|\n"
    "D|2|622|李四|50.50|1|公积金还贷|XY2|\n"
    "T|2|150.50|\n"
)
MONDAY, THURSDAY = date(2026, 11, 23), date(2026, 11, 26)


@pytest.fixture
def root(tmp_path):
    make_places(tmp_path)
    return tmp_path


def lying(root) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in outgoing(root, FILES_BANK.code).iterdir()}


def test_a_batch_is_read_with_its_totals():
    asked = read_request(NAME, GOOD.encode("gb18030"))
    assert (asked.bank, asked.day, asked.batch_no) == ("990004", MONDAY, "D1")
    assert [line.fen for line in asked.lines] == [10_000, 5_050]


@pytest.mark.parametrize(
    ("old", "new"), [("T|2|", "T|3|"), ("150.50", "150.51"), ("|D1|", "|D2|"), ("D|1|", "X|1|")]
)
def test_a_batch_that_does_not_add_up_is_refused(old, new):
    with pytest.raises(Unreadable):
        read_request(NAME, GOOD.replace(old, new, 1).encode("gb18030"))


def test_the_same_batch_again_changes_nothing(root):
    asked = read_request(NAME, GOOD.encode("gb18030"))
    take_batch(root, FILES_BANK, asked.day, asked.batch_no, asked.lines)
    first = lying(root)
    assert {name[:4] for name in first} == {"DKJG", "ZHDZ"}
    taken = sum(outcome_of(line).taken_fen for line in asked.lines)
    assert taken
    assert f"批量扣款 {asked.batch_no}".encode("gb18030") in b"".join(first.values())
    take_batch(root, FILES_BANK, asked.day, asked.batch_no, asked.lines)
    assert lying(root) == first


def test_days_without_a_batch_are_closed_and_each_opens_with_what_the_last_one_closed_with(root):
    asked = read_request(NAME, GOOD.encode("gb18030"))
    take_batch(root, FILES_BANK, MONDAY, asked.batch_no, asked.lines)
    assert close_days(root, FILES_BANK, THURSDAY) == [date(2026, 11, 24), date(2026, 11, 25)]
    statements = [
        data.decode("gb18030").splitlines()
        for name, data in sorted(lying(root).items())
        if name.startswith("ZHDZ") and name.endswith(".txt")
    ]
    openings = [rows[0].split("|")[6] for rows in statements]
    closings = [rows[-1].split("|")[6] for rows in statements]
    assert openings[1:] == closings[:-1]
    assert close_days(root, FILES_BANK, THURSDAY) == []
