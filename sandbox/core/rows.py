"""From a night to the rows of the ledger. 账务数据行."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from sandbox.world import Instruction, Loan, Night
from sandbox.world.arithmetic import MILLION

Row = tuple[str | int | date | Decimal, ...]
DAYS_A_MONTH = 30
SHANGHAI = timezone(timedelta(hours=8))
OPENS_AT = time(8, 30)  # the core's business day begins
SIGNED = datetime(2020, 1, 1, tzinfo=SHANGHAI)  # when accounts and mandates came into force

# fmt: off
COLUMNS: dict[str, tuple[str, ...]] = {
    "borrower":    ("zjhm", "xingming", "sjhm", "dwmc", "dwdz"),
    "loan":        ("dkzh", "jkhtbh", "zjhm", "yhdm", "zhbh", "dkffe", "dkye", "dkll", "dkqs",
                    "dkffrq", "ydhkr", "zebz"),
    "repayment_account": ("dkzh", "hkzh", "hkzhmc", "hkzhhh", "sxsj", "bgr", "fhr"),
    "mandate":     ("xybh", "dkzh", "hkzh", "sxsj"),
    "instalment":  ("dkzh", "dqqc", "yhrq", "fxqs", "dqyhbj", "dqyhlx", "dqyhfx", "fxjl", "fxjz",
                    "ysbj", "yslx", "zt"),
    "instruction": ("yhdm", "zhbh", "ywrq", "pch", "xh", "dkzh", "dqqc", "hkzh", "hkzhmc",
                    "dqyhbj", "dqyhlx", "dqyhfx", "zebz"),
}
# fmt: on


def rows_of(night: Night, table: str) -> Iterator[Row]:
    """Yield a night's rows of one table, in the order of its columns."""
    makers = {
        "borrower": _borrowers,
        "loan": _loans,
        "repayment_account": _accounts,
        "mandate": _mandates,
        "instalment": _instalments,
        "instruction": _instructions,
    }
    return makers[table](night)


def _borrowers(night: Night) -> Iterator[Row]:
    for one in night.instructions:
        tail = one.loan.loan_no[-8:]
        borrower = one.loan.borrower
        yield borrower.id_number, borrower.name, f"100{tail}", f"沙箱单位{tail[-3:]}", "沙箱路1号"


def _loans(night: Night) -> Iterator[Row]:
    for one in night.instructions:
        yield _loan(one, night)


def _loan(one: Instruction, night: Night) -> Row:
    loan = one.loan
    return (
        *(loan.loan_no, contract_no(loan), loan.borrower.id_number),
        *(night.bank.code, night.account.short_id),
        *(yuan(loan.amount_fen), yuan(_balance(loan, one.instalment_no))),
        *(Decimal(loan.rate_millionths) / MILLION, loan.months),
        one.due_date - timedelta(days=DAYS_A_MONTH * one.instalment_no),
        *(one.due_date.day, one.full_flag),
    )


def contract_no(loan: Loan) -> str:
    """Return the number of the loan's contract 借款合同编号."""
    return "HT" + loan.loan_no[1:]


def _balance(loan: Loan, number: int) -> int:
    """Return what is still lent before an instalment is paid."""
    return loan.amount_fen - sum(loan.share(past).principal_fen for past in range(1, number))


def _accounts(night: Night) -> Iterator[Row]:
    for one in night.instructions:
        loan = one.loan
        bank_no = f"{night.bank.code}000001"
        yield loan.loan_no, loan.payer_account, loan.payer_name, bank_no, SIGNED, "柜员", "主管"


def _mandates(night: Night) -> Iterator[Row]:
    for one in night.instructions:
        yield "XY" + one.loan.loan_no, one.loan.loan_no, one.loan.payer_account, SIGNED


def _instalments(night: Night) -> Iterator[Row]:
    """Yield the instalment asked for, the one before it, paid, and the one after it."""
    for one in night.instructions:
        yield _instalment(one, -1, night.business_date)
        yield _instalment(one, 0, night.business_date)
        yield _instalment(one, 1, night.business_date)


def _instalment(one: Instruction, step: int, reckoned: date) -> Row:
    number = one.instalment_no + step
    share = one.loan.share(number)
    principal, interest = yuan(share.principal_fen), yuan(share.interest_fen)
    penalty = yuan(one.penalty_fen if step == 0 else 0)
    due_on = one.due_date + timedelta(days=DAYS_A_MONTH * step)
    paid = (principal, interest, "paid") if step < 0 else (Decimal(0), Decimal(0), "due")
    return (
        *(one.loan.loan_no, number, due_on, due_on),
        *(principal, interest, penalty, penalty, reckoned),
        *paid,
    )


def _instructions(night: Night) -> Iterator[Row]:
    for one in night.instructions:
        yield (
            *(night.bank.code, night.account.short_id, night.business_date),
            *(night.batch.batch_no, one.serial, one.loan.loan_no, one.instalment_no),
            *(one.loan.payer_account, one.loan.payer_name),
            *map(yuan, (one.principal_fen, one.interest_fen, one.penalty_fen)),
            one.full_flag,
        )


def yuan(fen: int) -> Decimal:
    """Return fen as the ledger writes money."""
    return Decimal(fen).scaleb(-2)
