"""A statement's balances against its neighbours' nights. 对账单余额衔接"""

from datetime import date

from connectors.bank.model import BreakKind, Direction
from connectors.bank.model.items import FoundBreak


def opening_break(day: date, closing_before_fen: int, opening_fen: int) -> FoundBreak | None:
    """The opening against the closing of the business date before."""
    return _difference(BreakKind.OPENING_DIFFERS, day, opening_fen - closing_before_fen)


def closing_break(day: date, closing_fen: int, opening_after_fen: int) -> FoundBreak | None:
    """The closing against the opening of the business date after, which was decided first."""
    return _difference(BreakKind.CLOSING_DIFFERS, day, opening_after_fen - closing_fen)


def _difference(kind: BreakKind, day: date, fen: int) -> FoundBreak | None:
    if not fen:
        return None
    direction = Direction.LONG if fen > 0 else Direction.SHORT
    return FoundBreak(kind, direction, True, day.isoformat(), abs(fen))
