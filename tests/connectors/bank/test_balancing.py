"""The month's two columns are equal exactly while every night rolls and is explained. 余额调节表"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.model.books import LEDGER
from connectors.bank.printed.monthly import conclusion, monthly_report, to_json
from connectors.bank.rules.balancing import (
    Anchor,
    BalanceStatement,
    Item,
    Moved,
    OneSided,
    at_the_bank,
    booked_before,
    in_the_books,
    of_break,
    sorted_items,
)
from connectors.bank.rules.claiming import claim_number
from gateway.documents.tables import added_up

FIRST = date(2026, 2, 2)
# what can happen to money on one day, by what it does to bank and books
BOTH, BANK_ONLY, PROMISED, ARRIVES, CLAIMED, NOT_BOOKED, NOT_TAKEN, DECIDED = range(8)
MOVES = {
    BOTH: ("bank", "posted"), BANK_ONLY: ("bank",), PROMISED: ("posted",), ARRIVES: ("bank",),
    CLAIMED: ("claimed",), NOT_BOOKED: ("bank",), NOT_TAKEN: ("ledger",), DECIDED: ("decided",),
}  # fmt: skip
OPENS = {
    BANK_ONLY: lambda fen: (at_the_bank(fen), fen), PROMISED: lambda fen: (in_the_books(fen), fen),
    NOT_BOOKED: of_break, NOT_TAKEN: lambda fen: of_break(-fen),
}  # fmt: skip
SIDES = (at_the_bank, in_the_books)
TAKES = (ARRIVES, CLAIMED, DECIDED)
events = st.tuples(st.integers(0, 7), st.integers(1, 10**9), st.booleans())


class Life:
    """An account by chance, each thing that happens told to the bank, the books, or both."""

    def __init__(self, opening: int) -> None:
        self.opening, self.closing, self.nights, self.decided = opening, opening, [], 0
        self.open: list[tuple[OneSided, int]] = []

    def night(self, happened) -> None:
        moved: Counter[str] = Counter()
        for what, amount, back in happened:
            fen = -amount if back and what not in (NOT_BOOKED, NOT_TAKEN) else amount
            gone = self._takes(adjusts=what != ARRIVES) if what in TAKES else fen
            for column in MOVES[what]:
                moved[column] += gone
            if what in OPENS:
                self.open.append(OPENS[what](fen))
        self.decided += moved["decided"]
        self.closing += moved["bank"]
        day = FIRST + timedelta(days=len(self.nights))
        columns = (moved[name] for name in ("bank", "ledger", "posted", "claimed"))
        self.nights.append(Moved(day, self.closing, *columns))

    def _takes(self, *, adjusts: bool) -> int:
        found = [one for one in self.open if one[0].adjusts_books is adjusts]
        if not found:
            return 0
        self.open.remove(found[0])
        return found[0][1]

    def statement(self) -> BalanceStatement:
        items = sorted_items(Item(of, fen, "k", "r", FIRST, 3, "") for of, fen in self.open)
        anchor = Anchor(self.opening, self.opening)
        last = date(2026, 2, 28)
        return BalanceStatement(
            "990001", "沙箱甲银行", "ZH01", last, anchor, tuple(self.nights), self.decided, items
        )


lives = st.tuples(
    st.integers(-(10**9), 10**12), st.lists(st.lists(events, max_size=6), min_size=1, max_size=6)
)


def lived(told) -> BalanceStatement:
    opening, nights = told
    life = Life(opening)
    for happened in nights:
        life.night(happened)
    return life.statement()


@given(lives)
def test_the_two_columns_are_equal_whatever_happens_in_nights_that_are_explained(told):
    made = lived(told)
    assert made.balanced
    assert "相等" in conclusion(made)


@given(lives, st.integers(-(10**9), 10**9).filter(bool), st.integers(0, 3))
def test_what_is_not_explained_is_the_difference_to_the_fen(told, off, where):
    made = lived(told)
    *rest, last = made.nights
    unrolled = replace(last, closing_fen=last.closing_fen + off)  # E2
    unfounded = replace(last, posted_fen=last.posted_fen + off)  # E3
    at_bank, in_books = (Item(of(off), off, "", "", FIRST, 0, "") for of in SIDES)
    wrong = (
        (off, {"nights": (*rest, unrolled)}), (-off, {"nights": (*rest, unfounded)}),
        (-off, {"items": (*made.items, at_bank)}), (off, {"items": (*made.items, in_books)}),
    )  # fmt: skip
    expected, change = wrong[where]
    broken = replace(made, **change)
    assert (broken.difference_fen, broken.balanced) == (expected, False)
    assert "不等" in conclusion(broken)


@given(lives)
def test_the_printed_sums_are_the_statement_s_own_figures(told):
    made = lived(told)
    bank, books, whence, *_ = monthly_report(made).tables
    assert added_up(bank)[-1].cells[-1] == made.adjusted_bank_fen
    assert added_up(books)[-1].cells[-1] == made.adjusted_book_fen
    assert added_up(whence)[-1].cells[-1] == made.book_fen
    assert to_json(made) == to_json(lived(told))


def entry(number: int, fen: int, **other) -> dict:
    blank = dict.fromkeys(LEDGER)
    return (
        blank | {"id": number, "fen": fen, "kind": "02", "reversed": False, "batch_no": ""} | other
    )


def test_an_entry_counts_once_and_offsets_reversals_and_people_s_decisions_do_not():
    rows = [
        entry(0, 100),
        entry(1, 20, kind="05"),
        entry(2, 3, reversed=True),
        entry(3, 4_000, batch_no=claim_number("break-0123456789abcdef0123", 2)),
    ]
    frame = pl.DataFrame(rows, schema=dict(LEDGER))
    known: set[str] = set()
    assert booked_before(frame, ["a", "b", "c", "d"], known) == 100
    assert booked_before(frame, ["a", "b", "c", "d"], known) == 0
    assert known == {"a"}
