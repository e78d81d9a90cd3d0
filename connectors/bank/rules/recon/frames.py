"""Small steps all passes are made of: tidy columns, places in a batch, what is left. 账册工具"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from connectors.bank.model.books import Books
from connectors.core_system.model import PostingKind

# As many as there are serials (Int32, a bank may write nonsense): each batch has places of its own.
PLACES = 2**32
# What a bank's dialect may leave out of a result line; null then means "not said".
_UNSAID = frozenset({"instalment_no", "payer_account", "payer_name", "asked_fen"})
# QUIRK: ICBC writes the text null where a booking has no counterparty (B38).
_NOBODY = ("null", "NULL")


def tidied(books: Books) -> Books:
    """The same books without nulls where a rule would compare them: "" and 0 say nothing."""
    sheet = _filled(books.statement)
    nobody = pl.col("other_account").is_in(_NOBODY)
    return replace(
        books,
        instructions=_filled(books.instructions),
        results=_filled(books.results, _UNSAID),
        statement=sheet.with_columns(
            other_account=pl.when(nobody).then(pl.lit("")).otherwise("other_account")
        ),
        expected=_filled(books.expected),
        ledger=_filled(books.ledger),
        dues=_filled(books.dues),
        registered=_filled(books.registered),
        offsets=_filled(books.offsets),
    )


def _filled(frame: pl.DataFrame, unsaid: frozenset[str] = frozenset()) -> pl.DataFrame:
    """Fill the columns that have nulls, dates aside: a date nobody gave stays unknown."""
    holes = [s for s in frame if s.name not in unsaid and s.null_count()]
    return frame.with_columns(s.fill_null(_NOTHING[s.dtype]) for s in holes if s.dtype in _NOTHING)


_NOTHING: dict[pl.DataType | type[pl.DataType], str | int | bool] = {
    pl.String: "",
    pl.Int64: 0,
    pl.Int32: 0,
    pl.Boolean: False,
}


def placed(books: Books) -> Books:
    """Number batch and serial as one `place`, in their order: one integer joins faster than two."""
    frames = (books.instructions, books.results, books.ledger)
    batches = pl.concat([frame.get_column("batch_no").unique() for frame in frames]).unique().sort()
    number = pl.col("batch_no").cast(pl.Enum(batches)).to_physical().cast(pl.Int64)
    place = (number * PLACES + PLACES // 2 + pl.col("serial")).alias("place")
    asked, heard, booked = (frame.with_columns(place) for frame in frames)
    return replace(books, instructions=asked, results=heard, ledger=booked)


def without(frame: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """The rows of the frame whose id is not among these."""
    return frame.filter(~pl.col("id").is_in(ids.implode())) if len(ids) else frame


def among(frame: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """The rows of the frame whose id is among these."""
    return frame.filter(pl.col("id").is_in(ids.implode()))


def doubled(values: pl.Series) -> pl.Series:
    """Which values stand more than once; nulls do not. Counted first: mostly none does."""
    said = values.drop_nulls()
    if said.n_unique() == len(said):
        return pl.repeat(value=False, n=len(values), eager=True)
    return values.is_duplicated() & values.is_not_null()


def one_to_one(left: pl.DataFrame, right: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The rows that have this key alone on both sides, joined: mutual uniqueness, no other."""
    alone = ~pl.struct(key).is_duplicated()
    return left.filter(alone).join(right.filter(alone), on=key)


def listed(frame: pl.DataFrame, key: str, ids: str) -> pl.DataFrame:
    """For each key its ids as a short sorted list `candidates`, cut at the limit."""
    shown = pl.col(ids).unique().sort().head(CANDIDATES_MAX).alias("candidates")
    return frame.group_by(key).agg(shown)


# How many candidates a break names; a person chooses among few or asks the bank.
CANDIDATES_MAX = 20
# A repayment out of the fund account never touches the bank.
AT_THE_BANK = pl.col("kind") != PostingKind.OFFSET.value
