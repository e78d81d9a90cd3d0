"""Laws of two nights and of other names, by which a hidden choice would show. 性质（续）"""

import random
from collections import Counter
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bank.model.books import Books, Decided
from connectors.bank.rules.recon.deciding import decide
from tests.connectors.bank.recon.brute import rivals
from tests.connectors.bank.recon.chance import busy, changed
from tests.connectors.bank.recon.making import YESTERDAY

by_chance = given(chance=st.randoms(use_true_random=False))
TWENTY = settings(max_examples=20, deadline=None)
# Whatever begins a number of the samples, and what begins it elsewhere.
_ELSEWHERE = {"0809910": "5512377", "99000162": "41110000", "HT2020": "ZZ9999", "PLKK": "QQ"}


def _renamed(day: Books) -> Books:
    """The same day with other loans, contracts, accounts, batches and borrowers."""
    elsewhere = pl.col(pl.String).str.replace_many(_ELSEWHERE)
    moved = changed(day, lambda frame: frame.with_columns(elsewhere))
    turned = pl.col("borrower").str.reverse()
    return replace(
        moved,
        dues=moved.dues.with_columns(turned),
        registered=moved.registered.with_columns(turned),
    )


def _shapes(made: Decided) -> tuple[Counter, Counter, Counter]:
    """What was decided, by ids; numbers and promised credits' ids left out."""
    known = pl.when(pl.col("side") != "expected").then("id").alias("id")
    links = made.links.group_by("group", "evidence", "automatic").agg(
        pl.struct("side", known, "fen").sort()
    )
    return (
        Counter(made.answers.iter_rows()),
        Counter(str(row) for row in links.drop("group").iter_rows()),
        Counter(made.breaks.select("kind", "side", known, "signed_fen").iter_rows()),
    )


@TWENTY
@by_chance
def test_other_names_and_numbers_are_decided_alike(chance):
    day = busy(chance)
    assert _shapes(decide(day)) == _shapes(decide(_renamed(day)))


@pytest.mark.parametrize("seed", range(40))
def test_the_morning_after_nothing_more_is_matched_without_news(seed):
    """What a night could not tell, time alone does not tell: f(f(x)) = f(x)."""
    day = rivals(random.Random(seed)).books()
    made = decide(day)
    waiting = made.open_items.filter(side="statement")
    old = day.statement.with_columns(first_seen=pl.lit(YESTERDAY))
    left = old.join(waiting, on="id", how="semi")
    after = decide(replace(day, statement=left, dues=_unpaid(day, made)))
    assert after.links.filter("automatic").is_empty()


def _unpaid(day: Books, made: Decided) -> pl.DataFrame:
    """The dues of the day after: what was paid is gone, and what paying it has closed."""
    paid = made.links.filter(pl.col("automatic") & (pl.col("side") == "due"))
    gone = day.dues.join(paid, on="id", how="semi")
    off = gone.filter(kind="payoff").get_column("loan_no").implode()
    on = gone.get_column("loan_no").implode()
    of, whole = pl.col("loan_no"), pl.col("kind") == "payoff"
    left = day.dues.join(gone, on="id", how="anti")
    return left.filter(~(of.is_in(off) | (whole & of.is_in(on))))
