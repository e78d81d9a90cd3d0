"""What a bank can do wrong: the catalogue's error with its line, nothing posted or lost. 故障"""

from datetime import date

import pytest

from sandbox.world import night
from tests.branch import LAST_DAY

BANK, RESULT = "990001", "DKJG_990001_ZH01_20260228_V01.txt"
LINES = len(night("20260228", BANK, LAST_DAY).instructions) + 2

# fault → the code of the first finding, and its line (0 is the whole file, None is "some line")
QUARANTINED = {
    "no_signature": ("SIGNATURE_MISSING", 0),
    "wrong_signature": ("SIGNATURE_WRONG", 0),
    "signed_other_bytes": ("SIGNATURE_WRONG", 0),
    "flipped_byte": ("FILE_DIGEST_DIFFERS", 0),
    "flipped_byte_reflagged": ("SIGNATURE_WRONG", 0),
    "wrong_total": ("CONTROL_SUM_WRONG", LINES),
    "wrong_count": ("CONTROL_COUNT_WRONG", LINES),
    "missing_trailer": ("TRAILER_MISSING", LINES),
    "cut_line": ("LINE_UNFINISHED", LINES - 1),
    "half_character": ("ENCODING_INVALID", None),
    "wrong_account": ("ACCOUNT_DIFFERS", 1),
    "wrong_date": ("BUSINESS_DATE_DIFFERS", 1),
    "duplicate_line": ("SERIAL_REPEATED", None),
    "amount_with_comma": ("AMOUNT_FORMAT_WRONG", None),
    "bom": ("RECORD_UNKNOWN", 1),
}
_FINDINGS = """
    select code, line from bank_finding join bank_file using (file_id)
    where name = :name order by number
"""


@pytest.mark.parametrize("fault", QUARANTINED)
def test_a_faulty_file_gets_its_error_with_its_line_and_posts_nothing(branch, fault):
    branch.publish(BANK, fault)
    assert branch.run(BANK) == "FILE_QUARANTINED"
    found = branch.rows(_FINDINGS, name=RESULT)
    code, line = QUARANTINED[fault]
    assert code in {row[0] for row in found}
    where = next(row[1] for row in found if row[0] == code)
    assert (where == line) if line is not None else (0 < where <= LINES)
    assert not branch.postings()
    assert not branch.rows("select from deduction_result")


@pytest.mark.parametrize("fault", ["half_character", "flipped_byte", "wrong_signature"])
def test_a_quarantined_file_is_kept_to_the_byte_rings_and_is_returned_signed(branch, fault):
    branch.publish(BANK, fault)
    branch.run(BANK)
    published = branch.outgoing_file(BANK, RESULT).read_bytes()
    digest = branch.rows("select digest from bank_file where name = :name", name=RESULT)[0][0]
    assert branch.gateway().store.archive.get(digest) == published
    returned = [r for r in branch.received(BANK, "receipt") if r["file_name"] == RESULT]
    assert [(r["conclusion"], r["signature"]) for r in returned] == [("Q", "ok")]
    assert returned[0]["error_code"] == branch.rows(_FINDINGS, name=RESULT)[0][0]
    assert branch.rows("select code from alarm where cleared_at is null and subject like 'file-%'")


@pytest.mark.parametrize("fault", ["wrong_total", "half_character", "wrong_signature"])
def test_a_corrected_version_takes_the_place_of_a_quarantined_one(branch, fault):
    branch.publish(BANK, fault)
    branch.run(BANK)
    branch.publish(BANK, version=2, only="result")
    assert branch.run(BANK) == "PROVED"
    states = dict(branch.rows("select version, state from bank_file where kind like 'ded%'"))
    assert states == {1: "QUARANTINED", 2: "USED"}
    assert not branch.rows("select from alarm where cleared_at is null")


def test_a_correction_of_a_used_file_waits_for_people_and_posts_nothing_more(branch):
    branch.publish(BANK)
    branch.run(BANK)
    posted = branch.postings()
    branch.publish(BANK, "altered_loan", version=2, only="result")
    assert branch.run(BANK) == "PROVED"
    states = dict(branch.rows("select version, state from bank_file where kind like 'ded%'"))
    assert states == {1: "USED", 2: "HELD"}
    assert sorted(branch.postings()) == sorted(posted)
    assert branch.rows("select code from alarm where cleared_at is null") == [("CORRECTION_WAITS",)]


def test_b14_the_same_file_again_is_ignored(branch):
    branch.publish(BANK)
    branch.run(BANK)
    branch.run(BANK)
    assert branch.rows("select count(*) from bank_file") == [(2,)]


