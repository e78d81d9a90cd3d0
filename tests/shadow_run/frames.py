"""Values as the frames the engine works on. 账册成表"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

import polars as pl

from connectors.bank.model.books import (
    DAY,
    DUE,
    INSTRUCTION,
    LEDGER,
    OFFSET,
    REGISTERED,
    Columns,
)
from connectors.core_system.model import (
    DueInstalment,
    FundOffset,
    Instruction,
    LedgerEntry,
    LoanAccount,
    LoanStatus,
    RepaymentAccount,
)
from gateway.dates import SHANGHAI, Calendar

# Windows are a few working days; what is older than this is older than any of them.
_DAYS_BACK, _DAYS_ON = 90, 30

Getters = Mapping[str, Callable[[Any], object]]


def _framed(columns: Columns, values: Sequence[object], said: Getters) -> pl.DataFrame:
    """A frame of these values: a column is the field of its name, unless `said` says otherwise."""
    data: dict[str, Sequence[object]] = {"id": range(len(values))}
    for name in columns:
        if name != "id":
            get = said.get(name)
            data[name] = [get(one) if get else getattr(one, name) for one in values]
    return pl.DataFrame({name: data[name] for name in columns}, schema=dict(columns))


def instruction_frame(items: Sequence[Instruction]) -> pl.DataFrame:
    """What we asked the bank for."""
    return _framed(INSTRUCTION, items, {})


def ledger_frame(entries: Sequence[LedgerEntry]) -> pl.DataFrame:
    """What stands booked; an entry that another takes back is marked, that other one left out."""
    taken_back = {entry.reversal_of for entry in entries if entry.reversal_of}
    booked = [entry for entry in entries if not entry.reversal_of]
    return _framed(
        LEDGER,
        booked,
        {"kind": lambda e: e.kind.value, "reversed": lambda e: e.entry_no in taken_back},
    )


def due_frame(dues: Sequence[DueInstalment]) -> pl.DataFrame:
    """Open dues; one whose day has passed is overdue."""
    return _framed(
        DUE,
        dues,
        {
            "kind": lambda d: "overdue" if d.due_on < d.business_date else "instalment",
            "borrower": lambda d: d.borrower_id,
        },
    )


def registered_frame(
    accounts: Sequence[RepaymentAccount], loans: Sequence[LoanAccount], day: date
) -> pl.DataFrame:
    """The account each loan is repaid from on a day: of those in effect the latest (B27)."""
    known = {loan.loan_no: loan for loan in loans}
    of_loan = {one.loan_no: one for one in _in_effect(accounts, day) if one.loan_no in known}
    rows = [
        (one.account, loan_no, known[loan_no].borrower_id, _is_settled(known[loan_no]))
        for loan_no, one in sorted(of_loan.items())
    ]
    return pl.DataFrame(rows, schema=dict(REGISTERED), orient="row")


def _in_effect(accounts: Sequence[RepaymentAccount], day: date) -> Iterator[RepaymentAccount]:
    begun = (one for one in accounts if one.effective_at.astimezone(SHANGHAI).date() <= day)
    yield from sorted(begun, key=lambda one: one.effective_at)


def _is_settled(loan: LoanAccount) -> bool:
    return loan.status is LoanStatus.SETTLED


def offset_frame(offsets: Sequence[FundOffset]) -> pl.DataFrame:
    """Repayments out of fund accounts (冲还贷), which no bank knows of."""
    return _framed(OFFSET, offsets, {})


def day_frame(calendar: Calendar, day: date) -> pl.DataFrame:
    """The days around a business date, each with the working days counted up to it.

    Days of a year without a calendar are not in it: nothing can be counted across them.
    """
    span = (day + timedelta(days=number) for number in range(-_DAYS_BACK, _DAYS_ON))
    known = [one for one in span if calendar.knows(one.year)]
    counts = list(accumulate(int(calendar.is_working_day(one)) for one in known))
    return pl.DataFrame({"day": known, "working": counts}, schema=dict(DAY))
