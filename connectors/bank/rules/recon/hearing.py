"""Passes 1 and 2 among the results: what the bank said of each place, once. 结果去重与冲正"""

from dataclasses import dataclass

import polars as pl

from connectors.bank.model.books import Evidence, Side
from connectors.bank.rules.recon.frames import doubled
from connectors.bank.rules.recon.links import Reason, members


@dataclass(frozen=True, slots=True)
class Heard:
    """What the bank said. `plain`: one line a place. `several`: one row for each place with more.

    `several` has the sum taken, the ids, and `reversed` where a taking and its exact opposite are
    all that was said. `counted` are the lines whose money counts: all but the repeats.
    """

    plain: pl.DataFrame
    several: pl.DataFrame
    counted: pl.DataFrame
    links: pl.DataFrame


def hear(results: pl.DataFrame) -> Heard:
    """Tell places with one line from places with several; a line said twice is one line.

    A line that is equal in everything is the same line in another file. Several different lines
    for one place are never chosen among: the place is reversed or contradicted.
    """
    shared = doubled(results.get_column("place"))
    if not shared.any():
        return Heard(results, _several(results.clear()), results, _none())
    plain, crowded = results.filter(~shared), results.filter(shared)
    content = [name for name in results.columns if name != "id"]
    first = crowded.group_by(content).agg(pl.col("id").min(), again=pl.col("id"))
    once = first.select(results.columns)
    repeated = first.filter(pl.col("again").list.len() > 1)
    still = once.get_column("place").is_duplicated()
    several = _several(once.filter(still))
    links = [_said_twice(repeated), _reversed(once.filter(still), several)]
    return Heard(
        plain=pl.concat([plain, once.filter(~still)]),
        several=several,
        counted=pl.concat([plain, once]),
        links=pl.concat(links),
    )


def _several(lines: pl.DataFrame) -> pl.DataFrame:
    taken = pl.col("taken_fen")
    return lines.group_by("place").agg(
        taken.sum(),
        candidates=pl.col("id").sort(),
        # two lines, one the exact opposite of the other, and money in both
        reversed=(pl.len() == 2) & (taken.sum() == 0) & (taken.max() > 0),
    )


def _said_twice(repeated: pl.DataFrame) -> pl.DataFrame:
    rows = repeated.select("again", anchor="id", fen="taken_fen").explode("again")
    return members(rows, Reason(1, Evidence.SAID_TWICE), Side.RESULT, id="again")


def _reversed(lines: pl.DataFrame, several: pl.DataFrame) -> pl.DataFrame:
    gone = several.filter("reversed").select("place", anchor=pl.col("candidates").list.first())
    rows = lines.join(gone, on="place").select("id", "anchor", fen="taken_fen")
    return members(rows, Reason(2, Evidence.RESULT_REVERSED), Side.RESULT)


def _none() -> pl.DataFrame:
    none = pl.DataFrame(schema={"id": pl.Int64, "anchor": pl.Int64, "fen": pl.Int64})
    return members(none, Reason(1, Evidence.SAID_TWICE), Side.RESULT)
