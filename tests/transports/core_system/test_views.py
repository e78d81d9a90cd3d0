"""Dues, mandates, accounts, loans, entries and offsets, as values in fen. 宽接口的读取"""

from datetime import date, datetime

import pytest

from connectors.core_system.model import Hold, LoanKind, LoanStatus, MandateState, PostingKind
from gateway.dates import SHANGHAI
from gateway.errors import Code, NotConfigured
from tests.transports.core_system.conftest import BANK, DAY

HERE = (BANK, "ZH01")


def test_dues_are_what_is_left_with_the_account_and_mandate_in_force(core, instructions):
    dues = {(due.loan_no, due.instalment_no): due for due in core.wire.dues(*HERE, DAY)}
    assert len(dues) == len(instructions)
    for asked in instructions:
        due = dues[(asked.loan_no, asked.instalment_no)]
        assert due.fen == asked.asked_fen
        assert (due.principal_fen, due.interest_fen) == (asked.principal_fen, asked.interest_fen)
        assert (due.payer_account, due.payer_name) == (asked.payer_account, asked.payer_name)
        assert (due.business_date, due.mandate_no) == (DAY, "XY" + asked.loan_no)
        assert (due.kind, due.hold) == (LoanKind.FUND, Hold.NONE)
        assert due.may_take_part == (asked.full_flag == "1")


def test_dues_of_a_later_day_are_the_next_instalments_too(core, instructions):
    assert len(core.wire.dues(*HERE, date(2026, 4, 30))) == 2 * len(instructions)


def test_what_is_paid_is_due_no_more_and_stands_among_the_entries(core, postings):
    core.wire.post(postings)
    paid = {(one.loan_no, one.instalment_no) for one in postings}
    assert not paid & {(due.loan_no, due.instalment_no) for due in core.wire.dues(*HERE, DAY)}
    entries = core.wire.entries(*HERE, DAY)
    assert [(e.batch_no, e.serial, e.fen, e.principal_fen) for e in entries] == [
        (one.batch_no, one.serial, one.fen, one.principal_fen) for one in postings
    ]
    assert {entry.kind for entry in entries} == {PostingKind.NORMAL}


def test_entries_of_another_date_are_found_by_their_place_in_a_batch(core, postings):
    core.wire.post(postings)
    other = date(2026, 3, 9)
    asked = [(postings[1].batch_no, postings[1].serial)]
    assert core.wire.entries(*HERE, other) == []
    assert [e.loan_no for e in core.wire.entries(*HERE, other, asked)] == [postings[1].loan_no]


def test_mandates_and_accounts_have_their_moments(core, instructions):
    (mandate, *_), (account, *_) = core.wire.mandates(*HERE), core.wire.repayment_accounts(*HERE)
    assert mandate.state is MandateState.EFFECTIVE
    assert mandate.effective_at == datetime(2020, 1, 1, tzinfo=SHANGHAI)
    assert (mandate.ended_at, account.loan_no) == (None, mandate.loan_no)
    assert (account.changed_by, account.approved_by) == ("柜员", "主管")


def test_loans_are_told_with_balance_and_rate(core, instructions):
    loans = {loan.loan_no: loan for loan in core.wire.loans(*HERE)}
    assert set(loans) == {one.loan_no for one in instructions}
    for loan in loans.values():
        assert 0 < loan.balance_fen <= loan.granted_fen
        assert loan.rate_millionths in (21_000, 26_000, 30_750)
        assert loan.status in (LoanStatus.NORMAL, LoanStatus.OVERDUE)


def test_there_are_no_offsets_where_the_fund_ledger_has_none(core):
    assert core.wire.offsets(*HERE, DAY) == []


def test_a_code_nobody_agreed_on_is_named_by_its_view(core):
    core.do("update ledger.loan set dklx = '77'")
    try:
        with pytest.raises(NotConfigured) as raised:
            core.wire.loans(*HERE)
        assert (raised.value.code, raised.value.detail) == (Code.INTERFACE_DIFFERS, "loan_account")
    finally:
        core.do("update ledger.loan set dklx = '01'")
