"""The statement file 专户对账单: its values, and how they become bytes."""

from dataclasses import dataclass, replace
from datetime import date

from sandbox.files.text import CURRENCY, LAYOUT_VERSION, clock_time, day, encoded, line, yuan
from sandbox.world import Booking, Direction, Night


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A whole file: head with the opening balance, lines, trailer with the closing balance."""

    bank: str
    account_number: str
    business_date: date
    batch_no: str
    opening_fen: int
    bookings: tuple[Booking, ...]
    closing_fen: int


def statement_file(night: Night) -> StatementFile:
    """Return the honest file of a night."""
    return StatementFile(
        bank=night.bank.code,
        account_number=night.account.number,
        business_date=night.business_date,
        batch_no=night.batch.batch_no,
        opening_fen=night.statement.opening_fen,
        bookings=night.statement.bookings,
        closing_fen=night.statement.closing_fen,
    )


def renumbered(file: StatementFile, bookings: tuple[Booking, ...]) -> StatementFile:
    """Return the file with other lines, numbered from 1; balances are left as they are."""
    lines = (replace(one, serial=serial) for serial, one in enumerate(bookings, start=1))
    return replace(file, bookings=tuple(lines))


def encode_statement(file: StatementFile) -> bytes:
    """Return the bytes of the file."""
    head = line(
        "H",
        LAYOUT_VERSION,
        file.bank,
        file.account_number,
        day(file.business_date),
        CURRENCY,
        yuan(file.opening_fen),
    )
    return encoded([head, *(_detail(one) for one in file.bookings), _trailer(file)])


def _detail(one: Booking) -> str:
    return line(
        "D",
        one.serial,
        one.host_serial,
        one.direction.value,
        yuan(one.amount_fen),
        yuan(one.balance_fen),
        one.other_account,
        one.other_name,
        one.summary,
        "Y" if one.reversal else "N",
        clock_time(one.booked_time),
    )


def _trailer(file: StatementFile) -> str:
    credits = [one.amount_fen for one in file.bookings if one.direction is Direction.CREDIT]
    debits = [one.amount_fen for one in file.bookings if one.direction is Direction.DEBIT]
    return line(
        "T",
        len(file.bookings),
        len(credits),
        yuan(sum(credits)),
        len(debits),
        yuan(sum(debits)),
        yuan(file.closing_fen),
    )
