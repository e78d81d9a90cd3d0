"""Names as they are compared, a column at a time; the fold of gateway.identity. 户名比对"""

import polars as pl

from gateway.identity import DOT, DOTS

# What str.split() takes for blank beside Unicode's own white space.
_BLANK = r"[\s\x1c-\x1f]+"
_DOT = f"[{DOTS}]"


def folded(name: pl.Expr) -> pl.Expr:
    """A column of names with dot variants and blanks folded (B33), as `fold_name` does it."""
    return name.str.replace_all(_DOT, DOT).str.replace_all(_BLANK, "")


def renamed(frame: pl.DataFrame, ours: str, theirs: str) -> pl.Series:
    """The ids of the rows whose two names differ folded; only those that differ raw are folded."""
    raw = frame.filter(pl.col(ours) != pl.col(theirs))
    return raw.filter(folded(pl.col(ours)) != folded(pl.col(theirs))).get_column("id")
