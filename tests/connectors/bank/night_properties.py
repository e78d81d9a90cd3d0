"""What must hold for every night, as functions of the decider: a weakened one is tried too. 性质"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from connectors.bank.model import BreakKind, Decision, DeductionResult, Direction, Outcome
from connectors.bank.rules.proof import equations, is_proved
from connectors.bank.verdicts import FAILURES, RESULT_CODES
from connectors.core_system.model import Instruction
from gateway.errors import GatewayError
from gateway.identity import fold_name
from tests.connectors.bank.nights import AMOUNTS, LOANS, Night, sums_of
from tests.connectors.bank.samples import answer, asked

Decide = Callable[[Sequence[Instruction], Sequence[DeductionResult]], Decision]


def conservation(decide: Decide, night: Night, chance: random.Random) -> None:
    """Every instruction and every line, and every fen of them, is somewhere."""
    decision = decide(night.instructions, night.results)
    refused = [one.serial for one in night.instructions if chance.random() < 0.2]
    sums = sums_of(night, decision, refused)
    assert [one.title for one in equations(sums) if not one.holds] == []
    assert is_proved(sums)


def one_match_each(decide: Decide, night: Night, chance: random.Random) -> None:
    """Each instruction has one match; each line is in one match or in one break of its own."""
    decision = decide(night.instructions, night.results)
    keys = [(match.batch_no, match.serial) for match in decision.matches]
    assert keys == sorted((one.batch_no, one.serial) for one in night.instructions)
    matched = [match.line for match in decision.matches if match.line is not None]
    extra = [b.line for b in decision.breaks if (b.batch_no, b.serial) not in keys]
    assert sorted(matched + extra) == sorted(one.line for one in night.results)


def no_invention(decide: Decide, night: Night, chance: random.Random) -> None:
    """What posts has equal keys, fields and amounts, a name that agrees, parts that add up."""
    lines = {one.line: one for one in night.results}
    of = {(one.batch_no, one.serial): one for one in night.instructions}
    for match in decide(night.instructions, night.results).matches:
        if match.outcome is not Outcome.EXACT:
            continue
        to, said = of[match.batch_no, match.serial], lines[match.line]
        assert said.code == "00000"
        assert said.host_date is not None
        assert 0 <= (said.host_date - to.business_date).days <= 9
        assert said.host_serial
        assert fold_name(to.payer_name) == fold_name(said.payer_name)
        assert to.asked_fen == to.principal_fen + to.interest_fen + to.penalty_fen
        assert 0 < to.asked_fen == said.asked_fen == said.taken_fen == match.taken_fen
        for name in (
            "batch_no",
            "serial",
            "loan_no",
            "instalment_no",
            "payer_account",
            "full_flag",
        ):
            assert getattr(to, name) == getattr(said, name), name


def paid_once(decide: Decide, night: Night, chance: random.Random) -> None:
    """No instalment posts twice, and of several full successes the first one posts."""
    of = {(one.batch_no, one.serial): one for one in night.instructions}
    decision = decide(night.instructions, night.results)
    posted = [
        (of[m.batch_no, m.serial].loan_no, of[m.batch_no, m.serial].instalment_no)
        for m in decision.matches if m.outcome is Outcome.EXACT
    ]  # fmt: skip
    assert len(set(posted)) == len(posted)
    partial = [of[m.batch_no, m.serial] for m in decision.matches if m.outcome is Outcome.PARTIAL]
    assert not {(one.loan_no, one.instalment_no) for one in partial} & set(posted)
    alone = [decide([one], night.results) for one in night.instructions]
    full = [d.matches[0] for d in alone if d.matches[0].outcome is Outcome.EXACT]
    first: dict = {}
    for match in sorted(full, key=lambda m: (m.batch_no, m.serial)):
        to = of[match.batch_no, match.serial]
        first.setdefault((to.loan_no, to.instalment_no), (match.batch_no, match.serial))
    exact = [(m.batch_no, m.serial) for m in decision.matches if m.outcome is Outcome.EXACT]
    assert sorted(exact) == sorted(first.values())


def money_that_posts_nothing_is_a_break(
    decide: Decide, night: Night, chance: random.Random
) -> None:
    """Only full successes and plain failures are quiet; a failure took and booked nothing."""
    decision = decide(night.instructions, night.results)
    broken = {(b.batch_no, b.serial): b for b in decision.breaks}
    lines = {one.line: one for one in night.results}
    quiet = (Outcome.EXACT, Outcome.FAILED)
    for match in decision.matches:
        found = broken.get((match.batch_no, match.serial))
        assert (found is None) is (match.outcome in quiet)
        assert found is None or found.unbooked_fen == match.taken_fen
        if match.outcome is Outcome.FAILED:
            said = lines[match.line]
            assert (said.taken_fen, said.host_date, said.host_serial) == (0, None, "")
            assert RESULT_CODES[said.code].meaning in FAILURES
        if match.outcome is Outcome.PARTIAL:
            assert lines[match.line].full_flag == "1"
    assert len(broken) == len(decision.breaks)


def doubles_are_doubles(decide: Decide, night: Night, chance: random.Random) -> None:
    """A double deduction names an instalment for which the bank took money on another line too."""
    decision = decide(night.instructions, night.results)
    took = Counter((r.loan_no, r.instalment_no) for r in night.results if r.taken_fen)
    lines = {one.line: one for one in night.results}
    for found in decision.breaks:
        if found.kind is BreakKind.DOUBLE_DEDUCTION:
            said = lines[found.line]
            assert took[said.loan_no, said.instalment_no] > 1
            assert (found.direction, found.amount_fen) == (Direction.LONG, said.taken_fen)


def order_does_not_matter(decide: Decide, night: Night, chance: random.Random) -> None:
    """Shuffled inputs give the same decision."""
    instructions, results = list(night.instructions), list(night.results)
    expected = decide(instructions, results)
    chance.shuffle(instructions)
    chance.shuffle(results)
    assert decide(instructions, results) == expected


def names_of_things_do_not_matter(decide: Decide, night: Night, chance: random.Random) -> None:
    """Loans, cards and people renamed throughout: the decision is the same."""

    def renamed(one):
        return replace(
            one,
            loan_no=f"贷{one.loan_no[::-1]}",
            payer_account=f"卡{one.payer_account[::-1]}",
            payer_name=f"某{one.payer_name}",
        )  # fmt: skip

    expected = decide(night.instructions, night.results)
    found = decide(list(map(renamed, night.instructions)), list(map(renamed, night.results)))
    assert found == expected


def the_unit_does_not_matter(decide: Decide, night: Night, chance: random.Random) -> None:
    """All amounts times seven: the same decision over seven times the money."""

    def times(one, *fields):
        return replace(one, **{name: getattr(one, name) * 7 for name in fields})

    parts = ("asked_fen", "principal_fen", "interest_fen", "penalty_fen")
    before = decide(night.instructions, night.results)
    after = decide(
        [times(one, *parts) for one in night.instructions],
        [times(one, "asked_fen", "taken_fen") for one in night.results],
    )
    assert after.matches == tuple(times(one, "taken_fen") for one in before.matches)
    assert after.breaks == tuple(times(one, "amount_fen", "unbooked_fen") for one in before.breaks)


def an_unrelated_loan_changes_nothing(decide: Decide, night: Night, chance: random.Random) -> None:
    """One more loan, asked for and answered: all else is decided as before."""
    more = asked(99, batch_no="B1", loan_no="L99", payer_account="C1", asked_fen=250,
                 principal_fen=250, interest_fen=0)  # fmt: skip
    before = decide(night.instructions, night.results)
    after = decide([*night.instructions, more], [*night.results, answer(more, line=99)])
    assert [m for m in after.matches if m.serial != 99] == list(before.matches)
    assert after.breaks == before.breaks
    assert [m.outcome for m in after.matches if m.serial == 99] == [Outcome.EXACT]


def ambiguity_never_matches(decide: Decide, night: Night, chance: random.Random) -> None:
    """A second candidate for one key, on either side, stops everything: none is chosen."""
    if night.instructions:
        twin = replace(chance.choice(night.instructions), loan_no=chance.choice(LOANS))
        assert _refused(decide, [*night.instructions, twin], night.results)
    if night.results:
        twin = replace(chance.choice(night.results), line=50, taken_fen=chance.choice(AMOUNTS))
        assert _refused(decide, night.instructions, [*night.results, twin])


def _refused(decide: Decide, instructions, results) -> bool:
    try:
        decide(instructions, results)
    except GatewayError:
        return True
    return False


PROPERTIES = {
    one.__name__: one
    for one in (
        conservation,
        one_match_each,
        no_invention,
        paid_once,
        money_that_posts_nothing_is_a_break,
        doubles_are_doubles,
        order_does_not_matter,
        names_of_things_do_not_matter,
        the_unit_does_not_matter,
        an_unrelated_loan_changes_nothing,
        ambiguity_never_matches,
    )
}
