"""Breaks of deductions: of instructions, their bookings, of results nobody asked for. 扣款差异"""

import polars as pl

from connectors.bank.model import BreakKind, Direction
from connectors.bank.model.books import Side
from connectors.bank.rules.recon.booking import BOOKING_RULES
from connectors.bank.rules.recon.classifying import About, breaks
from connectors.bank.rules.recon.hearing import Heard
from connectors.bank.rules.recon.judging import JUDGEMENTS, PARTIAL, verdict

# Nobody knows yet on which side money is missing.
_IN_DOUBT = (BreakKind.OUTCOME_UNKNOWN, BreakKind.MISSING_RESULT, BreakKind.CODE_UNKNOWN)
# The bookings whose own break explains the money; the others say only where it stands wrongly.
_OFF_BY_MONEY = (
    BreakKind.TAKEN_NOT_POSTED,
    BreakKind.AMOUNT_DIFFERS,
    BreakKind.POSTED_NOT_TAKEN,
)
_taken, _short = pl.col("taken_fen"), pl.col("asked_fen") - pl.col("taken_fen")


def of_instructions(asked: pl.DataFrame, heard: Heard) -> pl.DataFrame:
    """The breaks of pass 3 and of pass 5; of the two one carries the money that is not booked."""
    found = asked.filter(_verdict_kind().is_not_null() | _booking_kind().is_not_null())
    gap = _taken - pl.col("booked_fen") - pl.when("post").then(_taken).otherwise(0)
    rows = found.with_columns(
        verdict_kind=_verdict_kind(), booking_kind=_booking_kind(), gap=gap
    ).join(heard.several.select("place", "candidates"), on="place", how="left")
    return pl.concat([_of_verdicts(rows), _of_bookings(rows)])


def _verdict_kind() -> pl.Expr:
    kinds = [one.kind.name if one.kind else None for one in JUDGEMENTS]
    return pl.col("verdict").replace_strict(range(len(kinds)), kinds, return_dtype=pl.String)


def _booking_kind() -> pl.Expr:
    return pl.coalesce(pl.when(applies).then(pl.lit(kind.name)) for applies, kind in BOOKING_RULES)


def _is(column: str, *kinds: BreakKind) -> pl.Expr:
    return pl.col(column).is_in([kind.name for kind in kinds])


def _of_verdicts(rows: pl.DataFrame) -> pl.DataFrame:
    """What the bank's answer leaves open; the amount is what is short, else what was taken."""
    double = _is("kind", BreakKind.DOUBLE_DEDUCTION)
    short = (_short > 0) & ~double
    explained = _is("booking_kind", *_OFF_BY_MONEY).fill_null(value=False)
    signed = pl.when(explained).then(0).otherwise("gap")
    named = rows.filter(pl.col("verdict_kind").is_not_null()).with_columns(
        kind="verdict_kind", signed_fen=signed
    )
    direction = (
        pl.when(_is("kind", *_IN_DOUBT)).then(pl.lit(Direction.OPEN.name))
        .when(short).then(pl.lit(Direction.SHORT.name))
        .otherwise(pl.lit(Direction.LONG.name))
    )  # fmt: skip
    said = named.with_columns(
        direction=direction,
        amount_fen=pl.when(short).then(_short).otherwise(_taken),
        unbooked_fen=pl.max_horizontal("signed_fen", 0),
        # what is left of a partial deduction is due again (B07)
        blocking=(pl.col("verdict") != verdict(PARTIAL)) | (pl.col("gap") != 0),
        candidate_side=pl.lit(Side.RESULT.value),
        candidates=pl.col("candidates").fill_null([]),
    )
    return breaks(said, About(Side.INSTRUCTION))


def _of_bookings(rows: pl.DataFrame) -> pl.DataFrame:
    """What the ledger has otherwise than it was taken."""
    money = _is("kind", *_OFF_BY_MONEY)
    named = rows.filter(pl.col("booking_kind").is_not_null()).with_columns(kind="booking_kind")
    said = named.with_columns(
        signed_fen=pl.when(money).then("gap").otherwise(0),
        amount_fen=pl.when(money).then(pl.col("gap").abs()).otherwise(_taken),
    ).with_columns(unbooked_fen=pl.max_horizontal("signed_fen", 0))
    return breaks(said.drop("candidates"), About(Side.INSTRUCTION))


def of_extras(extra: pl.DataFrame) -> pl.DataFrame:
    """A result nobody asked for; with money it is too much, and nowhere booked."""
    kind = pl.when("again").then(pl.lit(BreakKind.DOUBLE_DEDUCTION.name))
    rows = extra.with_columns(
        kind=kind.otherwise(pl.lit(BreakKind.EXTRA_RESULT.name)),
        signed_fen="taken_fen",
        unbooked_fen=pl.max_horizontal("taken_fen", 0),
    )
    return breaks(rows, About(Side.RESULT))
