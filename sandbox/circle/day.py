"""A day's files at a bank that was sent batches: results, and the statement. 当日结果与对账单."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, time, timedelta
from pathlib import Path

from sandbox.bank.places import outgoing
from sandbox.circle.results import Batch, put_results
from sandbox.disk import write_private, write_whole
from sandbox.files.names import STATEMENT
from sandbox.files.publication import FLAG_SUFFIX, flag_of
from sandbox.files.statement import StatementFile, encode_statement
from sandbox.months.moving import booking, lump
from sandbox.months.spans import next_working
from sandbox.settlement.truth import OPENING_FEN, Line, outcome_of
from sandbox.world.banks import FILES_BANK, Bank
from sandbox.world.deductions import host_serial
from sandbox.world.statement import Booking, Direction, chained

_ONE = timedelta(days=1)


@dataclass(slots=True)
class Day:
    """What was credited on a day, by batch, and the balance after it."""

    credited: dict[str, int] = field(default_factory=dict)
    closing_fen: int = 0


def take_batch(root: Path, bank: Bank, day: date, batch_no: str, lines: Sequence[Line]) -> None:
    """Take a batch, and put down the day's files anew; days that went by without one come first.

    The same batch again changes nothing.
    """
    book = _load(root, bank)
    for earlier in _missing(book, day):
        _close(root, bank, book, earlier, [])
    there = book.get(day, Day())
    if batch_no in there.credited:
        return
    there.credited[batch_no] = sum(outcome_of(line).taken_fen for line in lines)
    book[day] = there
    _close(root, bank, book, day, [Batch(batch_no, tuple(lines))])


def close_days(root: Path, bank: Bank, before: date) -> list[date]:
    """Put down the files of days without a batch since the first one; which days these were."""
    book = _load(root, bank)
    days = _missing(book, before)
    for day in days:
        _close(root, bank, book, day, [])
    return days


def _missing(book: dict[date, Day], before: date) -> list[date]:
    """Return the working days after the last one in the book."""
    days, day = [], next_working(max(book) + _ONE) if book else before
    while day < before:
        days.append(day)
        day = next_working(day + _ONE)
    return days


def _close(
    root: Path, bank: Bank, book: dict[date, Day], day: date, batches: Sequence[Batch]
) -> None:
    own = book.setdefault(day, Day())
    version = max(1, len(own.credited))
    file = _statement(bank, book, day)
    own.closing_fen = file.closing_fen
    name = f"{STATEMENT}_{bank.code}_{bank.account.short_id}_{day:%Y%m%d}_V{version:02d}.txt"
    data = encode_statement(file)
    if bank is FILES_BANK:
        put_results(root, bank, day, version, batches)
    write_whole(outgoing(root, bank.code) / name, data)
    write_whole(outgoing(root, bank.code) / (name + FLAG_SUFFIX), flag_of(name, data))
    _keep(root, bank, book)


def _statement(bank: Bank, book: dict[date, Day], day: date) -> StatementFile:
    earlier = [one for one in book if one < day]
    opening = book[max(earlier)].closing_fen if earlier else OPENING_FEN
    lines = [_stray(day), *(lump(bank, no, fen).booking for no, fen in book[day].credited.items())]
    moved = chained(opening, tuple(one for one in lines if one.amount_fen))
    serials = (host_serial(bank, day, number) for number in range(1, len(moved.bookings) + 1))
    numbered = tuple(
        _numbered(one, serial) for one, serial in zip(moved.bookings, serials, strict=True)
    )
    number = bank.account.number
    return StatementFile(bank.code, number, day, "", opening, numbered, moved.closing_fen)


def _stray(day: date) -> Booking:
    """Return what somebody paid at the counter and told nobody of 待认领."""
    return booking(Direction.CREDIT, 100_000 + 100 * day.day, "还款", time(10, 22))


def _numbered(line: Booking, serial: str) -> Booking:
    return Booking(**asdict(line) | {"host_serial": serial})


def _load(root: Path, bank: Bank) -> dict[date, Day]:
    path = _book(root, bank)
    told = json.loads(path.read_text(encoding="ascii")) if path.exists() else {}
    return {date.fromisoformat(day): Day(**said) for day, said in told.items()}


def _keep(root: Path, bank: Bank, book: dict[date, Day]) -> None:
    told = {day.isoformat(): asdict(said) for day, said in book.items()}
    write_private(_book(root, bank), json.dumps(told).encode("ascii"))


def _book(root: Path, bank: Bank) -> Path:
    return root / "keys" / f"{bank.code}-days.json"
