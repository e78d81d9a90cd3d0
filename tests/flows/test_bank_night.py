"""The bank night against strangers: every figure is checked from the other side. 夜间对账"""

from datetime import date
from threading import Thread

import pytest

from connectors.bank import sheets
from connectors.bank.flows.proving import sheet_of
from connectors.bank.flows.receiving import open_nights
from gateway.flows.sending import sweep
from sandbox.bank.places import incoming
from sandbox.world import night
from tests.branch import BANKS, LAST_DAY

SEED = "20260228"
_PROVED = """
    select i.serial, m.taken_fen from deduction_match m
    join instruction i using (night_id, batch_no, serial)
    where m.outcome in ('EXACT', 'PARTIAL') order by 1
"""


@pytest.mark.parametrize("bank", BANKS)
def test_b01_what_posts_is_exactly_what_the_bank_took(branch, bank):
    branch.publish(bank)
    assert branch.run(bank) == "PROVED"
    truth = [
        (one.serial, one.taken_fen)
        for one in night(SEED, bank, LAST_DAY).instructions
        if one.taken_fen
    ]
    assert branch.rows(_PROVED) == truth
    booked = branch.core_rows(
        "select xh, (fse * 100)::bigint from exchange.repayment_posting order by xh"
    )
    assert booked == truth
    assert branch.core_rows("select distinct jgdm from exchange.posting_result") == [("00",)]


@pytest.mark.parametrize("bank", BANKS)
def test_every_file_gets_one_receipt_whose_signature_the_bank_accepts(branch, bank):
    branch.publish(bank)
    branch.run(bank)
    receipts = branch.received(bank, "receipt")
    assert [(r["conclusion"], r["signature"]) for r in receipts] == [("A", "ok")] * 2
    assert {r["file_name"] for r in receipts} == {
        f"DKJG_{bank}_ZH01_20260228_V01.txt",
        f"ZHDZ_{bank}_ZH01_20260228_V01.txt",
    }


def test_x01_running_the_night_again_sends_posts_and_changes_nothing(branch):
    branch.publish("990001")
    branch.run("990001")
    sheet = sheet_of(branch.gateway().bank("990001"), branch.key("990001"))
    for _ in range(2):
        assert branch.run("990001") == "PROVED"
    assert sheet_of(branch.gateway().bank("990001"), branch.key("990001")) == sheet
    assert {times for _, times in branch.postings()} == {1}
    assert len(branch.received("990001", "receipt")) == 2


