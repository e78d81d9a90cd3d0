"""The statement: what of it is the night's lumps, and what nobody has claimed yet. 对账单"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from connectors.bank.model import Break, BreakKind, Direction, StatementLine


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement as the night sees it: what was credited for its batches, and all the rest."""

    lump_fen: int
    unclaimed: Sequence[StatementLine]


def signed_fen(line: StatementLine) -> int:
    """What a booking adds to our account; a reversal takes back what its direction says."""
    return line.amount_fen if (line.direction == "C") != line.reversal else -line.amount_fen


def read_statement(lines: Iterable[StatementLine], batches: Set[str], pattern: str) -> Reading:
    """Tell the lump credits of these batches, by the agreed summary, from every other line."""
    summaries = {pattern.replace("{batch}", batch) for batch in batches}
    lump_fen, unclaimed = 0, []
    for line in lines:
        if line.summary in summaries:
            lump_fen += signed_fen(line)
        else:
            unclaimed.append(line)
    return Reading(lump_fen, unclaimed)


def unclaimed_break(line: StatementLine) -> Break:
    """Money that moved on our account and belongs to no batch: somebody has to say what it is.

    It keeps no loan from the next batch: nobody knows yet whose it is.
    """
    return Break(
        kind=BreakKind.STATEMENT_UNCLAIMED,
        direction=_direction(signed_fen(line)),
        blocking=False,
        batch_no="",
        serial=line.serial,
        line=line.line,
        amount_fen=line.amount_fen,
        unbooked_fen=0,
    )


def lump_break(taken_fen: int, credited_fen: int) -> Break | None:
    """The statement's lumps against the results' sum; off by anything is a break.

    The difference belongs to the group, never to a guessed member (pass 4).
    """
    return _difference(BreakKind.LUMP_DIFFERS, credited_fen - taken_fen)


def opening_break(closing_before_fen: int, opening_fen: int) -> Break | None:
    """The opening against the closing of the business date before."""
    return _difference(BreakKind.OPENING_DIFFERS, opening_fen - closing_before_fen)


def closing_break(closing_fen: int, opening_after_fen: int) -> Break | None:
    """The closing against the opening of the business date after, which was decided first."""
    return _difference(BreakKind.CLOSING_DIFFERS, opening_after_fen - closing_fen)


def _difference(kind: BreakKind, fen: int) -> Break | None:
    if not fen:
        return None
    return Break(kind, _direction(fen), True, "", None, None, abs(fen), 0)


def _direction(fen: int) -> Direction:
    return Direction.LONG if fen > 0 else Direction.SHORT
