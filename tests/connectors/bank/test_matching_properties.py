"""Properties of matching over whole nights by chance; and that a weaker rule breaks one. 性质"""

import random
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bank.model import BreakKind, Outcome
from connectors.bank.rules import matching
from tests.connectors.bank.night_properties import PROPERTIES
from tests.connectors.bank.nights import night_of

SOURCE = Path(matching.__file__).read_text(encoding="utf-8")
NIGHTS = 400
OF_MATCHING = {
    BreakKind.PARTIAL_DEDUCTION, BreakKind.AMOUNT_DIFFERS, BreakKind.STATUS_DIFFERS,
    BreakKind.OUTCOME_UNKNOWN, BreakKind.CODE_UNKNOWN, BreakKind.DETAILS_DIFFER,
    BreakKind.NAME_DIFFERS, BreakKind.DATE_DIFFERS, BreakKind.MISSING_RESULT,
    BreakKind.EXTRA_RESULT, BreakKind.DOUBLE_DEDUCTION,
}  # fmt: skip


@pytest.mark.parametrize("name", PROPERTIES)
@settings(max_examples=120)
@given(chance=st.randoms(use_true_random=False))
def test_it_holds_for_every_night(name, chance):
    PROPERTIES[name](matching.decide, night_of(chance), chance)


def test_the_nights_of_chance_have_everything_in_them():
    """A property over nights without partial or double deductions would say little."""
    outcomes, kinds = Counter(), Counter()
    for seed in range(NIGHTS):
        night = night_of(random.Random(seed))
        decision = matching.decide(night.instructions, night.results)
        outcomes.update(match.outcome for match in decision.matches)
        kinds.update(found.kind for found in decision.breaks)
    assert all(outcomes[outcome] > NIGHTS / 100 for outcome in Outcome)
    assert all(kinds[kind] > NIGHTS / 100 for kind in OF_MATCHING)


def breaks(decide, name: str) -> bool:
    """Whether a property does not hold for some night."""
    for seed in range(NIGHTS):
        chance = random.Random(seed)
        try:
            PROPERTIES[name](decide, night_of(chance), chance)
        except (AssertionError, LookupError, TypeError):
            return True
    return False


FIRST_RULE = "    ({}, Judgement(Outcome.HELD, BreakKind.{})),\n"
# what is weakened: which property must notice, and the texts with what becomes of them
WEAKER = {
    "date not compared": (
        "no_invention",
        "    (_date_differs, Judgement(Outcome.HELD, BreakKind.DATE_DIFFERS)),\n", "",
    ),
    "date may lie before": ("no_invention", "return not 0 <= days <=", "return not days <="),
    "loan not compared": (
        "no_invention", "        asked.loan_no,\n", "", "        result.loan_no,\n", "",
    ),
    "instalment not compared": (
        "no_invention", "        asked.instalment_no,\n", "", "        result.instalment_no,\n", "",
    ),
    "account not compared": (
        "no_invention", "        asked.payer_account,\n", "", "        result.payer_account,\n", "",
    ),
    "asked amount not compared": (
        "no_invention", "        asked.asked_fen,\n", "", "        result.asked_fen,\n", "",
    ),
    "full flag not compared": (
        "no_invention", "        asked.full_flag,\n", "", "        result.full_flag,\n", "",
    ),
    "parts not added up": (
        "no_invention", FIRST_RULE.format("_parts_differ", "DETAILS_DIFFER"), "",
    ),
    "name not compared": (
        "no_invention", FIRST_RULE.format("_name_differs", "NAME_DIFFERS"), "",
    ),
    "status not looked at": (
        "no_invention", FIRST_RULE.format("_status_differs", "STATUS_DIFFERS"), "",
    ),
    "booking not looked at": (
        "no_invention",
        "result.taken_fen == 0 or not (dated and numbered)", "result.taken_fen == 0",
    ),
    "half a booking will do": (
        "no_invention", "not (dated and numbered)", "not (dated or numbered)",
    ),
    "a failure may take money": (
        "money_that_posts_nothing_is_a_break", "result.taken_fen > 0 or (", "(",
    ),
    "a failure may be booked": (
        "money_that_posts_nothing_is_a_break",
        " or (_meaning(result) in FAILURES and (dated or numbered))", "",
    ),
    "unknown is failed": (
        "money_that_posts_nothing_is_a_break",
        "lambda a, r: _meaning(r) in FAILURES,", "lambda a, r: not _taken(r),",
    ),
    "less is as good": (
        "no_invention", "r.taken_fen == a.asked_fen", "r.taken_fen <= a.asked_fen",
    ),
    "more is as good": (
        "no_invention", "r.taken_fen == a.asked_fen", "r.taken_fen >= a.asked_fen",
    ),
    "a fen more or less is as good": (
        "no_invention", "r.taken_fen == a.asked_fen", "abs(r.taken_fen - a.asked_fen) <= 1",
    ),
    "partial without its flag": (
        "money_that_posts_nothing_is_a_break", "a.full_flag == _MAY_TAKE_LESS and ", "",
    ),
    "paid twice": ("paid_once", "if took and first !=", "if False and first !="),
    "the last of two posts": ("paid_once", "for key in reversed(full)", "for key in full"),
    "a partial beside a full one": (
        "paid_once", "in (Outcome.EXACT, Outcome.PARTIAL)", "in (Outcome.EXACT,)",
    ),
    "the last answer wins": ("ambiguity_never_matches", "if key in found:", "if False:"),
    "serial without batch": (
        "one_match_each", "key = (item.batch_no, item.serial)", 'key = ("", item.serial)',
    ),
    "extra answers forgotten": (
        "conservation", "for key in sorted(answers.keys() - asked.keys())", "for key in ()",
    ),
    "every extra is a double": (
        "doubles_are_doubles", "result.taken_fen > 0 and _instalment(result) in taken",
        "result.taken_fen > 0",
    ),
    "asked is as good as taken": (
        "doubles_are_doubles",
        "{_instalment(answers[key]) for key in judged if answers[key].taken_fen}",
        "{_instalment(asked[key]) for key in asked}",
    ),
    "order of arrival": (
        "order_does_not_matter", "for key in sorted(asked):", "for key in asked:",
    ),
    "taken money not carried": ("conservation", "unbooked_fen=taken,", "unbooked_fen=0,"),
    "a held break forgotten": (
        "conservation", "if judgement.kind is not None:",
        "if judgement.kind is BreakKind.MISSING_RESULT:",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WEAKER)
def test_a_weakened_rule_is_noticed(what):
    noticed_by, *changes = WEAKER[what]
    source = SOURCE
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert source.count(old) == 1, f"{source.count(old)} times: {old}"
        source = source.replace(old, new)
    module = ModuleType(matching.__name__)
    exec(compile(source, what, "exec"), module.__dict__)
    assert breaks(module.decide, noticed_by)


@pytest.mark.parametrize("name", PROPERTIES)
def test_the_rules_as_they_are_break_none(name):
    assert not breaks(matching.decide, name)
