"""The statement of the special account, its balances chained from day to day. 专户对账单."""

from dataclasses import dataclass, replace
from datetime import date, time
from enum import StrEnum
from functools import lru_cache

from sandbox.world.banks import Bank
from sandbox.world.calendar import business_days, night_index
from sandbox.world.chance import Chance, Seed
from sandbox.world.deductions import Batch, batch, host_serial
from sandbox.world.people import GIVEN, SURNAME

YUAN_FEN = 100
OTHER_BOOKINGS = 90_000_000  # their host serials stand apart from those of the deductions
CLEARING_ACCOUNT = "9999999999999"  # the bank's own clearing account 银行内部过渡户
MOVEMENTS_KEPT = 256


class Direction(StrEnum):
    """Who the money goes to: C to the branch, D from it. 借贷标志."""

    CREDIT = "C"
    DEBIT = "D"


@dataclass(frozen=True, slots=True)
class Booking:
    """One line of the statement; ``balance_fen`` is the balance after it."""

    serial: int
    host_serial: str
    direction: Direction
    amount_fen: int
    balance_fen: int
    other_account: str
    other_name: str
    summary: str
    reversal: bool
    booked_time: time

    @property
    def effect_fen(self) -> int:
        """What the line does to the balance; a reversal 冲正 turns the sign round."""
        upwards = (self.direction is Direction.CREDIT) != self.reversal
        return self.amount_fen if upwards else -self.amount_fen


@dataclass(frozen=True, slots=True)
class Statement:
    """A day's statement; opening plus the effects of all lines is closing."""

    opening_fen: int
    bookings: tuple[Booking, ...]

    @property
    def closing_fen(self) -> int:
        """The balance at the end of the day 期末余额."""
        return self.opening_fen + sum(line.effect_fen for line in self.bookings)


def statement(seed: Seed, bank: Bank, day: date, deducted: Batch, count: int | None) -> Statement:
    """Return the statement of a business date; it opens with what the day before closed with."""
    opening = _first_opening(seed, bank)
    for earlier in business_days()[: night_index(day)]:
        opening += _movement(seed, bank, earlier, count)
    return chained(opening, _bookings(seed, bank, day, deducted))


def chained(opening_fen: int, bookings: tuple[Booking, ...]) -> Statement:
    """Number the lines and give each its running balance."""
    balance, lines = opening_fen, []
    for serial, line in enumerate(bookings, start=1):
        balance += line.effect_fen
        lines.append(replace(line, serial=serial, balance_fen=balance))
    return Statement(opening_fen, tuple(lines))


def deduction_summary(batch_no: str) -> str:
    """Return the summary 摘要 under which the money of a batch arrives."""
    return f"批量扣款 {batch_no}"


@lru_cache(maxsize=MOVEMENTS_KEPT)
def _movement(seed: Seed, bank: Bank, day: date, count: int | None) -> int:
    deducted = batch(seed, bank, day, count)
    return sum(line.effect_fen for line in _bookings(seed, bank, day, deducted))


def _first_opening(seed: Seed, bank: Bank) -> int:
    return Chance(seed, "opening", bank.code).between(50_000_000, 90_000_000)


def _bookings(seed: Seed, bank: Bank, day: date, deducted: Batch) -> tuple[Booking, ...]:
    chance = Chance(seed, "statement", bank.code, day)
    lines = [_interest(chance), _stray(chance, bank), _fee(chance)]
    if night_index(day) % 2 == 1:
        lines += _reversal_pair(chance, bank)
    if deducted.taken_fen:
        lines.append(_lump(bank, deducted))
    return tuple(
        replace(line, host_serial=host_serial(bank, day, OTHER_BOOKINGS + number))
        for number, line in enumerate(lines, start=1)
    )


def _line(direction: Direction, amount_fen: int, summary: str, at: time) -> Booking:
    return Booking(0, "", direction, amount_fen, 0, "", "", summary, False, at)


def _interest(chance: Chance) -> Booking:
    return _line(Direction.CREDIT, chance.between(100, 9_999), "结息", time(0, 5, 17))


def _stray(chance: Chance, bank: Bank) -> Booking:
    """Return a credit nobody announced: somebody paid at the counter. 待认领."""
    amount = chance.between(500, 5_000) * YUAN_FEN
    credit = _line(Direction.CREDIT, amount, "还款", time(10, 22, chance.below(60)))
    account = f"{bank.code}69{chance.below(10**11):011d}"
    return replace(credit, other_account=account, other_name=SURNAME + chance.choose(GIVEN))


def _fee(chance: Chance) -> Booking:
    return _line(Direction.DEBIT, chance.between(10, 60) * 50, "手续费", time(16, 30, 0))


def _reversal_pair(chance: Chance, bank: Bank) -> list[Booking]:
    """Return a booking made in error and its reversal. 错账与冲正."""
    amount = chance.between(1_000, 9_000) * YUAN_FEN
    wrong = _line(Direction.CREDIT, amount, "误入账", time(17, 1, 8))
    wrong = replace(wrong, other_account=bank.code + CLEARING_ACCOUNT, other_name=bank.name)
    return [wrong, replace(wrong, reversal=True, summary="冲正", booked_time=time(17, 3, 40))]


def _lump(bank: Bank, deducted: Batch) -> Booking:
    summary = deduction_summary(deducted.batch_no)
    credit = _line(Direction.CREDIT, deducted.taken_fen, summary, time(21, 5, 33))
    name = f"{bank.name}批量扣款过渡户"
    return replace(credit, other_account=bank.code + CLEARING_ACCOUNT, other_name=name)
