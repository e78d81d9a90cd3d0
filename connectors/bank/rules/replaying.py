"""A night decided twice: what today's rules would decide otherwise than it was decided. 重演比较"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

import polars as pl

from connectors.bank.model import BreakKind
from connectors.bank.model.books import Books, Columns, Side
from connectors.bank.model.items import OpenItem
from connectors.bank.rules.booking import PARTS

ANSWERED: Columns = {
    "batch_no": pl.String, "serial": pl.Int32, "outcome": pl.String, "taken_fen": pl.Int64,
    **dict.fromkeys(PARTS, pl.Int64), "posts": pl.Boolean,
}  # fmt: skip
LINKED: Columns = {
    "group": pl.Int64, "stage": pl.Int8, "evidence": pl.String, "automatic": pl.Boolean,
    "side": pl.String, "item": pl.String,
}  # fmt: skip
FOUND: Columns = {
    "break_id": pl.String, "kind": pl.String, "amount_fen": pl.Int64, "unbooked_fen": pl.Int64,
    "signed_fen": pl.Int64,
}  # fmt: skip
RECEIVED: Columns = {"number": pl.String, "fen": pl.Int64}
# Found by others than the engine: between nights, by the ledger, by people.
_NOT_THE_ENGINE_S = (
    BreakKind.OPENING_DIFFERS, BreakKind.CLOSING_DIFFERS, BreakKind.POSTING_REFUSED,
    BreakKind.FILE_MISSING, BreakKind.WITHDRAWN,
)  # fmt: skip
_SAID = ("of", "item", "said")


class Of(Enum):
    """What a difference is about."""

    FILE = "来文"
    ANSWER = "指令结果"
    MATCH = "勾对"
    BREAK = "不平账项"
    POSTING = "入账"


@dataclass(frozen=True, slots=True)
class Decision:
    """A night's decision, without ids that mean nothing outside of it; `receipts` are postings."""

    answers: pl.DataFrame = field(repr=False)
    links: pl.DataFrame = field(repr=False)
    breaks: pl.DataFrame = field(repr=False)
    receipts: pl.DataFrame = field(repr=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that would be decided otherwise; empty where it was not, or would not be, at all.

    No text holds a person.
    """

    of: Of
    item: str
    before: str
    after: str


def compare(before: Decision, after: Decision) -> Sequence[Difference]:
    """Everything that differs, by what it is about and which; nothing when nothing does."""
    old, new = (_said(one) for one in (before, after))
    both = old.join(new, on=["of", "item"], how="full", coalesce=True, suffix="_after")
    other = both.filter(pl.col("said").ne_missing(pl.col("said_after"))).sort("of", "item")
    return [
        Difference(Of[of], item, was or "", will or "") for of, item, was, will in other.iter_rows()
    ]


def open_then(known: Iterable[OpenItem], books: Books) -> Sequence[OpenItem]:
    """Of the items ever left open those that a night's kept `books` began with.

    What earlier nights leave open may have changed since, by a correction; what the night was
    decided on has not. Items that say the same of themselves are one as good as the other.
    """
    lines = books.statement.filter(pl.col("first_seen") < books.business_date)
    wanted = Counter([*_marks(Side.STATEMENT, lines), *_marks(Side.EXPECTED, books.expected)])
    return [item for item in known if _taken(wanted, item)]


def _marks(side: Side, rows: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    for row in rows.select("fen", "first_seen", "batch_no", "host_serial").iter_rows():
        yield (side, *row)


def _taken(wanted: Counter[tuple[object, ...]], item: OpenItem) -> bool:
    mark = (item.side, item.fen, item.first_seen, item.batch_no, item.host_serial)
    wanted[mark] -= 1
    return wanted[mark] >= 0


def _said(decision: Decision) -> pl.DataFrame:
    parts = (
        _answers(decision.answers),
        _postings(decision.answers),
        _receipts(decision.receipts),
        _links(decision.links),
        _breaks(decision.breaks),
    )
    return pl.concat([part.select(*_SAID) for part in parts]).unique()


def _answers(rows: pl.DataFrame) -> pl.DataFrame:
    said = pl.concat_str("outcome", "taken_fen", separator=" ")
    return rows.select(of=_of(Of.ANSWER), item=_place(), said=said)


def _postings(rows: pl.DataFrame) -> pl.DataFrame:
    said = pl.concat_str("taken_fen", *PARTS, separator=" ")
    return rows.filter("posts").select(of=_of(Of.POSTING), item=_place(), said=said)


def _receipts(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(of=_of(Of.POSTING), item="number", said=pl.col("fen").cast(pl.String))


def _links(rows: pl.DataFrame) -> pl.DataFrame:
    """A group is what it is made of: its number is given anew each time."""
    member = pl.format("{}:{}", "side", "item")
    groups = rows.group_by("group").agg(
        pl.col("stage", "evidence", "automatic").first(), members=member.sort().str.join(" ＋ ")
    )
    item = pl.format("{} {} {}", "stage", "evidence", "members")
    said = pl.when("automatic").then(pl.lit("自动")).otherwise(pl.lit("建议"))
    return groups.select(of=_of(Of.MATCH), item=item, said=said)


def _breaks(rows: pl.DataFrame) -> pl.DataFrame:
    others = [kind.name for kind in _NOT_THE_ENGINE_S]
    said = pl.concat_str("kind", "amount_fen", "unbooked_fen", "signed_fen", separator=" ")
    mine = rows.filter(~pl.col("kind").is_in(others))
    return mine.select(of=_of(Of.BREAK), item="break_id", said=said)


def _of(of: Of) -> pl.Expr:
    return pl.lit(of.name)


def _place() -> pl.Expr:
    return pl.format("{}/{}", "batch_no", "serial")
