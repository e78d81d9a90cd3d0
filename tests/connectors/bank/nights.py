"""Whole nights by chance, nonsense included, and what must hold for every one of them. 随机夜晚

Few loans, instalments, cards and amounts, so that everything that can collide does. A property is
a function of the decider under test, so that a weakened one can be tried too.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from connectors.bank.model import BreakKind, Decision, DeductionResult, Direction, Outcome
from connectors.bank.rules.proof import NightSums, Sum, equations, is_proved
from connectors.bank.verdicts import FAILURES, RESULT_CODES
from connectors.core_system.model import Instruction
from gateway.errors import GatewayError
from gateway.identity import fold_name
from tests.connectors.bank.samples import DAY, answer, asked

Decide = Callable[[Sequence[Instruction], Sequence[DeductionResult]], Decision]

_LOANS, _CARDS = ("L1", "L2", "L3"), ("C1", "C2")
_NAMES = ("沙箱䶮", "沙箱·阿依古丽", "沙箱伟")
_AMOUNTS = (100, 250, 250, 990)
_CODES = ("00000", "00000", "00000", "03008", "03031", "99999", "03051", "07777")


@dataclass(frozen=True)
class Night:
    """What was asked and what the bank answered."""

    instructions: tuple[Instruction, ...]
    results: tuple[DeductionResult, ...]


def night_of(chance: random.Random) -> Night:
    """A night; every key stands once on each side, whatever else is wrong."""
    serials = chance.sample(range(1, 10), chance.randint(0, 7))
    instructions = tuple(_instruction(chance, serial) for serial in serials)
    results = [_result(chance, one) for one in instructions if chance.random() < 0.9]
    strays = [_instruction(chance, n) for n in chance.sample(range(10, 15), chance.randint(0, 3))]
    results += [_result(chance, one) for one in strays]
    chance.shuffle(results)
    return Night(instructions, tuple(replace(r, line=n) for n, r in enumerate(results, start=2)))


def _instruction(chance: random.Random, serial: int) -> Instruction:
    amount = chance.choice(_AMOUNTS)
    interest = chance.randint(0, amount // 2)
    crooked = chance.random() < 0.05
    return asked(
        serial,
        batch_no=chance.choice(["B1", "B1", "B1", "B2"]),
        loan_no=chance.choice(_LOANS),
        instalment_no=chance.randint(1, 2),
        payer_account=chance.choice(_CARDS),
        payer_name=chance.choice(_NAMES),
        asked_fen=amount,
        principal_fen=amount - interest + crooked,
        interest_fen=interest,
        full_flag=chance.choice("001"),
    )


def _result(chance: random.Random, to: Instruction) -> DeductionResult:
    honest = answer(to, host_serial=f"H{to.serial}")
    if chance.random() < 0.4:
        return replace(honest, payer_name=to.payer_name.replace("·", "•"))
    if chance.random() < 0.3:
        return replace(honest, taken_fen=chance.choice([to.asked_fen // 2, to.asked_fen + 1]))
    if chance.random() < 0.5:
        nothing = {"taken_fen": 0, "host_date": None, "host_serial": ""}
        said = replace(honest, code=chance.choice(_CODES), **nothing)
        contradiction = {"taken_fen": to.asked_fen, "host_date": DAY, "host_serial": "H"}
        if chance.random() < 0.5:
            return said
        name = chance.choice(sorted(contradiction))
        return replace(said, **{name: contradiction[name]})
    nonsense = {
        "loan_no": chance.choice(_LOANS), "instalment_no": chance.randint(1, 2),
        "payer_account": chance.choice(_CARDS), "payer_name": chance.choice(_NAMES),
        "asked_fen": chance.choice(_AMOUNTS), "taken_fen": chance.choice((0, *_AMOUNTS)),
        "full_flag": chance.choice("01"), "code": chance.choice(_CODES),
        "host_date": chance.choice([DAY, None]), "host_serial": chance.choice(["H", ""]),
        "batch_no": chance.choice(["B1", "B2"]),
    }  # fmt: skip
    chosen = chance.sample(sorted(nonsense), chance.randint(1, 4))
    return replace(honest, **{name: nonsense[name] for name in chosen})


# ------------------------------------------------------------------ the proof's own path


def sums_of(night: Night, decision: Decision, refused: Sequence[int] = ()) -> NightSums:
    """A night's sums over its rows; the ledger refuses the postings of these serials."""
    of = {(one.batch_no, one.serial): one for one in night.instructions}
    asked_by, taken_by = Counter(), Counter()
    for match in decision.matches:
        asked_by[match.outcome] += of[match.batch_no, match.serial].asked_fen
        taken_by[match.outcome] += match.taken_fen
    count = Counter(match.outcome for match in decision.matches)
    lines = {match.line for match in decision.matches}
    extra = [one for one in night.results if one.line not in lines]
    exact = [match for match in decision.matches if match.outcome is Outcome.EXACT]
    posted = [match for match in exact if match.serial not in refused]
    lost = [match for match in exact if match.serial in refused]
    taken = sum(one.taken_fen for one in night.results)
    return NightSums(
        instructions=Sum(len(night.instructions), sum(o.asked_fen for o in night.instructions)),
        asked={outcome: Sum(count[outcome], asked_by[outcome]) for outcome in count},
        taken={outcome: Sum(count[outcome], taken_by[outcome]) for outcome in count},
        result_lines=Sum(len(night.results), sum(one.asked_fen for one in night.results)),
        result_taken_fen=taken,
        line_taken=Sum(len(night.results), taken),
        extra=Sum(len(extra), sum(one.taken_fen for one in extra)),
        opening_fen=1_000,
        moves_fen=taken,
        closing_fen=1_000 + taken,
        lump_fen=taken,
        lump_break_fen=0,
        posted=Sum(len(posted), sum(match.taken_fen for match in posted)),
        refused=Sum(len(lost), sum(match.taken_fen for match in lost)),
        open=Sum(),
        unbooked_fen=sum(b.unbooked_fen for b in decision.breaks) + sum(m.taken_fen for m in lost),
    )


# ------------------------------------------------------------------ what must hold


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
        twin = replace(chance.choice(night.instructions), loan_no=chance.choice(_LOANS))
        assert _refused(decide, [*night.instructions, twin], night.results)
    if night.results:
        twin = replace(chance.choice(night.results), line=50, taken_fen=chance.choice(_AMOUNTS))
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
