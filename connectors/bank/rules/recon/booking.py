"""Pass 5: the ledger against what was taken: booked, part by part, and on which day. 入账核对"""

import polars as pl

from connectors.bank.model import BreakKind, Outcome
from connectors.bank.model.books import Evidence, Part, Policy, Side
from connectors.bank.rules.recon.frames import AT_THE_BANK, doubled, one_to_one
from connectors.bank.rules.recon.judging import (
    BOOKED_WITHIN_DAYS,
    NOT_UNIQUE,
    PARTS,
    is_of,
    verdict,
)
from connectors.bank.rules.recon.links import Reason, pairs

_taken, _booked = pl.col("taken_fen"), pl.col("booked_fen")
_proved = is_of(Outcome.EXACT, Outcome.PARTIAL)
_entries = pl.col("entries")


def allocated(asked: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Allocate what was proved taken to the parts asked for, in the policy's order (B07, B30).

    Adds a column for each part (`given_*`), all zero unless the outcome is EXACT or PARTIAL.
    """
    rest = pl.when(_proved).then(_taken).otherwise(0)
    shares: list[pl.Expr] = []
    for part in policy.allocation:
        share = pl.min_horizontal(pl.col(part.value).clip(lower_bound=0), rest)
        shares.append(share.alias(given(part)))
        rest = rest - share
    return asked.with_columns(shares)


def given(part: Part) -> str:
    """The column of what this part gets."""
    return f"given_{part.value}"


def booked(asked: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Join what the ledger has for each instruction's place, and decide what is to be posted.

    Adds `entries` (how many, taken back ones too), `ledger` (the entry, if there is one only),
    `booked_fen`, its parts, `booked_on`, and `post`: proved taken, and never booked in any way.
    """
    joined = asked.join(_totals(own), on="place", how="left")
    filled = (pl.col(name).fill_null(0) for name in ("entries", "booked_fen", *_BOOKED_PARTS))
    return joined.with_columns(filled).with_columns(post=_proved & (_entries == 0))


_BOOKED_PARTS = [f"booked_{part}" for part in PARTS]


def _totals(ledger: pl.DataFrame) -> pl.DataFrame:
    """One row for each place the ledger has something for."""
    standing = pl.col("reversed").not_().cast(pl.Int64)
    row = ledger.select(
        "place",
        "booked_on",
        entries=pl.lit(1, pl.UInt32),
        ledger="id",
        booked_fen=pl.col("fen") * standing,
        **{f"booked_{part}": pl.col(part) * standing for part in PARTS},
    )
    shared = doubled(row.get_column("place"))
    several = (
        row.filter(shared)
        .group_by("place")
        .agg(
            booked_on=pl.lit(None, pl.Date),
            entries=pl.len(),
            ledger=pl.lit(None, pl.Int64),
            booked_fen=pl.col("booked_fen").sum(),
            **{name: pl.col(name).sum() for name in _BOOKED_PARTS},
        )
    )
    return pl.concat([row.filter(~shared), several])


_gap = _taken - _booked
_differs = pl.any_horizontal(pl.col(f"booked_{part.value}") != pl.col(given(part)) for part in Part)
# What the ledger says against what was taken; the first that applies.
# fmt: off
BOOKING_RULES: tuple[tuple[pl.Expr, BreakKind], ...] = (
    (_proved & (_entries > 0) & (_booked == 0), BreakKind.TAKEN_NOT_POSTED),
    (_proved & (_entries > 0) & (_gap != 0),    BreakKind.AMOUNT_DIFFERS),
    (~_proved & (_booked != 0) & (_taken == 0), BreakKind.POSTED_NOT_TAKEN),
    (~_proved & (_booked != 0) & (_gap != 0),   BreakKind.AMOUNT_DIFFERS),
    (_proved & (_entries > 0) & _differs,       BreakKind.COMPONENTS_DIFFER),
    (_proved & (pl.col("booked_on") != pl.col("host_date")), BreakKind.BOOKED_DAY_DIFFERS),
)
# fmt: on


def split(asked: pl.DataFrame, ledger: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The bank's business in the ledger: entries of one instruction of these books, and strays.

    Strays are standing entries no instruction stands behind, or two that share a place.
    """
    business = ledger.filter(AT_THE_BANK)
    sole = asked.select("place", "verdict").filter(pl.col("verdict") != verdict(NOT_UNIQUE))
    stray = business.filter(~pl.col("reversed")).join(sole, on="place", how="anti")
    return business.join(sole, on="place", how="semi"), stray


def receipts_booked(lines: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Money that came without a batch and stands in the ledger already: host serial and amount.

    A counter books what it sees on the day; a pair counts only where neither side has another,
    and within the longest holiday: banks use serials again, and instalments are alike.
    """
    key = ["host_serial", "fen"]
    numbered = pl.col("host_serial") != ""
    ours = entries.filter(numbered & (pl.col("serial") == 0)).select(*key, "booked_on", other="id")
    met = one_to_one(lines.filter(numbered).select("id", *key, "booked_on"), ours, key)
    apart = (pl.col("booked_on") - pl.col("booked_on_right")).dt.total_days().abs()
    near = met.filter(apart <= BOOKED_WITHIN_DAYS)
    return pairs(near, Reason(5, Evidence.RECEIPT_BOOKED), Side.STATEMENT, Side.LEDGER)


def offsets_booked(offsets: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """Repayments out of the fund account against the loan's ledger; never sought at the bank."""
    key = ["loan_no", "instalment_no", "fen"]
    booked = ledger.filter(~AT_THE_BANK & ~pl.col("reversed")).select(*key, other="id")
    met = one_to_one(offsets.select("id", *key), booked, key)
    return pairs(met, Reason(5, Evidence.OFFSET), Side.OFFSET, Side.LEDGER)
