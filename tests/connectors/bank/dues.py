"""Dues of an invented branch, and everything that lets them be asked for. 应扣样例"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from connectors.bank.model.deductions import Knowledge, Moment
from connectors.bank.rules.deduction.eligibility import Circumstances
from connectors.bank.settings import Deductions
from connectors.core_system.model import (
    DueInstalment,
    Hold,
    LoanKind,
    LoanStatus,
    Mandate,
    MandateState,
    RepaymentAccount,
)
from gateway.dates import SHANGHAI, Calendar
from gateway.wiring.agreed import load_layout, load_years
from gateway.wiring.places import ROOT

BANK, ACCOUNT = "990001", "ZH01"
DAY = date(2026, 2, 27)
AT = datetime(2026, 2, 27, 9, 0, tzinfo=SHANGHAI)
LONG_AGO = datetime(2024, 1, 2, tzinfo=SHANGHAI)
CALENDAR = Calendar(load_years(ROOT / "schemas"))
REQUEST = load_layout(ROOT / "schemas", "generic-pipe-request")
TERMS = Deductions(cut_off=time(17, 0))


def due(number: int = 1, **other: object) -> DueInstalment:
    """One instalment that may be asked for on DAY; 2001.70 yuan in all."""
    plain = DueInstalment(
        business_date=DAY,
        bank=BANK,
        account=ACCOUNT,
        loan_no=f"99DK{number:010d}",
        contract_no=f"99HT{number:08d}",
        instalment_no=26,
        due_on=DAY,
        principal_fen=150_000,
        interest_fen=50_000,
        penalty_fen=170,
        fine_fen=0,
        may_take_part=False,
        payer_account=payer(number),
        payer_name=f"沙箱{number}",
        payer_bank_no="990001000001",
        mandate_no=f"WT{number:08d}",
        borrower_id="99010119900101001X",
        borrower_name=f"沙箱{number}",
        kind=LoanKind.FUND,
        status=LoanStatus.NORMAL,
        hold=Hold.NONE,
    )
    return replace(plain, **other)


def payer(number: int) -> str:
    """The account loan `number` is repaid from."""
    return f"6299000000{number:09d}"


def mandate(of: DueInstalment, **other: object) -> Mandate:
    """The authority to debit for a due, in force for long."""
    plain = Mandate(
        of.mandate_no, of.loan_no, of.payer_account, MandateState.EFFECTIVE, LONG_AGO, None
    )
    return replace(plain, **other)


def account(of: DueInstalment, **other: object) -> RepaymentAccount:
    """The account of a due, registered long ago by one clerk and checked by another."""
    plain = RepaymentAccount(
        of.loan_no, of.payer_account, of.payer_name, of.payer_bank_no, LONG_AGO, "zhao", "qian"
    )
    return replace(plain, **other)


def known(*dues: DueInstalment, **other: object) -> Knowledge:
    """Everything in order for these dues, but for what is said."""
    plain = Knowledge(
        mandates={one.loan_no: [mandate(one)] for one in dues},
        accounts={one.loan_no: [account(one)] for one in dues},
        in_flight={},
        asked_today=frozenset(),
        blocked=frozenset(),
        failures={},
    )
    return replace(plain, **other)


def given(*dues: DueInstalment, day: date = DAY, **other: object) -> Circumstances:
    """The circumstances of a plan in which these dues may be asked for, but for what is said."""
    moment = Moment(day, AT + timedelta(days=(day - DAY).days))
    plain = Circumstances(moment, known(*dues), TERMS, REQUEST, CALENDAR)
    return replace(plain, **other)
