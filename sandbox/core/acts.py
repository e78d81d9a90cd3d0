"""What the core system's own people and programs do, day by day. 核心系统日常业务."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import psycopg

from sandbox.core.rows import OPENS_AT, SHANGHAI, yuan

_INSTRUCT = """
insert into ledger.instruction (yhdm, zhbh, ywrq, pch, xh, dkzh, dqqc, hkzh, hkzhmc,
                                dqyhbj, dqyhlx, dqyhfx, dqyhwy, zebz)
select yhdm, zhbh, ywrq, %(batch)s, row_number() over (order by dkzh, dqqc), dkzh, dqqc, hkzh,
       hkzhmc, dqyhbj, dqyhlx, dqyhfx, dqyhwy, zebz
from exchange.due_instalment
where yhdm = %(bank)s and zhbh = %(account)s and yhrq <= ywrq and hkzh is not null
  and xybh is not null and kkkz = '00' and dkzh <> all (cast(%(without)s as text[]))
on conflict do nothing
"""
_OFFSET = """
with owed as (select q.*, t.ywrq from ledger.instalment q cross join ledger.business_day t
              where q.dkzh = %(loan)s and q.dqqc = %(instalment)s),
taken as (insert into ledger.fund_offset (grzh, dkzh, dqqc, fse, jzrq)
          select %(fund)s, dkzh, dqqc, dqyhbj - ysbj + dqyhlx - yslx + dqyhfx - ysfx + %(off)s, ywrq
          from owed)
select ledger.book(row(null, dkzh, dqqc, '05', null, dqyhbj - ysbj, dqyhlx - yslx, dqyhfx - ysfx,
                       dqyhwy - yswy, ywrq, ywrq, '', '', 0, null)::ledger.entry) from owed
"""
_CHANGE = """
insert into ledger.repayment_account (dkzh, hkzh, hkzhmc, hkzhhh, sxsj, bgr, fhr)
values (%(loan)s, %(account)s, %(name)s, %(bank_no)s, %(at)s, %(by)s, %(approved_by)s)
"""


@dataclass(frozen=True, slots=True)
class AccountChange:
    """One 还款账户变更, in force from a moment, and the mandate signed for it."""

    loan_no: str
    account: str
    name: str
    bank_no: str
    at: datetime
    by: str
    approved_by: str


class Acts:
    """The acts, each a transaction of its own, as the owner of the ledger."""

    def __init__(self, dsn: str) -> None:
        """Remember where the ledger is."""
        self._dsn = dsn

    def advance(self, day: date, at: time = OPENS_AT) -> None:
        """Open a business date at a moment of it: overdue amounts bear penalty interest to it."""
        self._do("select ledger.advance(%s, %s)", (day, datetime.combine(day, at, SHANGHAI)))

    def instruct(self, bank: str, account: str, batch_no: str, without: Sequence[str] = ()) -> None:
        """Instruct all dues of the business date that may be debited, in one batch.

        The loans ``without`` are left out.
        """
        values = {"bank": bank, "account": account, "batch": batch_no, "without": list(without)}
        self._do(_INSTRUCT, values)

    def offset(self, fund_account: str, loan_no: str, instalment: int, off_fen: int = 0) -> None:
        """Pay all that is left of an instalment out of the fund account 冲还贷.

        The fund account's own ledger shows ``off_fen`` more than that.
        """
        values = {"fund": fund_account, "loan": loan_no, "instalment": instalment}
        self._do(_OFFSET, values | {"off": yuan(off_fen)})

    def change_account(self, change: AccountChange) -> None:
        """Let a loan be repaid from another account, from a moment on."""
        values = {name: getattr(change, name) for name in AccountChange.__slots__}
        self._do(_CHANGE, values | {"loan": change.loan_no})

    def sign(self, mandate_no: str, loan_no: str, account: str, at: datetime) -> None:
        """Sign a mandate 签约 for an account, in force from a moment."""
        self._do(
            "insert into ledger.mandate (xybh, dkzh, hkzh, sxsj) values (%s, %s, %s, %s)",
            (mandate_no, loan_no, account, at),
        )

    def revoke(self, mandate_no: str, at: datetime) -> None:
        """Revoke a mandate 解约 from a moment on."""
        self._do("update ledger.mandate set zzsj = %s where xybh = %s", (at, mandate_no))

    def hold(self, loan_no: str, why: str) -> None:
        """Set why a loan may not be debited (扣款控制); 00 lets it go."""
        self._do("update ledger.loan set kkkz = %s where dkzh = %s", (why, loan_no))

    def pay_off(self, loan_no: str, host_serial: str = "") -> None:
        """Let a borrower pay the whole balance at the core's own counter 柜面结清.

        ``host_serial`` is the bank's, where the money came over its terminal.
        """
        self._do(
            "select ledger.book(row(null, dkzh, 0, '06', null, dkye, 0, 0, 0, ywrq, ywrq, %s, "
            "'', 0, null)::ledger.entry) from ledger.loan cross join ledger.business_day "
            "where dkzh = %s and dkye > 0",
            (host_serial, loan_no),
        )

    def _do(self, statement: str, values: Sequence[object] | Mapping[str, object]) -> None:
        with psycopg.connect(self._dsn) as connection:
            connection.execute(statement.encode(), values)
