"""What holds for every day, however strange: the laws of the engine. 对账引擎性质"""

import random
from collections import Counter
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bank.model.books import Books, Decided, Side
from connectors.bank.rules.recon.deciding import decide
from tests.connectors.bank.recon.chance import busy, changed, nonsense
from tests.connectors.bank.recon.making import (
    FRAMES,
    account_of,
    asked,
    books,
    due,
    line,
    taken,
    unequal,
)

by_chance = given(chance=st.randoms(use_true_random=False))
TEN, TWENTY, FORTY = (settings(max_examples=n, deadline=None) for n in (10, 20, 40))
PARTS = ("answers", "links", "breaks", "open_items", "expected")


def _named(*sides: Side) -> pl.Expr:
    """The id, but none for sides whose ids say nothing: of equal lines any may stand for all."""
    nameless = pl.col("side").is_in([side.value for side in sides])
    return pl.when(nameless).then(None).otherwise("id").alias("id")


def groups(made: Decided, *, automatic: bool = True) -> Counter:
    """The groups as their members; promised credits by their amount, their ids are ours."""
    rows = made.links.filter(pl.col("automatic") == automatic).with_columns(_named(Side.EXPECTED))
    return Counter(
        (part.item(0, "evidence"), tuple(sorted(part.select("side", "id", "fen").rows(), key=str)))
        for part in rows.partition_by("group")
    )


def broken(made: Decided) -> Counter:
    """The breaks, with the number of their candidates."""
    rows = made.breaks.with_columns(
        _named(Side.EXPECTED, Side.RESULT), pl.col("candidates").list.len()
    )
    return Counter(rows.iter_rows())


@pytest.mark.parametrize("kind", [nonsense, busy])
@FORTY
@by_chance
def test_every_item_and_every_fen_of_any_books_is_somewhere(kind, chance):
    day = kind(chance)
    made = decide(day)
    assert unequal(day, made) == []
    assert made.answers["instruction"].to_list() == sorted(day.instructions["id"].to_list())
    used = made.links.filter("automatic").select("side", "id").rows()
    kept = made.open_items.select("side", "id").rows()
    assert len(set(used + kept)) == len(used) + len(kept)


@TWENTY
@by_chance
def test_the_order_of_rows_changes_nothing(chance):
    day = chance.choice([busy, nonsense])(chance)
    seed = chance.randrange(1000)
    mixed = changed(day, lambda frame: frame.sample(fraction=1, shuffle=True, seed=seed))
    one, other = decide(day), decide(mixed)
    assert all(getattr(one, part).equals(getattr(other, part)) for part in PARTS)


@TWENTY
@by_chance
def test_the_ids_mean_nothing(chance):
    day = busy(chance)
    turned = changed(
        day,
        lambda frame: frame.with_columns(id=99 - pl.col("id")) if "id" in frame.columns else frame,
    )
    back = _turned_back(decide(turned))
    one = decide(day)
    assert groups(one) == groups(back)
    assert groups(one, automatic=False) == groups(back, automatic=False)
    assert broken(one) == broken(back)


def _turned_back(made: Decided) -> Decided:
    back = 99 - pl.col("id")
    return replace(
        made, links=made.links.with_columns(id=back), breaks=made.breaks.with_columns(id=back)
    )


@TWENTY
@by_chance
def test_amounts_in_another_unit_are_decided_alike(chance):
    day, factor = busy(chance), chance.choice([3, 7])
    more = changed(day, lambda frame: frame.with_columns(pl.col("^.*fen$") * factor))
    one, other = decide(day), decide(more)
    for part in PARTS:
        scaled = getattr(one, part).with_columns(pl.col("^.*fen$") * factor)
        assert scaled.equals(getattr(other, part))


@TWENTY
@by_chance
def test_a_loan_nobody_here_has_to_do_with_changes_nothing(chance):
    day = busy(chance)
    far = asked(500, batch_no="ANOTHER")
    strangers = books(
        instructions=[far], results=[taken(far)], dues=[due(500, 100)],
        registered=[account_of(500)], statement=[line(500, 100, other_account="X")],
    )  # fmt: skip
    both = replace(day, **{n: pl.concat([getattr(day, n), getattr(strangers, n)]) for n in FRAMES})
    one, more = decide(day), decide(both)
    assert groups(one) - groups(more) == Counter()
    assert broken(one) - broken(more) == Counter()
    assert all(kind == "STATEMENT_UNCLAIMED" for kind, *_ in broken(more) - broken(one))


