"""Faults in what the statement says, properly signed. 对账单内容故障."""

from dataclasses import replace

from sandbox.files.result import ResultFile
from sandbox.files.statement import StatementFile, renumbered
from sandbox.world.statement import YUAN_FEN, Booking, Direction, chained, deduction_summary


def broken_chain(file: StatementFile, result: ResultFile) -> StatementFile:
    """Leave out the first debit: the lines no longer lead from balance to balance."""
    debit = next(one for one in file.bookings if one.direction is Direction.DEBIT)
    return renumbered(file, tuple(one for one in file.bookings if one is not debit))


def lump_off(file: StatementFile, result: ResultFile) -> StatementFile:
    """Let the batch arrive as one yuan more, with balances that agree."""
    return _with_lump(file, _lump(file).amount_fen + YUAN_FEN)


def lump_follows(file: StatementFile, result: ResultFile) -> StatementFile:
    """Let the batch arrive as the sum the faulty result file claims."""
    return _with_lump(file, result.totals.taken_fen)


def _lump(file: StatementFile) -> Booking:
    summary = deduction_summary(file.batch_no)
    return next(one for one in file.bookings if one.summary == summary)


def _with_lump(file: StatementFile, amount_fen: int) -> StatementFile:
    lump = _lump(file)
    new = (replace(lump, amount_fen=amount_fen),) if amount_fen else ()
    lines: tuple[Booking, ...] = ()
    for one in file.bookings:
        lines += new if one is lump else (one,)
    told = chained(file.opening_fen, lines)
    return replace(file, bookings=told.bookings, closing_fen=told.closing_fen)