def test_b15_the_same_name_with_other_content_is_quarantined_and_rings(branch):
    branch.publish(BANK)
    branch.run(BANK)
    posted = branch.postings()
    branch.publish(BANK, "other_content_same_name", only="result")
    branch.run(BANK)
    states = branch.rows("select state from bank_file where name = :n order by state", n=RESULT)
    assert states == [("QUARANTINED",), ("USED",)]
    assert ("NAME_REUSED",) in branch.rows("select distinct code from alarm")
    assert sorted(branch.postings()) == sorted(posted)


def test_b17_a_file_without_its_flag_does_not_exist_yet_and_is_overdue(branch):
    branch.publish(BANK, "no_flag")
    assert branch.run(BANK) == "FILE_OVERDUE"
    assert not branch.rows("select from bank_file where name = :n", n=RESULT)
    assert branch.rows("select code, detail from alarm") == [("FILE_OVERDUE", "批量扣款结果")]


def test_b19_a_late_file_rings_its_night_stays_open_and_completes_when_it_comes(branch):
    branch.publish(BANK, "late")
    assert branch.run(BANK) == "FILE_OVERDUE"
    assert branch.rows("select state from bank_night") == [("OPEN",)]
    assert len(branch.received(BANK, "receipt")) == 1  # the statement that did come is answered
    branch.publish(BANK)
    assert branch.run(BANK) == "PROVED"
    assert not branch.rows("select from alarm where cleared_at is null")


def test_b18_an_empty_day_is_valid_and_every_instruction_is_then_missing(branch):
    branch.publish(BANK, "empty_day", "statement_follows")
    assert branch.run(BANK) == "PROVED"
    assert branch.rows("select distinct outcome from deduction_match") == [("MISSING",)]
    assert not branch.postings()


BREAKS = {
    "missing_line": "MISSING_RESULT",
    "extra_line": "EXTRA_RESULT",
    "double_deduction": "DOUBLE_DEDUCTION",
    "altered_loan": "DETAILS_DIFFER",
    "unknown_code": "CODE_UNKNOWN",
}


@pytest.mark.parametrize("fault", BREAKS)
def test_what_a_sound_file_says_wrongly_is_a_typed_break_and_the_night_proves(branch, fault):
    branch.publish(BANK, fault, "statement_follows")
    assert branch.run(BANK) == "PROVED"
    assert (BREAKS[fault],) in branch.rows("select kind from bank_break")
    wrong = branch.rows(
        "select from deduction_match join bank_break b using (night_id, batch_no, serial)"
        " where posting_key is not null and b.kind not in ('POSTING_REFUSED', 'PARTIAL_DEDUCTION')"
    )
    assert not wrong


def test_a_lump_that_differs_is_a_break_on_the_group_and_nothing_else_changes(branch):
    branch.publish(BANK, "statement_lump_off")
    assert branch.run(BANK) == "PROVED"
    assert branch.rows("select serial, amount_fen from bank_break where kind = 'LUMP_DIFFERS'") == [
        (None, 100)
    ]


def test_a_statement_whose_balance_does_not_roll_is_quarantined(branch):
    branch.publish(BANK, "broken_chain")
    assert branch.run(BANK) == "FILE_QUARANTINED"
    assert branch.rows("select code from bank_finding") == [("BALANCE_CHAIN_BROKEN",)]


def test_a_bank_agreed_without_signatures_is_believed_for_its_channel_grade_c(branch):
    branch.publish("990003")
    assert branch.run("990003") == "PROVED"
    assert branch.rows("select distinct grade from bank_file") == [("C",)]


def test_a_file_nobody_can_place_is_kept_and_rings(branch):
    stray = branch.outgoing_file(BANK, "hello.txt")
    stray.write_bytes(b"who am I")
    stray.with_name("hello.txt.ok").write_bytes(b"hello.txt|8|00|\n")
    branch.publish(BANK)
    assert branch.run(BANK) == "PROVED"
    assert branch.rows("select name from inbox_item where name = 'hello.txt'")
    assert ("FILE_NAME_UNKNOWN",) in branch.rows("select code from alarm")


def test_a_correction_that_comes_days_later_is_noticed_by_the_next_night(branch):
    branch.publish(BANK, day=date(2026, 2, 27))
    assert branch.run(BANK, date(2026, 2, 27)) == "PROVED"
    branch.publish(BANK, "altered_loan", day=date(2026, 2, 27), version=2, only="result")
    branch.publish(BANK)
    assert branch.run(BANK) == "PROVED"
    assert branch.rows("select state from bank_file where version = 2") == [("HELD",)]
    assert branch.rows("select code from alarm where cleared_at is null") == [("CORRECTION_WAITS",)]
    assert len(branch.received(BANK, "receipt")) == 5
