"""Pass 10: several open dues of one borrower add up to what came; a suggestion. 组合还款"""

import polars as pl

from connectors.bank.model.books import Books, Evidence, Side
from connectors.bank.rules.recon.frames import listed
from connectors.bank.rules.recon.links import Reason, members
from connectors.bank.rules.recon.receipts import Found

# So many lines are tried at once: 2¹² sums each at the worst.
_LINES_AT_ONCE = 500


def by_subset(lines: pl.DataFrame, dues: pl.DataFrame, books: Books) -> Found:
    """Lines of a known payer whose amount exactly one set of at least two own dues adds up to.

    A second solution is as good as none: then the line is unclear. Nobody with more dues than the
    policy's limit is tried, chance alone makes sums fit there.
    """
    owners = _payers(lines, books)
    own = _own_dues(owners, dues, books.policy.subset_max)
    tried = lines.select("id", "fen").join(owners, on="id").join(own, on="borrower", how="semi")
    chunks = [_solutions(part, own) for part in tried.sort("id").iter_slices(_LINES_AT_ONCE)]
    found = pl.concat([_NO_SOLUTION, *chunks])
    several = pl.col("id").is_duplicated()
    return Found(_links(found.filter(~several), own), _unclear(found.filter(several), own))


_NO_SOLUTION = pl.DataFrame(
    schema={"id": pl.Int64, "borrower": pl.String, "fen": pl.Int64, "mask": pl.Int64}
)


def _payers(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Whose dues to look at: the one borrower the paying account is registered to."""
    accounts = lines.get_column("other_account").unique().implode()
    known = books.registered.filter(
        pl.col("account").is_in(accounts) & (pl.col("account") != "") & (pl.col("borrower") != "")
    )
    owners = known.select("borrower", other_account="account").unique()
    sole = owners.filter(~pl.col("other_account").is_duplicated())
    return lines.join(sole, on="other_account").select("id", "borrower")


def _own_dues(owners: pl.DataFrame, dues: pl.DataFrame, most: int) -> pl.DataFrame:
    """The dues of these borrowers, each with its `bit`; payoffs stand for themselves alone."""
    single = dues.filter("free", pl.col("kind") != "payoff").join(owners, on="borrower", how="semi")
    rank = pl.int_range(pl.len()).over("borrower")
    own = (
        single.sort("borrower", "due")
        .with_columns(rank=rank)
        .filter(pl.len().over("borrower").is_between(2, most))
    )
    return own.select("borrower", "due", "rank", owed="fen")


def _solutions(tried: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Every set of two or more that adds up: `id`, and which dues as bits of `mask`."""
    sums = tried.with_columns(mask=pl.lit(0), rest=pl.col("fen"))
    top = own.get_column("rank").max()
    for rank in range(1 + top if isinstance(top, int) else 0):
        one = own.filter(pl.col("rank") == rank).select("borrower", "owed")
        more = sums.join(one, on="borrower").filter(pl.col("owed") <= pl.col("rest"))
        taken = more.with_columns(
            mask=pl.col("mask") + 2**rank, rest=pl.col("rest") - pl.col("owed")
        )
        sums = pl.concat([sums, taken.drop("owed")])
    exact = sums.filter((pl.col("rest") == 0) & (pl.col("mask").bitwise_count_ones() > 1))
    return exact.select("id", "borrower", "fen", "mask").cast({"mask": pl.Int64})


def _chosen(found: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    bit = (pl.col("mask") // pl.lit(2).pow(pl.col("rank"))) % 2 == 1
    return found.join(own, on="borrower").filter(bit)


def _links(found: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    reason = Reason(10, Evidence.SUBSET, automatic=False)
    dues = _chosen(found, own).select("due", anchor="id", fen="owed")
    paying = found.select("id", "fen", anchor="id")
    return pl.concat(
        [members(paying, reason, Side.STATEMENT), members(dues, reason, Side.DUE, id="due")]
    )


def _unclear(found: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    return listed(_chosen(found, own), "id", "due")
