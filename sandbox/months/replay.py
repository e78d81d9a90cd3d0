"""The nights up to a date, lived again from what the ledger instructed. 重演."""

from datetime import date
from pathlib import Path

import psycopg

from sandbox.bank.places import outgoing
from sandbox.bank.publish import put_down
from sandbox.files import publication
from sandbox.files.faults import Fault
from sandbox.keys.ring import bank_signer
from sandbox.months.bank import MonthBank
from sandbox.months.files import Delivered, delivered
from sandbox.months.truth import Asked, BankNight

_ASKED = """
select pch, xh, dkzh, dqqc, hkzh, hkzhmc, dqyhbj + dqyhlx + dqyhfx + dqyhwy, zebz
from ledger.instruction where yhdm = %s and ywrq = %s order by pch, xh
"""


def replay(dsn: str, bank: MonthBank, last: date) -> list[BankNight]:
    """Return all nights up to a date: the bank forgets nothing and needs no memory of its own."""
    if last not in bank.days:
        span = f"{bank.days[0]} to {bank.days[-1]}"
        raise ValueError(f"{last} is no night of the span; it has {span}")
    with psycopg.connect(dsn) as connection:
        lived = (day for day in bank.days if day <= last)
        return [bank.night(day, _asked(connection, bank.bank.code, day)) for day in lived]


def _asked(connection: psycopg.Connection, code: str, day: date) -> list[Asked]:
    rows = connection.execute(_ASKED, (code, day)).fetchall()
    return [
        Asked(batch, serial, loan, number, account, name, int(yuan.scaleb(2)), flag)
        for batch, serial, loan, number, account, name, yuan, flag in rows
    ]


def put_out(root: Path, bank: MonthBank, nights: list[BankNight]) -> list[str]:
    """Publish what the bank delivers after the last night; the names of what was written."""
    own = bank_signer(root, bank.bank.code)
    written: list[str] = []
    for file in delivered(bank.bank, nights):
        planned = publication(file.name, file.data, (own, None), _faults(file))
        if planned:
            written += put_down(outgoing(root, bank.bank.code), planned)
    return written


def _faults(file: Delivered) -> tuple[Fault, ...]:
    return (Fault.OTHER_CONTENT_SAME_NAME,) if file.replaces else ()
