"""Breaks of what stands open: bookings, promised credits, ledger entries, offsets. 未达与未归属"""

from collections.abc import Sequence

import polars as pl

from connectors.bank.model import BreakKind, Direction
from connectors.bank.model.books import Books, Evidence, Side
from connectors.bank.rules.recon.classifying import About, breaks
from connectors.bank.rules.recon.frames import AT_THE_BANK, among, without
from connectors.bank.rules.recon.links import spent
from connectors.bank.rules.recon.marks import first_words
from connectors.bank.rules.recon.references import named


def of_lines(
    lines: pl.DataFrame, marks: Sequence[pl.DataFrame], groups: pl.DataFrame
) -> pl.DataFrame:
    """One break for each open booking; those of an unequal group share the group's."""
    grouped = groups.select(pl.col("candidates").explode()).to_series()
    rows = (
        without(lines, grouped)
        .select("id", signed_fen="fen")
        .join(first_words(marks), on="id", how="left")
        .with_columns(
            pl.col("kind").fill_null(BreakKind.STATEMENT_UNCLAIMED.name),
            pl.col("loan_no", "candidate_side").fill_null(""),
            pl.col("candidates").fill_null([]),
        )
    )
    off = groups.select("batch_no", "candidates", signed_fen="fen").with_columns(
        candidate_side=pl.lit(Side.STATEMENT.value)
    )
    return pl.concat(
        [
            breaks(rows, About(Side.STATEMENT)),
            breaks(off, About(None, BreakKind.LUMP_DIFFERS)),
        ]
    )


def of_promises(credits_: pl.DataFrame, groups: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Credits promised on an earlier night, still not shown (B22); tonight's are on their way."""
    in_group = pl.col("batch_no").is_in(groups.get_column("batch_no").implode())
    late = among(credits_, books.expected.get_column("id")).filter(
        ~(in_group & (pl.col("host_serial") == ""))
    )
    rows = late.select("id", "batch_no", signed_fen=-pl.col("fen"))
    return breaks(rows, About(Side.EXPECTED, BreakKind.CROSS_DAY))


def of_ledger(stray: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Booked, and nothing at the bank stands behind it."""
    rows = without(stray, spent(links, Side.LEDGER)).select(
        "id", "batch_no", "serial", "loan_no", signed_fen=-pl.col("fen")
    )
    return breaks(rows, About(Side.LEDGER, BreakKind.POSTED_NOT_TAKEN))


def of_receipt_days(links: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Receipts a counter has booked on another day than the bank."""
    met = links.filter(pl.col("evidence") == Evidence.RECEIPT_BOOKED.name)
    days = pl.concat(
        _days(met, frame, side)
        for frame, side in ((books.statement, Side.STATEMENT), (books.ledger, Side.LEDGER))
    )
    other = days.group_by("anchor").agg(pl.col("booked_on").n_unique() > 1, pl.col("fen").first())
    rows = other.filter("booked_on").select(
        id="anchor", amount_fen="fen", signed_fen=pl.lit(0, pl.Int64)
    )
    return breaks(rows, About(Side.STATEMENT, BreakKind.BOOKED_DAY_DIFFERS))


def of_receipt_loans(links: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Receipts a counter has booked to another loan than the payer wrote: the totals agree."""
    met = links.filter(pl.col("evidence") == Evidence.RECEIPT_BOOKED.name)
    of = pl.col("side") == Side.LEDGER.value
    entries = met.filter(of).select("fen", id="anchor", entry="id")
    booked = entries.join(books.ledger.select("loan_no", entry="id"), on="entry")
    naming = named(among(books.statement, booked.get_column("id")), books)
    other = booked.join(naming, on="id").filter(~pl.col("loans").list.contains(pl.col("loan_no")))
    rows = other.select("id", "loan_no", amount_fen="fen", signed_fen=pl.lit(0, pl.Int64))
    return breaks(rows, About(Side.STATEMENT, BreakKind.DETAILS_DIFFER))


def _days(met: pl.DataFrame, frame: pl.DataFrame, side: Side) -> pl.DataFrame:
    rows = met.filter(pl.col("side") == side.value)
    return rows.join(frame.select("id", "booked_on"), on="id").select("anchor", "booked_on", "fen")


def of_returns(links: pl.DataFrame) -> pl.DataFrame:
    """Payments of ours that came back: the money agrees, the business is open again (B26)."""
    back = links.filter(
        (pl.col("evidence") == Evidence.RETURNED.name)
        & pl.col("automatic")
        & (pl.col("id") == pl.col("anchor"))
    )
    rows = back.select(
        "id",
        amount_fen="fen",
        signed_fen=pl.lit(0, pl.Int64),
        direction=pl.lit(Direction.OPEN.name),
    )
    return breaks(rows, About(Side.STATEMENT, BreakKind.RETURNED))


def of_offsets(links: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Repayments out of the fund account that only one of the two ledgers has; never the bank's."""
    booked = books.ledger.filter(~AT_THE_BANK & ~pl.col("reversed"))
    sides = ((books.offsets, Side.OFFSET), (booked, Side.LEDGER))
    parts = []
    for frame, side in sides:
        rows = without(frame, spent(links, side)).select(
            "id", "loan_no", amount_fen="fen", signed_fen=pl.lit(0, pl.Int64)
        )
        parts.append(breaks(rows, About(side, BreakKind.OFFSET_DIFFERS)))
    return pl.concat(parts)
