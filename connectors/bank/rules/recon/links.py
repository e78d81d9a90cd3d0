"""Links: which items belong together and why, gathered from the passes and numbered. 勾对关系"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from connectors.bank.model.books import LINK, Books, Evidence, Side


@dataclass(frozen=True, slots=True)
class Reason:
    """Why items are linked: the pass, its evidence, and whether nobody need confirm it."""

    stage: int
    evidence: Evidence
    automatic: bool = True


def members(rows: pl.DataFrame, reason: Reason, side: Side, id: str = "id") -> pl.DataFrame:
    """Rows (an id, `fen`, `anchor`) as members of groups; a group is a reason and an anchor."""
    return rows.select(
        pl.col("anchor"),
        pl.lit(reason.stage, pl.Int8).alias("stage"),
        pl.lit(reason.evidence.name).alias("evidence"),
        pl.lit(reason.automatic).alias("automatic"),
        pl.lit(side.value).alias("side"),
        pl.col(id).alias("id"),
        pl.col("fen"),
    )


def pairs(rows: pl.DataFrame, reason: Reason, one: Side, other: Side) -> pl.DataFrame:
    """Rows (`id` of one side, `other` of the other, both `fen`) as groups of two."""
    anchored = rows.with_columns(anchor="id")
    return pl.concat([members(anchored, reason, one), members(anchored, reason, other, id="other")])


def spent(links: pl.DataFrame, side: Side) -> pl.Series:
    """The ids of one side that an automatic link has used up."""
    return links.filter(pl.col("automatic") & (pl.col("side") == side.value)).get_column("id")


def numbered(found: Sequence[pl.DataFrame], books: Books) -> pl.DataFrame:
    """All links in one frame (LINK), groups numbered in the order of pass, evidence and anchor."""
    group = ["stage", "evidence", "automatic", "anchor"]
    ordered = pl.concat(found).sort(*group, "side", "id")
    number = pl.struct(group).rle_id().cast(pl.Int64).alias("group")
    whole = ordered.with_columns(number).with_columns(carried=_old(books).any().over("group"))
    return whole.select(*LINK)


def _old(books: Books) -> pl.Expr:
    """Whether a member was seen on an earlier night (pass 11)."""
    before = pl.col("first_seen") < books.business_date
    lines = books.statement.filter(before).get_column("id")
    promised = books.expected.filter(before).get_column("id")
    side = pl.col("side")
    return ((side == Side.STATEMENT.value) & pl.col("id").is_in(lines.implode())) | (
        (side == Side.EXPECTED.value) & pl.col("id").is_in(promised.implode())
    )
