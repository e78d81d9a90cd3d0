"""What stays open over nights: open items, and breaks as a night finds them. 未达账项与不平账项"""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from connectors.bank.model.books import Side
from connectors.bank.model.decisions import BreakKind, Direction
from gateway.identity import business_id


class Cleared(Enum):
    """How an open item came to an end."""

    MATCHED = "已勾对"
    NETTED = "正反相抵"
    ASSIGNED = "已认领"
    WRITTEN_OFF = "已核销"
    REFUNDED = "已退还"
    WITHDRAWN = "更正撤回"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A statement line nobody has explained, or a credit that results promised; fen is signed.

    `key` is the identity of pass 1, the same in every run and whichever file says it. `booked_on`
    is the bank's date, `first_seen` the business date of the night that saw it first. `batch_no`,
    `host_serial` and `count` say what an expected credit is made of.
    """

    side: Side
    key: str
    fen: int
    first_seen: date
    booked_on: date | None
    file_id: str | None = None
    line: int | None = None
    batch_no: str = ""
    host_serial: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Clearing:
    """An item's end: `by` is the night's label or the break's id that did it."""

    side: Side
    key: str
    how: Cleared
    by: str


@dataclass(frozen=True, slots=True)
class FoundBreak:
    """A break as a night finds it, amounts in fen.

    `item` is the identity of what it is about: `item_of(batch_no, serial)`, a statement line's key,
    or, for what is about a day as a whole, its date. `signed_fen` is its share of Σ statement −
    Σ ledger (E3); `candidates` the keys of the items that could not be told apart.
    """

    kind: BreakKind
    direction: Direction
    blocking: bool
    item: str
    amount_fen: int
    unbooked_fen: int = 0
    signed_fen: int = 0
    side: Side | None = None
    batch_no: str = ""
    serial: int | None = None
    file_id: str | None = None
    line: int | None = None
    loan_no: str = field(default="", repr=False)
    candidates: tuple[str, ...] = ()

    def break_id(self, bank: str, account: str) -> str:
        """The break's id: the same in every night and every re-run that finds it."""
        return business_id("break", bank, account, self.kind.name, self.item)


def item_of(batch_no: str, serial: int) -> str:
    """The identity of an instruction and of the result that answers it."""
    return f"{batch_no}/{serial}"


def item_id(bank: str, account: str, side: Side, key: str) -> str:
    """An open item's id, for people: short, and without anything of the bank's text."""
    return business_id("item", bank, account, side.value, key)
