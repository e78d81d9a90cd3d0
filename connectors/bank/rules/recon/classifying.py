"""Pass 12: what does not agree becomes a typed break with its share of the money. 差异分类"""

from dataclasses import dataclass

import polars as pl

from connectors.bank.model import BreakKind, Direction
from connectors.bank.model.books import BREAK, Side
from connectors.bank.rules.breaks import TREATMENTS

# What keeps a loan out of the next batch until a person has resolved it.
_BLOCKING = frozenset(kind for kind, each in TREATMENTS.items() if each.blocking)


@dataclass(frozen=True, slots=True)
class About:
    """What a kind of row is about, where the row itself does not say."""

    side: Side | None
    kind: BreakKind | None = None


def breaks(rows: pl.DataFrame, about: About) -> pl.DataFrame:
    """Rows as breaks (BREAK). A row has `signed_fen`; all else has a plain meaning if left out.

    The amount is what the share of money is, money too much is long, money too little is short,
    and what is not booked is money too much.
    """
    signed = pl.col("signed_fen")
    kind = pl.lit(about.kind.name) if about.kind else pl.col("kind")
    plain = {
        "kind": kind,
        "direction": _direction(signed),
        "blocking": kind.is_in(sorted(one.name for one in _BLOCKING)),
        "side": pl.lit(about.side.value if about.side else None, pl.String),
        "id": pl.lit(None, pl.Int64),
        "batch_no": pl.lit(""),
        "serial": pl.lit(None, pl.Int32),
        "loan_no": pl.lit(""),
        "amount_fen": signed.abs(),
        "unbooked_fen": pl.lit(0, pl.Int64),
        "candidate_side": pl.lit(""),
        "candidates": pl.lit([], pl.List(pl.Int64)),
    }
    missing = {name: value for name, value in plain.items() if name not in rows.columns}
    return rows.with_columns(**missing).select(*BREAK)


def _direction(signed: pl.Expr) -> pl.Expr:
    return (
        pl.when(signed > 0).then(pl.lit(Direction.LONG.name))
        .when(signed < 0).then(pl.lit(Direction.SHORT.name))
        .otherwise(pl.lit(Direction.OPEN.name))
    )  # fmt: skip
