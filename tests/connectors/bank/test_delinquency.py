"""Who is behind, what is done about it, and the overdue rate. 逾期"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.rules.delinquency import (
    CountBy,
    Ladder,
    Measure,
    measure_for,
    overdue_loans,
    overdue_rate,
    per_mille,
)
from connectors.core_system.model import (
    DueInstalment,
    Hold,
    LoanAccount,
    LoanKind,
    LoanStatus,
    RepaymentMethod,
)

DAY = date(2026, 2, 28)


def loan(number: int, balance_fen: int = 48_000_000, **changes: object) -> LoanAccount:
    """A loan of the branch."""
    one = LoanAccount(
        bank="990001", account="ZH01", loan_no=f"0809910400{number:04d}", contract_no=f"HT{number}",
        borrower_id="110105194912310021", borrower_name="沙箱䶮", phone="13800000000",
        employer="沙箱市机械厂", employer_address="沙箱路一号", kind=LoanKind.FUND,
        status=LoanStatus.NORMAL, method=RepaymentMethod.EQUAL_INSTALMENT,
        granted_on=date(2023, 6, 20), granted_fen=50_000_000, balance_fen=balance_fen,
        rate_millionths=26_000, months=360, due_day=20,
    )  # fmt: skip
    return replace(one, **changes)


def due(number: int, instalment: int, days_late: int, **changes: object) -> DueInstalment:
    """An instalment of that loan, due so many days ago."""
    one = DueInstalment(
        business_date=DAY, bank="990001", account="ZH01", loan_no=f"0809910400{number:04d}",
        contract_no=f"HT{number}", instalment_no=instalment, due_on=DAY - timedelta(days_late),
        principal_fen=91_837, interest_fen=108_333, penalty_fen=1_234, fine_fen=0,
        may_take_part=False, payer_account="", payer_name="", payer_bank_no="", mandate_no="",
        borrower_id="110105194912310021", borrower_name="沙箱䶮", kind=LoanKind.FUND,
        status=LoanStatus.OVERDUE, hold=Hold.NONE,
    )  # fmt: skip
    return replace(one, **changes)


def behind(number: int, unpaid: int) -> list[DueInstalment]:
    """So many unpaid instalments of a loan, the newest a day late."""
    return [due(number, 30 - back, 1 + 30 * back) for back in range(unpaid)]


@pytest.mark.parametrize(
    ("unpaid", "measure"),
    [
        (1, Measure.TELEPHONE), (2, Measure.TELEPHONE), (3, Measure.LETTER), (5, Measure.LETTER),
        (6, Measure.LITIGATION), (14, Measure.LITIGATION),
    ],
)  # fmt: skip
def test_the_branchs_steps_are_telephone_letter_litigation(unpaid, measure):
    (one,) = overdue_loans([loan(1)], behind(1, unpaid), DAY, Ladder())
    assert (one.unpaid, one.measure) == (unpaid, measure)
    assert one.since == DAY - timedelta(1 + 30 * (unpaid - 1))
    assert one.overdue_fen == unpaid * (91_837 + 108_333 + 1_234)


def test_what_is_due_today_is_not_overdue_and_a_settled_loan_never_is():
    assert not overdue_loans([loan(1)], [due(1, 30, 0)], DAY, Ladder())
    settled = loan(1, status=LoanStatus.SETTLED)
    assert not overdue_loans([settled], behind(1, 7), DAY, Ladder())


def test_c21_whoever_owes_nothing_now_is_not_behind_however_often_he_was():
    cumulative = Ladder(count_by=CountBy.CUMULATIVE)
    assert not overdue_loans([loan(1, overdue_times=9)], [], DAY, cumulative)


def test_c21_cumulative_or_consecutive_is_a_setting():
    often = loan(1, overdue_times=6)
    (now,) = overdue_loans([often], behind(1, 1), DAY, Ladder())
    (ever,) = overdue_loans([often], behind(1, 1), DAY, Ladder(count_by=CountBy.CUMULATIVE))
    assert (now.measure, ever.measure) == (Measure.TELEPHONE, Measure.LITIGATION)


def test_the_worst_comes_first():
    loans = [loan(1), loan(2), loan(3)]
    dues = behind(1, 2) + behind(2, 7) + behind(3, 4)
    assert [one.unpaid for one in overdue_loans(loans, dues, DAY, Ladder())] == [7, 4, 2]


def test_the_overdue_rate_is_shown_both_ways_in_per_mille():
    loans = [loan(number, 50_000_000) for number in range(1, 401)]
    dues = behind(7, 3) + behind(8, 2)
    rate = overdue_rate(loans, dues, DAY, Ladder())
    assert (rate.loans, rate.overdue_loans) == (400, 1)
    assert per_mille(rate.by_outstanding) == "2.500‰"
    # 3 × 918.37 over 200 million yuan
    assert per_mille(rate.by_overdue) == "0.014‰"
    assert per_mille(overdue_rate(loans, dues, DAY, Ladder(rate_from=2)).by_outstanding) == "5.000‰"


def test_no_loans_have_no_overdue_rate():
    assert overdue_rate([], [], DAY, Ladder()).by_outstanding == 0


@given(count=st.integers(0, 50), more=st.integers(0, 10))
def test_a_loan_further_behind_is_never_treated_more_mildly(count, more):
    order = [None, Measure.TELEPHONE, Measure.LETTER, Measure.LITIGATION]
    mild, strict = measure_for(count, Ladder()), measure_for(count + more, Ladder())
    assert order.index(mild) <= order.index(strict)


@pytest.mark.parametrize("wrong", [{"letter_from": 7}, {"telephone_from": 0}, {"rate_from": 0}])
def test_a_ladder_whose_steps_do_not_rise_is_not_sound(wrong):
    assert Ladder().is_sound()
    assert not Ladder(**wrong).is_sound()
