"""The monthly reconciliation of bank balance and books: both sides adjusted are equal. 余额调节表

To each balance is added what only the other side has booked. The two are equal if and only if every
night's statement rolls (E2), and breaks and open items explain bank less ledger (E3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

import polars as pl

from connectors.bank.rules.claiming import CLAIM_NUMBER
from connectors.core_system.model import PostingKind


class OneSided(Enum):
    """What only one side has booked, as the statement lists it."""

    BANK_RECEIVED = "银行已收、我方未收"
    BANK_PAID = "银行已付、我方未付"
    BOOK_RECEIVED = "我方已收、银行未收"
    BOOK_PAID = "我方已付、银行未付"

    @property
    def adjusts_books(self) -> bool:
        """Whether it is added to the books, and not to the bank's balance."""
        return self in (OneSided.BANK_RECEIVED, OneSided.BANK_PAID)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that only one side has booked; `fen` is signed, money to us is positive.

    `days` is its age in working days at the end of the month, `done` what people did about it.
    """

    of: OneSided
    fen: int
    kind: str
    reference: str
    since: date
    days: int
    done: str


@dataclass(frozen=True, slots=True)
class Moved:
    """One night of the account, in fen: what moved at the bank, and in the books by what.

    `ledger` had been booked before by others, `posted` was booked for the night, `claimed` are
    receipts that were matched with what is due.
    """

    day: date
    closing_fen: int
    bank_fen: int
    ledger_fen: int
    posted_fen: int
    claimed_fen: int

    @property
    def book_fen(self) -> int:
        """What moved in the books."""
        return self.ledger_fen + self.posted_fen + self.claimed_fen


@dataclass(frozen=True, slots=True)
class Anchor:
    """The two balances that a month begins with."""

    bank_fen: int
    book_fen: int


@dataclass(frozen=True, slots=True)
class BalanceStatement:
    """One account's month up to its `last` day.

    `decided_fen` is what people's decisions of the month have booked.
    """

    bank: str
    bank_name: str
    account: str
    last: date
    opening: Anchor
    nights: tuple[Moved, ...]
    decided_fen: int
    items: tuple[Item, ...] = field(default=())

    @property
    def label(self) -> str:
        """What alarms and the journal call it."""
        return f"{self.bank}/{self.account}/{self.last:%Y-%m}"

    @property
    def bank_fen(self) -> int:
        """The bank's balance, as its last statement of the month says."""
        return self.nights[-1].closing_fen if self.nights else self.opening.bank_fen

    @property
    def book_fen(self) -> int:
        """The balance of the books."""
        return self.opening.book_fen + sum(one.book_fen for one in self.nights) + self.decided_fen

    @property
    def adjusted_bank_fen(self) -> int:
        """The bank's balance and what only we have booked."""
        return self.bank_fen + sum(one.fen for one in self.items if not one.of.adjusts_books)

    @property
    def adjusted_book_fen(self) -> int:
        """The books' balance and what only the bank has booked."""
        return self.book_fen + sum(one.fen for one in self.items if one.of.adjusts_books)

    @property
    def difference_fen(self) -> int:
        """The adjusted bank balance less the adjusted books: nothing, or something is wrong."""
        return self.adjusted_bank_fen - self.adjusted_book_fen

    @property
    def balanced(self) -> bool:
        """Whether the two adjusted balances are equal."""
        return self.difference_fen == 0


def at_the_bank(fen: int) -> OneSided:
    """What the bank has booked and we have not."""
    return OneSided.BANK_RECEIVED if fen >= 0 else OneSided.BANK_PAID


def in_the_books(fen: int) -> OneSided:
    """What we have booked and the bank has not."""
    return OneSided.BOOK_RECEIVED if fen >= 0 else OneSided.BOOK_PAID


def of_break(signed_fen: int) -> tuple[OneSided, int]:
    """A break's share of bank less books: too much is the bank's alone, too little ours alone."""
    if signed_fen >= 0:
        return at_the_bank(signed_fen), signed_fen
    return in_the_books(-signed_fen), -signed_fen


def sorted_items(items: Iterable[Item]) -> tuple[Item, ...]:
    """In the order of the statement: by side, the oldest first; what is no money is left out."""
    order = {of: number for number, of in enumerate(OneSided)}
    return tuple(
        sorted(
            (one for one in items if one.fen),
            key=lambda one: (order[one.of], one.since, one.reference, one.fen),
        )
    )


def booked_before(entries: pl.DataFrame, numbers: Sequence[str], known: set[str]) -> int:
    """What a night's ledger (LEDGER) had booked before anything was asked of it, in fen.

    Not what is paid from fund accounts (05), was taken back, or stands behind what people have
    decided about a break: that is counted where they decided. An entry in `known` was counted in
    an earlier night; the others are added to it.
    """
    numbered = entries.with_columns(number=pl.Series(numbers, dtype=pl.String)).filter(
        pl.col("kind").ne_missing(PostingKind.OFFSET.value)
        & pl.col("reversed").ne_missing(other=True)
        & ~pl.col("batch_no").str.contains(CLAIM_NUMBER)
        & ~pl.col("number").is_in(list(known))
    )
    known.update(numbered.get_column("number"))
    return int(numbered.get_column("fen").sum())
