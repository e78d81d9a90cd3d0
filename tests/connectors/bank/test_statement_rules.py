"""The statement: its lumps are told apart, whatever else moved is listed. 对账单"""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.model import BreakKind, Direction, StatementLine
from connectors.bank.rules.statement import (
    closing_break,
    lump_break,
    opening_break,
    read_statement,
    signed_fen,
    unclaimed_break,
)

PATTERN = "批量扣款 {batch}"
LINES = st.lists(
    st.builds(
        StatementLine,
        line=st.integers(2, 99),
        serial=st.integers(1, 99),
        host_serial=st.just("H"),
        direction=st.sampled_from("CD"),
        amount_fen=st.integers(1, 10**12),
        balance_fen=st.just(0),
        other_account=st.just(""),
        other_name=st.just(""),
        summary=st.sampled_from(["批量扣款 B1", "批量扣款 B2", "批量扣款 B3", "批量扣款", "利息"]),
        reversal=st.booleans(),
        booked_time=st.just(time(2)),
    )
)


def booking(direction="C", *, reversal=False, summary="转出"):
    return StatementLine(5, 4, "H4", direction, 300, 0, "", "某人", summary, reversal, time(2))


@given(LINES)
def test_every_fen_that_moved_is_a_lump_or_is_listed_with_its_sign(lines):
    reading = read_statement(lines, {"B1", "B2"}, PATTERN)
    listed = [unclaimed_break(line) for line in reading.unclaimed]
    signs = {Direction.LONG: 1, Direction.SHORT: -1}
    rest = sum(signs[found.direction] * found.amount_fen for found in listed)
    assert reading.lump_fen + rest == sum(map(signed_fen, lines))


@given(LINES)
def test_only_the_nights_own_batches_are_its_lumps(lines):
    reading = read_statement(lines, {"B1"}, PATTERN)
    assert {line.summary for line in lines} - {line.summary for line in reading.unclaimed} <= {
        "批量扣款 B1"
    }


@pytest.mark.parametrize(
    ("line", "direction"),
    [
        (booking("C"), Direction.LONG),
        (booking("D"), Direction.SHORT),
        (booking("C", reversal=True), Direction.SHORT),
        (booking("D", reversal=True), Direction.LONG),
    ],
)
def test_an_unclaimed_booking_is_listed_and_blocks_no_loan(line, direction):
    found = unclaimed_break(line)
    assert (found.kind, found.direction) == (BreakKind.STATEMENT_UNCLAIMED, direction)
    assert (found.amount_fen, found.unbooked_fen, found.blocking) == (300, 0, False)
    assert (found.serial, found.line) == (4, 5)


@pytest.mark.parametrize(
    ("taken", "credited", "direction", "amount"),
    [(500, 500, None, 0), (500, 600, Direction.LONG, 100), (500, 0, Direction.SHORT, 500)],
)
def test_a_lump_that_is_off_is_a_break_of_the_group(taken, credited, direction, amount):
    found = lump_break(taken, credited)
    assert (found is None) is (direction is None)
    if found is not None:
        assert (found.kind, found.direction) == (BreakKind.LUMP_DIFFERS, direction)
        assert (found.amount_fen, found.serial, found.unbooked_fen) == (amount, None, 0)


@pytest.mark.parametrize(
    ("closing", "opening", "direction"),
    [(500, 500, None), (500, 501, Direction.LONG), (500, 499, Direction.SHORT)],
)
def test_an_opening_that_is_not_the_closing_before_is_a_break(closing, opening, direction):
    found = opening_break(closing, opening)
    assert (found.direction if found else None) is direction
    assert found is None or found.amount_fen == 1


@pytest.mark.parametrize(
    ("closing", "opening", "direction"),
    [(500, 500, None), (500, 501, Direction.LONG), (500, 499, Direction.SHORT)],
)
def test_a_closing_that_is_not_the_opening_after_is_a_break(closing, opening, direction):
    found = closing_break(closing, opening)
    assert (found.kind if found else None) is (direction and BreakKind.CLOSING_DIFFERS)
    assert (found.direction if found else None) is direction
