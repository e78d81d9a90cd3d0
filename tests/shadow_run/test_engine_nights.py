"""Months of nights through the engine, held against what really happened. 引擎影子运行"""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from sandbox.months.bank import MonthBank
from sandbox.months.spans import AUTUMN, SPRING, Span
from sandbox.world import BANKS
from tests.shadow_run.judging import Judge

# In make test a small month across Spring Festival; make shadow asks for sixty nights, twice.
NIGHTS = int(os.environ.get("GATEWAY_SHADOW_NIGHTS", "0"))
SEED = os.environ.get("GATEWAY_SHADOW_SEED", "months")
LOANS = int(os.environ.get("GATEWAY_SHADOW_LOANS", "40"))
SMALL = Span(date(2026, 2, 9), 22)
SPANS = [Span(SPRING, NIGHTS), Span(AUTUMN, NIGHTS)] if NIGHTS else [SMALL]


@pytest.mark.parametrize("span", SPANS, ids=lambda span: f"{span.first}x{span.nights}")
def test_nothing_is_matched_wrongly_and_every_planted_break_is_found_with_its_type(months, span):
    accounts = months(*(MonthBank(SEED, bank, LOANS, span) for bank in BANKS[:2]))
    judges = [Judge() for _ in accounts]
    for day in span.days():
        accounts[0].acts.advance(day)
        for account, judge in zip(accounts, judges, strict=True):
            judge.judge(account.night(day))
    sys.stdout.write("\n".join(told(judges)) + "\n")
    for judge in judges:
        assert judge.wrong == []
        assert judge.missed == []
        assert judge.invented == []
        assert judge.unequal == []


def told(judges: Sequence[Judge]) -> Iterator[str]:
    """Recall by class of break, and how much of each kind of money found its place by itself."""
    recall: Counter[tuple[str, bool]] = sum((judge.recall for judge in judges), Counter())
    for kind in sorted({kind for kind, _ in recall}):
        yield f"{kind:24}{recall[kind, True]:6} of {recall[kind, True] + recall[kind, False]}"
    for rows in zip(*(judge.by_origin() for judge in judges), strict=True):
        found, all_of_them = sum(row[1] for row in rows), sum(row[2] for row in rows)
        yield f"{rows[0][0]:24}{found:6} of {all_of_them} matched"


def test_the_judge_sees_a_wrong_answer_a_wrong_match_and_a_break_that_is_missing(months):
    """What finds nothing must be able to find something."""
    account, judge = months(MonthBank(SEED, BANKS[0], LOANS, SMALL))[0], Judge()
    *earlier, last = SMALL.days()[:4]
    for day in earlier:
        account.acts.advance(day)
        judge.judge(account.night(day))
    account.acts.advance(last)
    night = account.night(last)
    assert (judge.wrong, judge.missed) == ([], [])
    links, answers = night.decided.links, night.decided.answers
    spoilt = replace(
        night.decided,
        answers=answers.with_columns(taken_fen=pl.col("taken_fen") + 1),
        links=links.with_columns(id=pl.col("id").max().over("side") - pl.col("id")),
        breaks=night.decided.breaks.head(0),
    )
    judge.judge(replace(night, decided=spoilt))
    assert len([what for what in judge.wrong if "is really" in what]) == answers.height
    assert [what for what in judge.wrong if "matched wrongly" in what]
    assert len(judge.missed) >= len({*night.planted})
    assert judge.unequal
