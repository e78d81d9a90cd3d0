"""What a bank puts down after its nights: late, corrected, one name twice. 月度文件."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sandbox.files.byte_faults import flipped_amount
from sandbox.files.names import RESULT, STATEMENT
from sandbox.files.result import ResultFile, encode_result, totals
from sandbox.files.statement import StatementFile, encode_statement
from sandbox.months.truth import Answer, BankNight
from sandbox.world.banks import Bank

# by bank and the night's number: how many nights its files are late
LATE = {("990001", 9): 1, ("990002", 13): 2}
# by bank and the night's number: a file of that night comes again with other bytes (B15)
ANEW = frozenset({("990001", 11)})


@dataclass(frozen=True, slots=True)
class Delivered:
    """One file as it lies there; ``replaces``: under a name that is taken."""

    name: str
    data: bytes
    replaces: bool = False


def delivered(bank: Bank, nights: Sequence[BankNight]) -> tuple[Delivered, ...]:
    """Return what the bank puts down after the last of its nights, given all of them in order."""
    today = len(nights) - 1
    own = [
        file
        for number, night in enumerate(nights)
        if number + LATE.get((bank.code, number), 0) == today
        for file in _of_night(bank, night)
    ]
    corrected = [
        _result(bank, night, batch_no, nights[today].late, version=2)
        for night in nights[:today]
        for batch_no in night.batches
        if any(answer.batch_no == batch_no for answer in nights[today].late)
    ]
    return (*own, *corrected, *_anew(bank, nights))


def _anew(bank: Bank, nights: Sequence[BankNight]) -> list[Delivered]:
    number = len(nights) - 2
    if (bank.code, number) not in ANEW or not nights[number].answers:
        return []
    file = _of_night(bank, nights[number])[0]
    return [replace(file, data=flipped_amount(file.data), replaces=True)]


def _of_night(bank: Bank, night: BankNight) -> list[Delivered]:
    batches = night.batches or (f"PLKK{night.day:%Y%m%d}001",)
    results = [_result(bank, night, batch_no, (), version=1) for batch_no in batches]
    return [*results, _statement(bank, night)]


def _result(
    bank: Bank, night: BankNight, batch_no: str, late: Sequence[Answer], version: int
) -> Delivered:
    """Return the result file of a batch, in which later answers stand for the first ones."""
    told = {
        one.line.serial: one.line for one in (*night.answers, *late) if one.batch_no == batch_no
    }
    lines = tuple(line for _, line in sorted(told.items()))
    number = bank.account.number
    file = ResultFile(bank.code, number, night.day, batch_no, lines, totals(lines))
    return Delivered(_name(RESULT, bank, night.day, version), encode_result(file))


def _statement(bank: Bank, night: BankNight) -> Delivered:
    # this layout has no remark: the bank appends it to the summary
    lines = tuple(
        replace(one.booking, summary=f"{one.booking.summary} {one.remark}".strip())
        for one in night.moved
    )
    file = StatementFile(
        bank.code, bank.account.number, night.day, "", night.opening_fen, lines, night.closing_fen
    )
    return Delivered(_name(STATEMENT, bank, night.day, 1), encode_statement(file))


def _name(prefix: str, bank: Bank, day: date, version: int) -> str:
    return f"{prefix}_{bank.code}_{bank.account.short_id}_{day:%Y%m%d}_V{version:02d}.txt"
