"""Marks: what the passes say of lines they could not settle; the first word counts. 待查标记"""

from collections.abc import Sequence

import polars as pl

from connectors.bank.model import BreakKind
from connectors.bank.model.books import Books, Side

_NO_CANDIDATES = pl.lit([], pl.List(pl.Int64))


def mark(
    lines: pl.DataFrame, kind: BreakKind | pl.Expr, candidates_of: Side | None = None
) -> pl.DataFrame:
    """Say this of these lines; `candidates` are of the given side."""
    side = "" if candidates_of is None else candidates_of.value
    named = pl.col("loan_no") if "loan_no" in lines.columns else pl.lit("")
    return lines.select(
        "id",
        kind=pl.lit(kind.name) if isinstance(kind, BreakKind) else kind,
        loan_no=named,
        candidate_side=pl.lit(side),
        candidates=pl.col("candidates") if candidates_of else _NO_CANDIDATES,
    )


def unclear_marks(unclear: pl.DataFrame) -> pl.DataFrame:
    """Lines with more than one answer, and the dues that could be meant."""
    return mark(unclear, BreakKind.AMBIGUOUS, Side.DUE)


def named_marks(naming: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Lines that name loans and bring none of their dues: too many loans, a settled one, or odd."""
    one = ~pl.col("many") & (pl.col("loans").list.len() == 1)
    loan = naming.with_columns(
        loan_no=pl.when(one).then(pl.col("loans").list.first()).otherwise(pl.lit(""))
    )
    settled = books.registered.filter("settled").get_column("loan_no")
    kind = (
        pl.when("many").then(pl.lit(BreakKind.AMBIGUOUS.name))
        .when(pl.col("loan_no").is_in(settled.implode())).then(pl.lit(BreakKind.SETTLED_STILL_TAKEN.name))
        .otherwise(pl.lit(BreakKind.AMOUNT_DIFFERS.name))
    )  # fmt: skip
    return mark(loan, kind)


def first_words(marks: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One mark a line: that of the first pass that had one."""
    return pl.concat(marks).unique("id", keep="first", maintain_order=True)
