"""The loans of the months in the core's ledger, and what its people do in the morning. 月度账务."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal

import psycopg

from sandbox.core.acts import AccountChange, Acts
from sandbox.core.fill import copy_in, create
from sandbox.core.grants import grant_exchange
from sandbox.core.rows import COLUMNS, SHANGHAI, SIGNED, Row, yuan
from sandbox.months.bank import MonthBank
from sandbox.months.fates import OFFSETS, Fate
from sandbox.months.loans import MonthLoan
from sandbox.months.moving import payoff_serial
from sandbox.months.spans import next_working
from sandbox.months.truth import Asked, Planted
from sandbox.world.arithmetic import MILLION
from sandbox.world.banks import Bank

CHANGES_AT = time(15, 0)
OFF_FEN = 100  # by so much a fund account's ledger may be off


def fill(dsn: str, exchange_role: str, banks: tuple[MonthBank, ...]) -> int:
    """Create the ledger, fill in the loans of the banks, open the day; how many loans."""
    with psycopg.connect(dsn) as connection:
        create(connection)
        for one in banks:
            for table in ("borrower", "loan", "repayment_account", "mandate", "instalment"):
                copy_in(connection, table, COLUMNS[table], _rows(one, table))
        grant_exchange(connection, exchange_role)
    Acts(dsn).advance(banks[0].days[0])
    return sum(len(one.loans) for one in banks)


def morning(acts: Acts, bank: MonthBank, day: date) -> tuple[Planted, ...]:
    """Pay out of the fund accounts what is to be paid so on a day; what must be found of it."""
    found = []
    for loan_no, instalment, fate in due_on(bank, day):
        if fate in OFFSETS:
            off = OFF_FEN if fate is Fate.OFFSET_OFF else 0
            acts.offset(bank.loans[loan_no].fund_account, loan_no, instalment, off)
            found += [Planted("OFFSET_DIFFERS", day, loan_no=loan_no)] if off else []
    return tuple(found)


def evening(acts: Acts, bank: MonthBank, day: date, asked: Sequence[Asked]) -> None:
    """Do what happens in the afternoon, when the batch has been sent."""
    for one in asked:
        fate = bank.fate(one.loan_no, one.instalment_no)
        if fate is Fate.SETTLED:
            acts.pay_off(one.loan_no, payoff_serial(one.loan_no))
        if fate is Fate.ACCOUNT_CHANGED:
            _change_account(acts, bank, day, one)


def _change_account(acts: Acts, bank: MonthBank, day: date, one: Asked) -> None:
    at = datetime.combine(day, CHANGES_AT, SHANGHAI)
    account = one.payer_account[:-1] + "N"
    bank_no = f"{bank.bank.code}000001"
    people = ("柜员乙", "主管")
    acts.change_account(AccountChange(one.loan_no, account, one.payer_name, bank_no, at, *people))
    acts.sign(f"XN{one.loan_no}", one.loan_no, account, at)


def due_on(bank: MonthBank, day: date) -> Iterator[tuple[str, int, Fate]]:
    """Yield the instalments first asked for on a business date, each with its fate."""
    for loan_no, one in bank.loans.items():
        for instalment, due, _ in one.instalments():
            if next_working(due) == day:
                yield loan_no, instalment, bank.fate(loan_no, instalment)


def _rows(bank: MonthBank, table: str) -> Iterator[Row]:
    for one in bank.loans.values():
        yield from _MAKERS[table](one, bank.bank)


def _borrower(one: MonthLoan, bank: Bank) -> Iterator[Row]:
    borrower, tail = one.loan.borrower, one.loan.loan_no[-8:]
    yield borrower.id_number, borrower.name, f"100{tail}", f"沙箱单位{tail[-3:]}", "沙箱路2号"


def _loan(one: MonthLoan, bank: Bank) -> Iterator[Row]:
    loan = one.loan
    paid = sum(loan.share(number).principal_fen for number in range(1, one.first))
    yield (
        *(loan.loan_no, one.contract_no, loan.borrower.id_number),
        *(bank.code, bank.account.short_id),
        *(yuan(loan.amount_fen), yuan(loan.amount_fen - paid)),
        *(Decimal(loan.rate_millionths) / MILLION, loan.months),
        *(date(2014, 1, one.due_day), one.due_day, "1" if one.may_take_part else "0"),
    )


def _account(one: MonthLoan, bank: Bank) -> Iterator[Row]:
    bank_no = f"{bank.code}000001"
    loan = one.loan
    yield loan.loan_no, loan.payer_account, loan.payer_name, bank_no, SIGNED, "柜员", "主管"


def _mandate(one: MonthLoan, bank: Bank) -> Iterator[Row]:
    yield "XY" + one.loan.loan_no, one.loan.loan_no, one.loan.payer_account, SIGNED


def _instalments(one: MonthLoan, bank: Bank) -> Iterator[Row]:
    """Yield the instalments to come; penalty runs from the day the bank can be asked (B10)."""
    none = Decimal(0)
    for number, due, share in one.instalments():
        parts = yuan(share.principal_fen), yuan(share.interest_fen)
        asked = next_working(due)
        yield (one.loan.loan_no, number, due, asked, *parts, none, none, due, none, none, "due")


_MAKERS = {
    "borrower": _borrower,
    "loan": _loan,
    "repayment_account": _account,
    "mandate": _mandate,
    "instalment": _instalments,
}
