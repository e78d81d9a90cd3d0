"""Loan and contract numbers in what a payer wrote; only numbers that exist. 附言里的贷款号"""

import polars as pl

from connectors.bank.model.books import Books

# In this order, because people write the number in the remark first (备注 > 摘要 > 对手户名).
FIELDS = ("remark", "summary", "other_name")
# Shorter numbers are met by chance in any text.
SHORTEST = 6
# A number must stand alone: a card number that happens to contain a loan number names no loan.
_TOKENS = (r"[0-9A-Za-z][0-9A-Za-z_/\-]*", r"[0-9A-Za-z]+", r"[0-9]+")


def named(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """The lines that name a loan: `id`, `loans`, and `many` where they name different ones.

    The first field with a number that exists decides; in it the longest of overlapping numbers.
    """
    tokens = pl.concat([_tokens(lines, number) for number in range(len(FIELDS))])
    valid = tokens.join(_known(books, tokens.get_column("reference").unique()), on="reference")
    first = valid.filter(pl.col("field") == pl.col("field").min().over("id"))
    return (
        _longest(first)
        .group_by("id")
        .agg(
            loans=pl.col("loans").explode().unique().sort(),
            many=pl.col("loans").n_unique() > 1,
        )
    )


def _known(books: Books, said: pl.Series) -> pl.DataFrame:
    """Those numbers of the said ones that exist, with the loans they stand for.

    Settled loans count: money for one must not be taken for another's.
    """
    numbers = [
        books.dues.select("loan_no", reference="loan_no"),
        books.dues.select("loan_no", reference="contract_no"),
        books.registered.select("loan_no", reference="loan_no"),
    ]
    long_enough = said.filter(said.str.len_chars() >= SHORTEST).implode()
    found = pl.concat(rows.filter(pl.col("reference").is_in(long_enough)) for rows in numbers)
    return found.group_by("reference").agg(loans=pl.col("loan_no").unique().sort())


def _tokens(lines: pl.DataFrame, number: int) -> pl.DataFrame:
    """Every run of letters and digits of one field, full-width ones folded."""
    text = pl.col(FIELDS[number]).str.normalize("NFKC")
    runs = pl.concat_list(text.str.extract_all(pattern) for pattern in _TOKENS)
    return (
        lines.filter(pl.col(FIELDS[number]) != "")
        .select("id", field=pl.lit(number, pl.UInt8), reference=runs)
        .explode("reference")
        .drop_nulls()
        .unique()
    )


def _longest(found: pl.DataFrame) -> pl.DataFrame:
    """Without the numbers that are a part of a longer one of the same line."""
    several = found.filter(pl.col("id").is_duplicated())
    other = several.select("id", longer="reference")
    parts = (
        several.join(other, on="id")
        .filter(
            (pl.col("reference") != pl.col("longer"))
            & pl.col("longer").str.contains(pl.col("reference"), literal=True)
        )
        .select("id", "reference")
    )
    return found.join(parts, on=["id", "reference"], how="anti")
