"""Pass 3: what one result line means for its instruction, as a table of rules. 逐笔判定"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from connectors.bank.model import BreakKind, Outcome
from connectors.bank.model.books import Part
from connectors.bank.verdicts import FAILURES, CodeClass

_MAY_TAKE_LESS = "1"
# A batch sent before the day switch (日切) may be booked on the next working day; the longest
# holidays are eight days.
BOOKED_WITHIN_DAYS = 9
PARTS = [part.value for part in Part]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a result line means for its instruction, and the break it makes, if any."""

    outcome: Outcome
    kind: BreakKind | None = None


HELD_TWICE = Judgement(Outcome.HELD, BreakKind.DOUBLE_DEDUCTION)
CONTRADICTED = Judgement(Outcome.HELD, BreakKind.STATUS_DIFFERS)
NOT_UNIQUE = Judgement(Outcome.HELD, BreakKind.AMBIGUOUS)
UNANSWERED = Judgement(Outcome.MISSING, BreakKind.MISSING_RESULT)
FAILED = Judgement(Outcome.FAILED)
PARTIAL = Judgement(Outcome.PARTIAL, BreakKind.PARTIAL_DEDUCTION)

_taken, _asked = pl.col("taken_fen"), pl.col("asked_fen")
_meaning = pl.col("meaning")
_is_taken = _meaning == CodeClass.TAKEN.name
_is_failed = _meaning.is_in([meaning.name for meaning in FAILURES])
_dated, _numbered = pl.col("host_date").is_not_null(), pl.col("host_serial") != ""
_parts = pl.sum_horizontal(PARTS)
_days = (pl.col("host_date") - pl.col("business_date")).dt.total_days()

# The ledger compares part by part; parts that do not add up cannot be posted.
_PARTS_DIFFER = (_asked != _parts) | pl.any_horizontal(pl.col(part) < 0 for part in PARTS)


def _differs(field: str, unsaid: object = None) -> pl.Expr:
    """Whether the answer repeats a field wrongly; what its dialect does not say is not compared."""
    said = pl.col(f"{field}_said")
    wrong = said.is_not_null() & (said != pl.col(field))
    return wrong if unsaid is None else wrong & (said != pl.lit(unsaid))


_DETAILS_DIFFER = (
    _differs("loan_no", "")
    | _differs("instalment_no")
    | _differs("payer_account")
    | _differs("asked_fen")
    | _differs("full_flag", "")
)
# The code says one thing and the money or the bank's booking another. A line that failed has
# neither date nor serial unless the bank booked something; debiting again could be a second time.
_STATUS_DIFFERS = (
    pl.when(_is_taken)
    .then((_taken <= 0) | ~(_dated & _numbered))
    .otherwise((_taken != 0) | (_is_failed & (_dated | _numbered)))
)
# The date becomes the ledger's booking date, which interest is counted from.
_DATE_DIFFERS = _dated & ~_days.is_between(0, BOOKED_WITHIN_DAYS)

# The first rule that applies decides (B01, B07, B08, B09, B20, B28). Names confirm and never
# match: one that differs holds the posting, because the account may have been changed under us.
# fmt: off
_RULES: tuple[tuple[pl.Expr, Judgement], ...] = (
    (_PARTS_DIFFER,     Judgement(Outcome.HELD, BreakKind.DETAILS_DIFFER)),
    (_DETAILS_DIFFER,   Judgement(Outcome.HELD, BreakKind.DETAILS_DIFFER)),
    (_meaning.is_null(), Judgement(Outcome.HELD, BreakKind.CODE_UNKNOWN)),
    (_STATUS_DIFFERS,   CONTRADICTED),
    (_is_failed,        FAILED),
    (~_is_taken,        Judgement(Outcome.UNKNOWN, BreakKind.OUTCOME_UNKNOWN)),
    (_DATE_DIFFERS,     Judgement(Outcome.HELD, BreakKind.DATE_DIFFERS)),
    (pl.col("renamed"), Judgement(Outcome.HELD, BreakKind.NAME_DIFFERS)),
    (pl.col("settled"), Judgement(Outcome.HELD, BreakKind.SETTLED_STILL_TAKEN)),
    (_taken == _asked,  Judgement(Outcome.EXACT)),
    ((pl.col("full_flag") == _MAY_TAKE_LESS) & (_taken < _asked),
     PARTIAL),
    (pl.lit(value=True), Judgement(Outcome.HELD, BreakKind.AMOUNT_DIFFERS)),
)
# fmt: on

JUDGEMENTS = (
    *(judgement for _, judgement in _RULES),
    HELD_TWICE, NOT_UNIQUE, UNANSWERED,
)  # fmt: skip


def verdict(judgement: Judgement) -> int:
    """A judgement as the number that stands for it in a frame."""
    return JUDGEMENTS.index(judgement)


def judged(frame: pl.DataFrame, meanings: Mapping[str, str]) -> pl.DataFrame:
    """Add `verdict` to instructions joined with their answers (`*_said`, `renamed`, `settled`)."""
    meaning = pl.col("code").replace_strict(meanings, default=None, return_dtype=pl.String)
    number = pl.coalesce(
        pl.when(applies).then(pl.lit(row, pl.UInt8)) for row, (applies, _) in enumerate(_RULES)
    )
    return frame.with_columns(meaning=meaning).with_columns(verdict=number).drop("meaning")


def is_of(*outcomes: Outcome) -> pl.Expr:
    """Whether a row's verdict has one of these outcomes."""
    rows = [row for row, judgement in enumerate(JUDGEMENTS) if judgement.outcome in outcomes]
    return pl.col("verdict").is_in(rows)
