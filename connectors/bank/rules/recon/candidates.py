"""Candidates: who could belong to whom, and which pairs have no rival at all. 候选与唯一性"""

from dataclasses import dataclass

import polars as pl

from connectors.bank.rules.recon.frames import CANDIDATES_MAX, listed


@dataclass(frozen=True, slots=True)
class Resolved:
    """`pairs`: edges whose line and due have no other. `unclear`: lines with their `candidates`."""

    pairs: pl.DataFrame
    unclear: pl.DataFrame


def edges(lines: pl.DataFrame, dues: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Every line with every due of the same key, without growing beyond reason.

    Under a key all lines meet all dues, so a few edges show as well as all of them that nobody is
    alone there: each line keeps its first few dues, each due its first few lines.
    """
    near = dues.filter(pl.col("fen").is_in(lines.get_column("fen").unique().implode()))
    near = near.join(lines, on=key, how="semi")
    some_dues = _first_few(near, "due", key)
    some_lines = _first_few(lines, "id", key)
    met = [lines.join(some_dues, on=key), some_lines.join(near, on=key)]
    return pl.concat(rows.select(*lines.columns, "due") for rows in met).unique()


def _first_few(frame: pl.DataFrame, ids: str, key: list[str]) -> pl.DataFrame:
    rank = pl.int_range(pl.len()).over(key)
    return frame.sort(ids).filter(rank < CANDIDATES_MAX)


def resolved(found: pl.DataFrame) -> Resolved:
    """Take the pairs that are each other's only candidate; all the rest of it is unclear.

    A line with one candidate that another line wants too stays unclear: giving it away would be
    a choice (B28).
    """
    alone = ~(pl.col("id").is_duplicated() | pl.col("due").is_duplicated())
    paired = found.filter(alone)
    return Resolved(paired, listed(found.filter(~alone), "id", "due"))
