"""Nights of several batches, of credits that come later, of money without a batch. 多批次与跨日"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from connectors.bank.codec.frames import decode_books
from connectors.bank.flows import proving
from connectors.bank.flows.receiving import open_nights
from connectors.bank.model import NightKey
from connectors.bank.model.books import CreditForm
from connectors.bank.settings import Matching, OwedDays
from connectors.bank.store import nights
from connectors.core_system.model import DueInstalment, Hold, LoanKind, LoanStatus, PostingKind
from gateway.dates import SHANGHAI
from gateway.flows import bank_night
from gateway.store.unit_of_work import PostgresStore
from sandbox.files import render_result, result_name
from sandbox.world.statement import deduction_summary
from tests.archives import new_archive
from tests.flows.two_days import BANK, FIRST, SECOND, Days
from tests.simulation.site_of_night import _instruction

OTHER = "PLKK-OTHER-01"


@pytest.fixture
def days(store, clock) -> Days:
    clock.forward(7 * 3600)  # every file is due by now
    return Days(store, clock)


def second_batch(days: Days, day: date):
    """The same loans, a month on, asked for in a batch of its own."""
    truth = days.truth(day)
    instructions = tuple(replace(o, instalment_no=o.instalment_no + 1) for o in truth.instructions)
    batch = replace(truth.batch, batch_no=OTHER, instructions=instructions)
    other = replace(truth, batch=batch)
    ledger = days.sites[day].ledger
    ledger.due = [*ledger.due, *(_instruction(other, one) for one in instructions)]
    return other


def booked(days: Days, day: date) -> set[tuple[str, int]]:
    return {(p.batch_no, p.serial) for p in days.sites[day].ledger.booked.values()}


def test_each_batch_of_a_day_has_its_own_result_file_and_none_replaces_another(days):
    truth, other = days.truth(FIRST), second_batch(days, FIRST)
    lump = replace(
        truth.statement.bookings[-1], summary=deduction_summary(OTHER), host_serial="LUMP2"
    )
    assert lump.amount_fen == truth.batch.taken_fen
    days.result(truth)
    days.result(other, version=2)
    days.statement(truth, (*truth.statement.bookings, lump))
    assert days.run(FIRST) == "PROVED"
    files = "select part, version, state from bank_file where kind = 'deduction_result' order by 2"
    assert days.rows(files) == [(truth.batch.batch_no, 1, "USED"), (OTHER, 2, "USED")]
    taken = [o.serial for o in truth.instructions if o.taken_fen]
    assert booked(days, FIRST) == {(b, n) for b in (truth.batch.batch_no, OTHER) for n in taken}
    assert not days.rows("select from open_item where side = 'expected'")
    assert days.is_equal(FIRST)


def test_b19_a_batch_without_results_is_late_and_the_day_stays_open_until_they_come(days):
    truth, other = days.truth(FIRST), second_batch(days, FIRST)
    days.result(truth)
    days.statement(truth)
    assert days.run(FIRST) == "FILE_OVERDUE"
    missing = "select state from bank_break where kind = 'FILE_MISSING'"
    rings = "select detail from alarm where code = 'FILE_OVERDUE' and cleared_at is null"
    assert (days.rows(missing), days.rows(rings)) == ([("OPEN",)], [(OTHER,)])
    assert not booked(days, FIRST)
    days.result(other, version=2)
    assert days.run(FIRST) == "PROVED"
    assert (days.rows(missing), days.rows(rings)) == ([("CLEARED",)], [])
    assert days.is_equal(FIRST)


def test_b22_a_promised_credit_is_carried_and_ends_when_the_statement_shows_it(days):
    """The exact ones book on the first night; the money is on its way, and shown a day later."""
    truth, after = days.truth(FIRST), days.truth(SECOND)
    own, lump = truth.statement.bookings[:-1], truth.statement.bookings[-1]
    days.result(truth)
    days.statement(truth, own)
    assert days.run(FIRST) == "PROVED"
    assert len(booked(days, FIRST)) == sum(bool(o.taken_fen) for o in truth.instructions)
    owed = "select fen, first_seen, cleared_on from open_item where side = 'expected' order by 2"
    assert days.rows(owed) == [(truth.batch.taken_fen, FIRST, None)]
    before = days.sheet(FIRST)
    moved = replace(after.statement, opening_fen=truth.statement.closing_fen - lump.amount_fen)
    shown = (*after.statement.bookings, replace(lump, host_serial="LATE1"))
    later = replace(after, statement=moved)
    days.result(after)
    days.statement(later, shown)
    assert days.run(SECOND) == "PROVED"
    assert days.rows(owed) == [(truth.batch.taken_fen, FIRST, SECOND)]
    assert days.is_equal(FIRST)
    assert days.is_equal(SECOND)
    assert days.sheet(SECOND).figures.carried_in.fen != 0
    # X01: the past night run again is as it was
    assert days.run(FIRST) == "PROVED"
    assert days.sheet(FIRST) == before
    assert days.rows(owed) == [(truth.batch.taken_fen, FIRST, SECOND)]


def test_b22_a_credit_still_not_shown_the_night_after_is_a_break_that_grows_old(days):
    truth, after = days.truth(FIRST), days.truth(SECOND)
    lump = truth.statement.bookings[-1]
    days.result(truth)
    days.statement(truth, truth.statement.bookings[:-1])
    days.run(FIRST)
    moved = replace(after.statement, opening_fen=truth.statement.closing_fen - lump.amount_fen)
    days.result(after)
    days.statement(replace(after, statement=moved), after.statement.bookings)
    assert days.run(SECOND) == "PROVED"
    late = [line for line in days.sheet(SECOND).breaks if line.kind == "跨日"]
    assert [(line.amount_fen, line.blocking) for line in late] == [(lump.amount_fen, False)]
    assert days.is_equal(SECOND)


def line_by_line(truth) -> tuple:
    """The statement of a bank that credits each line, under the serial its result line gives."""
    *own, lump = truth.statement.bookings
    taken = [one for one in truth.instructions if one.taken_fen]
    credits_ = (
        replace(lump, summary="代扣还款", amount_fen=one.taken_fen, host_serial=one.host_serial)
        for one in taken
    )
    return (*own, *credits_)


@pytest.mark.parametrize("credits_", CreditForm)
def test_b22_credits_booked_line_by_line_match_by_serial_where_the_bank_is_known_to(days, credits_):
    """Of a bank that is said to credit in lumps, the same bookings are no promise kept."""
    truth = days.truth(FIRST)
    days.agree(matching=Matching(credits=credits_))
    days.result(truth)
    days.statement(truth, line_by_line(truth))
    assert days.run(FIRST) == "PROVED"
    count = sum(bool(one.taken_fen) for one in truth.instructions)
    matched = "select count(distinct group_no) from bank_link where evidence = 'HOST_SERIAL'"
    promised = "select count(*) from open_item where side = 'expected' and cleared_on is null"
    by_line = credits_ is CreditForm.LINE
    assert days.rows(matched) == [(count if by_line else 0,)]
    assert days.rows(promised) == [(0 if by_line else 1,)]
    assert days.is_equal(FIRST)


def test_b22_a_promised_credit_ends_on_a_holiday_that_owes_a_statement_alone(days):
    truth, holiday = days.truth(FIRST), date(2026, 3, 1)
    results, statements = days.sites[FIRST].bank.profile.owes
    days.agree(owes=(results, replace(statements, days=OwedDays.EVERY_DAY)))
    own, lump = truth.statement.bookings[:-1], truth.statement.bookings[-1]
    days.result(truth)
    days.statement(truth, own)
    assert days.run(FIRST) == "PROVED"
    site = days.sites[FIRST]
    site.ledger.due, site.key = [], replace(site.key, business_date=holiday)
    opening = truth.statement.closing_fen - lump.amount_fen
    sunday = replace(truth.statement, opening_fen=opening)
    days.statement(replace(truth, business_date=holiday, statement=sunday), (lump,))
    open_nights(site.bank, holiday)
    bank_night.run(site.night())
    owed = "select first_seen, cleared_on from open_item where side = 'expected'"
    assert days.rows(owed) == [(FIRST, holiday)]
    sheet = proving.sheet_of(site.bank, site.key)
    assert sheet.proved and all(line.holds for line in sheet.equations)


def test_money_carried_from_an_earlier_night_keeps_the_day_on_which_it_was_booked(days):
    """Windows and the ledger's booking date go by it; the generic statement dates no line."""
    for day in (FIRST, SECOND):
        days.result(days.truth(day))
        days.statement(days.truth(day))
        assert days.run(day) == "PROVED"
    with days.store.begin() as work:
        digest = nights.books_of(work, NightKey(BANK, "ZH01", SECOND).night_id)
    lines = decode_books(days.store.archive.get(digest)).books.statement
    dated = set(lines.select("first_seen", "booked_on").iter_rows())
    assert dated == {(FIRST, FIRST), (SECOND, SECOND)}