@TWENTY
@by_chance
def test_no_match_is_invented(chance):
    day = busy(chance)
    made = decide(day)
    side = {one.value: pl.col("side") == one.value for one in Side}
    sums = (
        made.links.filter("automatic")
        .group_by("group", "stage")
        .agg(
            pl.col("fen").filter(side["statement"]).sum().alias("shown"),
            pl.col("fen").filter(~side["statement"]).sum().alias("meant"),
        )
    )
    assert sums.filter((pl.col("stage") == 2) & (pl.col("shown") != 0)).is_empty()
    assert sums.filter((pl.col("stage") > 2) & (pl.col("shown") != pl.col("meant"))).is_empty()
    for stage, shown, owed in _receipts(day, made):
        if stage == 6:
            text = shown["remark"] + shown["summary"] + shown["other_name"]
            assert owed["loan_no"] in text or owed["contract_no"] in text
        else:
            paying = (shown["other_account"], owed["borrower"])
            assert paying in day.registered.select("account", "borrower").rows()


def _receipts(day: Books, made: Decided):
    """The automatic receipts: pass, the line, the due."""
    rows = made.links.filter(pl.col("automatic") & pl.col("stage").is_in([6, 8]))
    lines = {row["id"]: row for row in day.statement.iter_rows(named=True)}
    dues = {row["id"]: row for row in day.dues.iter_rows(named=True)}
    for part in rows.partition_by("group"):
        of = dict(part.select("side", "id").iter_rows())
        yield part.item(0, "stage"), lines[of["statement"]], dues[of["due"]]


@TWENTY
@by_chance
def test_a_second_candidate_turns_a_match_into_a_break_and_never_into_another(chance):
    day = busy(chance)
    made = decide(day)
    for _, shown, owed in _receipts(day, made):
        twin = pl.DataFrame([owed | {"id": 900, "instalment_no": 99}], schema=day.dues.schema)
        more = decide(replace(day, dues=pl.concat([day.dues, twin])))
        used = more.links.filter(pl.col("automatic") & (pl.col("side") == "statement"))
        assert shown["id"] not in used["id"]
        assert shown["id"] in more.breaks.filter(side="statement")["id"]
        assert groups(more) - groups(made) == Counter()


@TWENTY
@by_chance
def test_a_booking_and_its_full_reversal_are_as_if_they_had_never_been(chance):
    day = busy(chance)
    there = line(700, 100, other_account="X")
    back = there | {"id": 701, "host_serial": "BACK", "fen": -100, "reversal": True,
                    "original_serial": there["host_serial"]}  # fmt: skip
    both = pl.DataFrame([there, back], schema=day.statement.schema)
    one, more = decide(day), decide(replace(day, statement=pl.concat([day.statement, both])))
    assert broken(one) == broken(more)
    assert sum((groups(more) - groups(one)).values()) == 1


@TEN
@by_chance
def test_naming_the_loan_that_was_matched_keeps_the_match(chance):
    day = busy(chance)
    for stage, shown, owed in _receipts(day, decide(day)):
        said = pl.when(pl.col("id") == shown["id"]).then(pl.lit(owed["loan_no"]))
        named = day.statement.with_columns(remark=said.otherwise("remark"))
        pairs = [
            (line_["id"], due_["id"])
            for _, line_, due_ in _receipts(day, decide(replace(day, statement=named)))
        ]
        assert (shown["id"], owed["id"]) in pairs, stage


def test_the_days_of_chance_have_everything_in_them():
    """A law over days without matches would say little."""
    seen: Counter = Counter()
    for seed in range(80):
        made = decide(busy(random.Random(seed)))
        seen.update(made.links.filter("automatic").get_column("evidence").unique().to_list())
        seen.update(made.breaks.get_column("kind").unique().to_list())
    expected = {
        "LOAN_AND_DUE", "PAYER_ACCOUNT", "DECLARED_GROUP", "HOST_SERIAL", "REVERSAL_SERIAL",
        "RECEIPT_BOOKED", "AMBIGUOUS", "LUMP_DIFFERS", "AMOUNT_DIFFERS", "CROSS_DAY",
        "DOUBLE_DEDUCTION", "STATEMENT_UNCLAIMED", "POSTED_NOT_TAKEN", "REVERSAL_UNPAIRED",
    }  # fmt: skip
    assert {name for name in expected if seen[name] < 2} == set()
