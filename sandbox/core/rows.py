"""From a night to the rows of the ledger. 账务数据行."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from sandbox.world import Instruction, Loan, Night
from sandbox.world.arithmetic import MILLION

Row = tuple[str | int | date | Decimal, ...]
DAYS_A_MONTH = 30

# fmt: off
COLUMNS: dict[str, tuple[str, ...]] = {
    "borrower":    ("zjhm", "xingming"),
    "loan":        ("dkzh", "zjhm", "yhdm", "hkzh", "hkzhmc", "dkffe", "dkll", "dkqs"),
    "instalment":  ("dkzh", "dqqc", "yhrq", "dqyhbj", "dqyhlx", "dqyhfx", "zt"),
    "instruction": ("yhdm", "zhbh", "ywrq", "pch", "xh", "dkzh", "dqqc", "hkzh", "hkzhmc", "zebz"),
}
# fmt: on


def rows_of(night: Night, table: str) -> Iterator[Row]:
    """Yield a night's rows of one table, in the order of its columns."""
    makers = {
        "borrower": _borrowers,
        "loan": _loans,
        "instalment": _instalments,
        "instruction": _instructions,
    }
    return makers[table](night)


def _borrowers(night: Night) -> Iterator[Row]:
    for one in night.instructions:
        yield one.loan.borrower.id_number, one.loan.borrower.name


def _loans(night: Night) -> Iterator[Row]:
    for one in night.instructions:
        yield _loan(one.loan, night.bank.code)


def _loan(loan: Loan, bank: str) -> Row:
    rate = Decimal(loan.rate_millionths) / MILLION
    return (
        loan.loan_no,
        loan.borrower.id_number,
        bank,
        loan.payer_account,
        loan.payer_name,
        _yuan(loan.amount_fen),
        rate,
        loan.months,
    )


def _instalments(night: Night) -> Iterator[Row]:
    """Yield the instalment asked for, the one before it, paid, and the one after it."""
    for one in night.instructions:
        yield _instalment(one, -1, "paid")
        yield _instalment(one, 0, "due")
        yield _instalment(one, 1, "due")


def _instalment(one: Instruction, step: int, state: str) -> Row:
    number = one.instalment_no + step
    share = one.loan.share(number)
    return (
        one.loan.loan_no,
        number,
        one.due_date + timedelta(days=DAYS_A_MONTH * step),
        _yuan(share.principal_fen),
        _yuan(share.interest_fen),
        _yuan(one.penalty_fen if step == 0 else 0),
        state,
    )


def _instructions(night: Night) -> Iterator[Row]:
    for one in night.instructions:
        yield (
            night.bank.code,
            night.account.short_id,
            night.business_date,
            night.batch.batch_no,
            one.serial,
            one.loan.loan_no,
            one.instalment_no,
            one.loan.payer_account,
            one.loan.payer_name,
            one.full_flag,
        )


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)