def test_x03_two_workers_on_one_night_are_as_one(branch):
    branch.publish("990001")
    ends: list[str] = []
    workers = [Thread(target=lambda: ends.append(branch.run("990001"))) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert branch.run("990001") == "PROVED"
    assert {times for _, times in branch.postings()} == {1}
    assert len(branch.received("990001", "receipt")) == 2
    assert set(ends) <= {"PROVED", "CLAIMED_ELSEWHERE", "NIGHT_NOT_READY", "NIGHT_UNPROVED"}


def test_b33_rare_hanzi_pass_unharmed_from_file_to_sheet(branch):
    """The ledger knows them by another name, so that they come to lie on the sheet as breaks."""
    rare = [
        one
        for one in night(SEED, "990001", LAST_DAY).instructions
        if one.taken_fen == one.asked_fen
        and any(ord(c) > 0xFFFF or c in "䶮㛃" for c in one.loan.payer_name)
    ]
    assert rare
    serials = ", ".join(str(one.serial) for one in rare)
    mine = "yhdm = '990001' and ywrq = '2026-02-28'"
    known_as = f"update ledger.instruction set hkzhmc = '{{}}' where {mine} and xh in ({{}})"
    before = branch.core_rows(f"select xh, hkzhmc from ledger.instruction where {mine}")
    branch.core_do(known_as.format("旧名", serials))
    branch.publish("990001")
    assert branch.run("990001") == "PROVED"
    sheet = sheet_of(branch.gateway().bank("990001"), branch.key("990001"))
    for serial, name in before:
        branch.core_do(known_as.format(name, serial))
    shown = {line.payer_name for line in sheet.breaks if line.kind == "户名不符"}
    assert shown == {one.loan.payer_name for one in rare}
    assert all(one.loan.payer_name in sheets.to_text(sheet) for one in rare)


def test_b07_a_partial_deduction_books_what_was_taken_and_leaves_the_rest_due(branch):
    branch.publish("990001")
    branch.run("990001")
    partial = {one.serial: one for one in night(SEED, "990001", LAST_DAY).instructions
               if 0 < one.taken_fen < one.asked_fen}  # fmt: skip
    assert partial
    found = branch.rows(
        "select serial, amount_fen, unbooked_fen, blocking from bank_break"
        " where kind = 'PARTIAL_DEDUCTION' order by 1"
    )
    assert found == [
        (n, one.asked_fen - one.taken_fen, 0, False) for n, one in sorted(partial.items())
    ]
    booked = branch.core_rows(
        "select xh, (wyje * 100)::bigint, (fxje * 100)::bigint, (lxje * 100)::bigint,"
        " (bjje * 100)::bigint from exchange.repayment_posting"
        f" where xh in ({', '.join(map(str, partial))}) order by xh"
    )
    assert booked == [(n, *_allocated(one)) for n, one in sorted(partial.items())]


def _allocated(one) -> tuple[int, int, int, int]:
    """By hand: 违约金, 罚息, 利息, then principal (民法典 561)."""
    penalty = min(one.penalty_fen, one.taken_fen)
    interest = min(one.interest_fen, one.taken_fen - penalty)
    return 0, penalty, interest, one.taken_fen - penalty - interest


def test_b20_an_unknown_outcome_is_neither_posted_nor_failed(branch):
    branch.publish("990002")
    branch.run("990002")
    unknown = [one.serial for one in night(SEED, "990002", LAST_DAY).instructions
               if one.code == "99999"]  # fmt: skip
    assert branch.rows("select serial from deduction_match where outcome = 'UNKNOWN'") == [
        (serial,) for serial in unknown
    ]


def test_b28_one_card_paying_two_equal_loans_is_told_apart_by_serial(branch):
    for day in (date(2026, 2, 27), LAST_DAY):
        branch.publish("990002", day=day)
        branch.run("990002", day)
        taken = {
            (one.serial, one.loan.loan_no)
            for one in night(SEED, "990002", day).instructions
            if one.taken_fen
        }
        booked = branch.core_rows(
            f"select xh, dkzh from exchange.repayment_posting where ywrq = '{day}'"
        )
        assert set(booked) == taken


def test_what_the_core_refuses_is_money_without_an_owner_and_the_night_still_proves(branch):
    paid = next(one for one in night(SEED, "990003", LAST_DAY).instructions if one.taken_fen)
    branch.core_do(
        "update ledger.instalment set zt = 'paid', mdj = repeat('0', 64)"
        f" where dkzh = '{paid.loan.loan_no}' and dqqc = {paid.instalment_no}"
    )
    branch.publish("990003")
    assert branch.run("990003") == "PROVED"
    money = "select kind, direction, unbooked_fen from bank_break where unbooked_fen > 0"
    assert branch.rows(money) == [("POSTING_REFUSED", "LONG", paid.taken_fen)]


def test_the_opening_balance_is_held_against_the_closing_of_the_night_before(branch):
    for day in (date(2026, 2, 26), LAST_DAY):
        branch.publish("990003", day=day)
        assert branch.run("990003", day) == "PROVED"
    assert branch.rows("select kind from bank_break where kind = 'OPENING_DIFFERS'")


def test_a_closing_is_held_against_a_night_after_it_that_was_decided_first(branch):
    for day in (LAST_DAY, date(2026, 2, 26)):
        branch.publish("990003", day=day)
        assert branch.run("990003", day) == "PROVED"
    differing = "select distinct kind from bank_break where kind like '%ING_DIFFERS'"
    assert branch.rows(differing) == [("CLOSING_DIFFERS",)]


def test_an_undecided_night_between_is_waited_for_and_accuses_nobody(branch):
    """Bug: the day after was held against an older night, and stayed wrong when the gap closed."""
    gateway = branch.gateway()
    for day in (date(2026, 2, 26), date(2026, 2, 27), LAST_DAY):
        open_nights(gateway.bank("990003"), day)
    for day in (date(2026, 2, 26), LAST_DAY, date(2026, 2, 27)):
        branch.publish("990003", day=day)
        assert branch.run("990003", day) == "PROVED"
    assert not branch.rows("select kind from bank_break where kind like '%ING_DIFFERS'")


def test_b23_every_booking_of_no_batch_is_listed_for_somebody_to_claim(branch):
    """Bug: money that left the account for nobody knew what stood in a proved, green night."""
    branch.publish("990003")
    assert branch.run("990003") == "PROVED"
    strangers = branch.rows(
        "select line, amount_fen from statement_line where summary not like '批量扣款 %' order by 1"
    )
    assert len(strangers) == 3
    listed = "select line, amount_fen from bank_break where side = 'statement' order by 1"
    assert branch.rows(listed) == strangers
    carried = "select line, abs(fen) from open_item where cleared_on is null order by 1"
    assert branch.rows(carried) == strangers


def test_consecutive_nights_hang_together_and_break_nothing(branch):
    for day in (date(2026, 2, 27), LAST_DAY):
        branch.publish("990003", day=day)
        assert branch.run("990003", day) == "PROVED"
    assert not branch.rows("select kind from bank_break where kind = 'OPENING_DIFFERS'")


def test_a_bank_that_takes_no_receipt_now_gets_it_later_and_no_money_waits_for_it(branch):
    """Bug: an incoming directory without its rights kept every posting of the night back."""
    there = incoming(branch.options.sandbox, "990003")
    away = there.rename(there.with_name("away"))
    try:
        branch.publish("990003")
        assert branch.run("990003") in ("LISTING_REFUSED", "CLAIMED_ELSEWHERE")
    finally:
        away.rename(there)
    assert branch.rows("select state from bank_night") == [("PROVED",)]
    waiting = "select count(*) from message where kind = 'bank.receipt' and state = 'DRAFTED'"
    assert branch.rows(waiting) == [(2,)]
    branch.do("update outbox set next_attempt_at = now()")
    sweep(branch.gateway().sending)
    assert branch.rows(waiting) == [(0,)]
    assert len(branch.received("990003", "receipt")) == 2