def test_b18_a_day_on_which_nothing_was_asked_proves_on_its_statement_alone(days):
    truth = days.truth(FIRST)
    days.sites[FIRST].ledger.due = []
    own = truth.statement.bookings[:-1]
    days.publish(result_name(truth), render_result(truth, fault="empty_day"))
    days.statement(truth, own)
    assert days.run(FIRST) == "PROVED"
    assert days.sheet(FIRST).figures.carried_out.count == len(own) - _netted(own)
    assert days.is_equal(FIRST)


def _netted(bookings) -> int:
    return 2 * sum(one.reversal for one in bookings)


def due_of(truth, day: date, fen: int) -> DueInstalment:
    loan = truth.instructions[0].loan
    return DueInstalment(
        business_date=day, bank=BANK, account="ZH01", loan_no="08099104777777",
        contract_no="HT2026000777", instalment_no=9, due_on=date(2026, 2, 1),
        principal_fen=fen - 700, interest_fen=500, penalty_fen=200, fine_fen=0,
        may_take_part=True, payer_account=loan.payer_account, payer_name="沙箱某", payer_bank_no="",
        mandate_no="", borrower_id="x", borrower_name="沙箱某", kind=LoanKind.FUND,
        status=LoanStatus.OVERDUE, hold=Hold.NONE,
    )  # fmt: skip


