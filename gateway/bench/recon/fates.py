"""What is special about a line of the bench's night, and what it must become. 行的命运"""

import polars as pl

from connectors.bank.model import BreakKind, Outcome

# Of a thousand lines: what is special about some of them; all others are taken and booked.
FAILED = 30
WRONG_TERM, SILENT, PARTIAL, SHORT, RENAMED = range(30, 35)
UNKNOWN, MISBOOKED, BOOKED_UNPAID = range(35, 38)


def fate_is(*fates: int) -> pl.Expr:
    """Whether a line has one of these fates."""
    return pl.col("fate").is_in(list(fates))


def failed() -> pl.Expr:
    """Whether the bank took nothing and says why."""
    return (pl.col("fate") < FAILED) | fate_is(BOOKED_UNPAID)


def taken() -> pl.Expr:
    """What the bank took, in fen."""
    asked = pl.col("asked_fen")
    nothing = failed() | fate_is(SILENT, UNKNOWN)
    return pl.when(nothing).then(0).when(fate_is(PARTIAL, SHORT)).then(asked // 2).otherwise(asked)


def flag() -> pl.Expr:
    """Whether the bank may take less than all: 1."""
    return pl.when(fate_is(PARTIAL)).then(pl.lit("1")).otherwise(pl.lit("0"))


# What each special fate must become: the outcome, and the break if it is one.
_FATES: dict[int, tuple[Outcome, BreakKind | None]] = {
    **dict.fromkeys(range(FAILED), (Outcome.FAILED, None)),
    WRONG_TERM: (Outcome.HELD, BreakKind.DETAILS_DIFFER),
    SILENT: (Outcome.MISSING, BreakKind.MISSING_RESULT),
    PARTIAL: (Outcome.PARTIAL, BreakKind.PARTIAL_DEDUCTION),
    SHORT: (Outcome.HELD, BreakKind.AMOUNT_DIFFERS),
    RENAMED: (Outcome.HELD, BreakKind.NAME_DIFFERS),
    UNKNOWN: (Outcome.UNKNOWN, BreakKind.OUTCOME_UNKNOWN),
    MISBOOKED: (Outcome.EXACT, BreakKind.COMPONENTS_DIFFER),
    BOOKED_UNPAID: (Outcome.FAILED, BreakKind.POSTED_NOT_TAKEN),
}


def truths_of(asked: pl.DataFrame) -> tuple[tuple[pl.DataFrame, ...], ...]:
    """Every outcome and every break that is right for that night; then the outcomes alone."""
    fates = {fate: outcome.name for fate, (outcome, _) in _FATES.items()}
    kinds = {fate: kind.name for fate, (_, kind) in _FATES.items() if kind}
    outcome = pl.col("fate").replace_strict(
        fates, default=Outcome.EXACT.name, return_dtype=pl.String
    )
    outcomes = asked.select("serial", outcome.alias("outcome"), "taken_fen").sort("serial")
    broken = asked.filter(fate_is(*kinds)).select(
        "serial", kind=pl.col("fate").replace_strict(kinds, return_dtype=pl.String)
    )
    return (outcomes, broken.sort("serial", "kind")), (outcomes,)


def told_by(*parts: pl.DataFrame) -> bytes:
    """Outcomes (serial, outcome, taken_fen), breaks (serial, kind), sorted: what is digested."""
    return b"".join(part.write_csv(include_header=False).encode() for part in parts)
