"""A scrubbed file is a file without its people. 脱敏"""

from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.codec import decode, encode, scrub
from sandbox.files import render_result, render_statement
from sandbox.world import BANKS, night
from tests.connectors.bank.samples import (
    DAY,
    LAYOUTS,
    LINES_MAX,
    RESULT,
    STATEMENT,
    altered,
)

GOLDEN = Path(__file__).with_name("golden")
HEADER = {"bank": "990001", "account_number": "9900010000000000001", "business_date": DAY,
          "batch_no": "B", "opening": 0}  # fmt: skip
HANZI = "沙箱䶮𬭎㛃𬱖东珅"
names = st.text(alphabet=HANZI, min_size=2, max_size=6)
numbers = st.text(alphabet="0123456789", min_size=9, max_size=30)


def result(name, account, loan, message):
    row = {
        "serial": 1, "loan_no": loan, "instalment_no": 1, "payer_account": account,
        "payer_name": name, "asked": 5, "taken": 0, "full_flag": "0", "code": "03008",
        "message": message,
    }  # fmt: skip
    totals = {"total_count": 1, "asked_total": 5, "taken_count": 0, "taken_total": 0,
              "failed_count": 1}  # fmt: skip
    return encode(RESULT, HEADER, [row], totals)


def statement(name, account, summary):
    row = {
        "serial": 1, "host_serial": "H1", "direction": "C", "amount": 5, "balance": 5,
        "other_account": account, "other_name": name, "summary": summary, "reversal": "N",
        "booked_time": time(1, 2, 3),
    }  # fmt: skip
    totals = {"total_count": 1, "credit_count": 1, "credit_total": 5, "debit_count": 0,
              "debit_total": 0, "closing": 5}  # fmt: skip
    return encode(STATEMENT, HEADER, [row], totals)


@given(names, numbers, numbers)
def test_no_name_loan_or_account_is_left_wherever_the_bank_wrote_it(name, account, loan):
    for message in (name, f"{name}余额不足", f"账号{account}户名{name}", account, loan):
        clean = scrub(RESULT, result(name, account, loan, message)).decode("gb18030")
        assert not any(secret in clean for secret in (name, account, loan))
        clean = scrub(STATEMENT, statement(name, account, message)).decode("gb18030")
        assert not any(secret in clean for secret in (name, account, loan))


@given(names, numbers, numbers)
def test_a_scrubbed_file_is_still_a_file_of_its_layout(name, account, loan):
    clean = scrub(RESULT, result(name, account, loan, name))
    decoded = decode(RESULT, clean, LINES_MAX)
    assert decoded.findings == ()
    assert decoded.results[0].payer_name == name[:1] + "*" * (len(name) - 1)
    assert (decoded.results[0].asked_fen, decoded.results[0].code) == (5, "03008")


def test_a_name_keeps_its_first_character_and_an_account_its_end_on_either_side():
    clean = scrub(STATEMENT, statement("沙箱䶮", "9900016900000000012", "还款")).decode("gb18030")
    assert "|****0012|沙**|**|N|" in clean


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.code)
def test_nobody_of_a_whole_night_is_left(bank):
    told = night("scrub", bank, DAY)
    clean = scrub(RESULT, render_result(told)) + scrub(STATEMENT, render_statement(told))
    text = clean.decode("gb18030")
    secrets = {told.account.number}
    for one in told.instructions:
        secrets |= {one.loan.payer_name, one.loan.payer_account, one.loan.loan_no}
    secrets |= {line.other_account for line in told.statement.bookings} - {""}
    secrets |= {line.other_name for line in told.statement.bookings} - {""}
    assert [secret for secret in secrets if secret in text] == []
    assert text.count("\n") == len(told.instructions) + len(told.statement.bookings) + 4


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_a_faulty_file_is_scrubbed_too_and_what_cannot_be_read_is_dropped_or_starred(path):
    kinds = {"statement": STATEMENT}
    layout = kinds.get(path.stem.partition("_")[0], RESULT)
    clean = scrub(layout, path.read_bytes())
    for secret in ("沙箱伟", "阿依古丽", "𬭎辉", "08099104000001", "9900016204000000001"):
        assert secret.encode("gb18030") not in clean
        assert secret.encode() not in clean


def test_a_field_that_only_some_dialect_has_is_starred_out():
    more = {"name": "id_card", "title": "证件号码", "type": "text", "empty": True}
    layout = altered("result", lambda data: data["detail"]["fields"].append(more))
    row = {"serial": 1, "loan_no": "L", "instalment_no": 1, "payer_account": "A",
           "payer_name": "沙箱", "asked": 5, "taken": 0, "full_flag": "0", "code": "03008",
           "id_card": "11010519491231002X"}  # fmt: skip
    totals = {"total_count": 1, "asked_total": 5, "taken_count": 0, "taken_total": 0,
              "failed_count": 1}  # fmt: skip
    assert b"*" * 18 + b"|\n" in scrub(layout, encode(layout, HEADER, [row], totals))


def test_a_name_in_a_field_of_numbers_is_starred_out():
    data = result("沙箱", "1" * 9, "2" * 9, "").replace(b"|0.05|", "|沙箱䶮|".encode("gb18030"))
    assert b"|***|" in scrub(RESULT, data)


@given(st.binary(max_size=200))
def test_scrubbing_never_raises(data):
    for layout in LAYOUTS.values():
        scrub(layout, data)


def test_dates_amounts_codes_and_serials_stay():
    clean = scrub(RESULT, (GOLDEN / "result_full.txt").read_bytes()).decode("gb18030")
    assert f"{date(2026, 2, 28):%Y%m%d}|PLKK20260228001|156|" in clean
    assert "|2001.70|1500.00|1|00000|" in clean
    assert "|00126022800000001|" in clean
    assert clean.splitlines()[-1].startswith("T|7|")