@pytest.mark.parametrize(("off_fen", "posts"), [(0, True), (1, False)])
def test_b23_money_that_names_a_loan_and_is_exactly_a_due_books_by_itself(days, off_fen, posts):
    """Off by a fen it waits for a person: no tolerance."""
    truth = days.truth(FIRST)
    stray = next(one for one in truth.statement.bookings if one.summary == "还款")
    days.sites[FIRST].ledger.dues = _dues(due_of(truth, FIRST, stray.amount_fen + off_fen))
    named = tuple(
        replace(one, summary="还款 08099104777777") if one is stray else one
        for one in truth.statement.bookings
    )
    days.result(truth)
    days.statement(truth, named)
    assert days.run(FIRST) == "PROVED"
    made = [p for p in days.sites[FIRST].ledger.booked.values() if p.loan_no == "08099104777777"]
    assert len(made) == posts
    if posts:
        assert (made[0].fen, made[0].kind) == (stray.amount_fen, PostingKind.OVERDUE)
        assert (made[0].interest_fen, made[0].penalty_fen) == (500, 200)
    assert days.is_equal(FIRST)


def _dues(*dues: DueInstalment) -> Callable:
    return lambda bank, account, day: dues


def test_a_sheet_is_the_same_to_the_byte_however_late_it_is_made(
    engine, empty_tables, stepping_clock, tmp_path
):
    """Only when its files came stands in it."""
    made = []
    for hours in (0, 5):
        empty_tables()
        clock = stepping_clock(datetime(2026, 3, 1, 9, 0, tzinfo=SHANGHAI))
        days = Days(PostgresStore(engine, new_archive(tmp_path / str(hours)), clock), clock)
        truth = days.truth(FIRST)
        days.result(truth)
        days.statement(truth)
        open_nights(days.sites[FIRST].bank, FIRST)
        whole = days.sites[FIRST].night()
        bank_night.STAGES["receive"].run(whole)
        clock.forward(hours * 3600)
        bank_night.run(whole)
        made.append(days.rows("select digest from proof_sheet where proved"))
    assert made[0] == made[1] != []
