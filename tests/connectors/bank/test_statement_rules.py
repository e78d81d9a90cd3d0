"""The statement's balances against its neighbours' nights. 对账单余额衔接"""

from datetime import date

import pytest

from connectors.bank.model import BreakKind, Direction
from connectors.bank.rules.statement import closing_break, opening_break

DAY = date(2026, 2, 28)


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        (opening_break, BreakKind.OPENING_DIFFERS),
        (closing_break, BreakKind.CLOSING_DIFFERS),
    ],
)
@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [(500, 501, Direction.LONG), (500, 499, Direction.SHORT)],
)
def test_a_balance_that_does_not_hang_together_is_a_break_of_the_day(
    rule, kind, before, after, direction
):
    found = rule(DAY, before, after)
    assert (found.kind, found.direction, found.amount_fen) == (kind, direction, 1)
    assert (found.item, found.blocking, found.signed_fen) == ("2026-02-28", True, 0)


@pytest.mark.parametrize("rule", [opening_break, closing_break])
def test_balances_that_hang_together_are_no_break(rule):
    assert rule(DAY, 500, 500) is None
