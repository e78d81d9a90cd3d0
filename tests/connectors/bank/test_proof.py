"""The proof: equations that hold when nothing is lost, and say which one when something is. 守恒"""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.model import Outcome
from connectors.bank.rules.proof import Equation, NightSums, Sum, equations, is_proved

EVERY_LINE = "银行结果逐笔有归属"
EVERY_INSTRUCTION = "扣款指令全部有下落"
ROLL = "对账单余额衔接"
BOOKINGS = "对账单逐笔有归属"
POSTED = "已证实扣款均已请求入账且有结果"
UNBOOKED = "未入账款项全部列为不平账项"
# Ten instructions of 100 each; one of each fate, one booked before, two refused by the ledger, one
# line nobody asked for; the statement shows the results' money, a receipt of 30 and 40 unexplained.
SUMS = NightSums(
    instructions=Sum(10, 1_000),
    asked={
        Outcome.EXACT: Sum(5, 500), Outcome.PARTIAL: Sum(1, 100), Outcome.FAILED: Sum(1, 100),
        Outcome.UNKNOWN: Sum(1, 100), Outcome.MISSING: Sum(1, 100), Outcome.HELD: Sum(1, 100),
    },
    taken={
        Outcome.EXACT: Sum(5, 500), Outcome.PARTIAL: Sum(1, 40), Outcome.FAILED: Sum(1, 0),
        Outcome.UNKNOWN: Sum(1, 0), Outcome.MISSING: Sum(1, 0), Outcome.HELD: Sum(1, 100),
    },
    result_lines=Sum(10, 1_000),
    line_taken=Sum(10, 660),
    extra=Sum(1, 20),
    opening_fen=7_000,
    bookings=Sum(3, 730),
    lump=Sum(1, 660),
    claimed=Sum(1, 30),
    left_open=Sum(1, 40),
    closing_fen=7_730,
    before=Sum(1, 100),
    posted=Sum(3, 240),
    refused=Sum(2, 200),
    open=Sum(0, 0),
    unbooked_fen=100 + 20 + 200,
)  # fmt: skip


def broken(sums):
    return [equation.title for equation in equations(sums) if not equation.holds]


def test_a_night_in_which_nothing_is_lost_is_proved():
    assert broken(SUMS) == []
    assert is_proved(SUMS)
    assert len(list(equations(SUMS))) == 6


@pytest.mark.parametrize(
    ("changes", "titles"),
    [
        ({"instructions": Sum(11, 1_000)}, [EVERY_INSTRUCTION]),
        ({"instructions": Sum(10, 1_001)}, [EVERY_INSTRUCTION]),
        ({"asked": SUMS.asked | {Outcome.MISSING: Sum(0, 0)}}, [EVERY_INSTRUCTION]),
        ({"taken": SUMS.taken | {Outcome.HELD: Sum(1, 99)}}, [EVERY_LINE]),
        ({"taken": SUMS.taken | {Outcome.FAILED: Sum(0, 0)}}, [EVERY_LINE]),
        ({"result_lines": Sum(11, 1_000)}, [EVERY_LINE]),
        ({"extra": Sum(0, 0)}, [EVERY_LINE]),
        ({"line_taken": Sum(10, 661)}, [EVERY_LINE, UNBOOKED]),
        ({"opening_fen": 7_001}, [ROLL]),
        ({"closing_fen": 0}, [ROLL]),
        ({"bookings": Sum(3, 731)}, [ROLL, BOOKINGS]),
        ({"bookings": Sum(4, 730)}, [BOOKINGS]),
        ({"left_open": Sum(0, 40)}, [BOOKINGS]),
        ({"lump": Sum(1, 661)}, [BOOKINGS]),
        ({"claimed": Sum()}, [BOOKINGS]),
        ({"before": Sum()}, [POSTED, UNBOOKED]),
        ({"posted": Sum(4, 400)}, [POSTED, UNBOOKED]),
        ({"posted": Sum(3, 239)}, [POSTED, UNBOOKED]),
        ({"refused": Sum(1, 100)}, [POSTED]),
        ({"unbooked_fen": 319}, [UNBOOKED]),
    ],
)
def test_what_is_lost_breaks_its_own_equation(changes, titles):
    sums = replace(SUMS, **changes)
    assert broken(sums) == titles
    assert not is_proved(sums)


def test_postings_without_an_answer_keep_a_night_from_being_proved_though_all_adds_up():
    waiting = replace(SUMS, refused=Sum(1, 100), open=Sum(1, 100))
    assert broken(waiting) == []
    assert not is_proved(waiting)


def test_an_empty_night_is_proved():
    nothing = NightSums(
        **{
            field.name: {} if field.name in ("asked", "taken") else Sum()
            for field in fields(NightSums) if not field.name.endswith("_fen")
        },
        **{field.name: 0 for field in fields(NightSums) if field.name.endswith("_fen")},
    )  # fmt: skip
    assert is_proved(nothing)


@pytest.mark.parametrize("name", [f.name for f in fields(NightSums) if f.name.endswith("_fen")])
def test_a_single_fen_is_missed_in_every_sum(name):
    assert broken(replace(SUMS, **{name: getattr(SUMS, name) + 1}))


@pytest.mark.parametrize(
    "name",
    [
        *("instructions", "line_taken", "extra", "bookings", "lump", "claimed", "left_open"),
        *("before", "posted", "refused", "open"),
    ],
)
def test_a_single_fen_is_missed_in_every_pair_of_sums(name):
    one_more = getattr(SUMS, name) + Sum(0, 1)
    assert broken(replace(SUMS, **{name: one_more}))


@pytest.mark.parametrize(
    "name",
    [
        *("instructions", "result_lines", "extra", "bookings", "lump", "claimed", "left_open"),
        *("before", "posted", "refused"),
    ],
)
def test_a_single_item_is_missed_in_every_count(name):
    one_more = getattr(SUMS, name) + Sum(1, 0)
    assert broken(replace(SUMS, **{name: one_more}))


sums = st.builds(Sum, st.integers(-99, 99), st.integers(-(10**9), 10**9))


@given(sums, sums, sums)
def test_sums_add_up_in_any_order(one, two, three):
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + Sum() == one


@given(st.lists(sums, max_size=5), sums)
def test_an_equation_is_recomputed_and_not_remembered(parts, left):
    right = [(str(number), part) for number, part in enumerate(parts)]
    equation = Equation("t", "l", left, right)
    count, fen = sum(p.count for p in parts), sum(p.fen for p in parts)
    assert equation.right_sum == Sum(count, fen)
    assert equation.holds is (left == Sum(count, fen))
