"""Matching: instructions and result lines in, outcomes and typed breaks out. 逐笔勾对

Exact keys only: a result line answers the instruction of its batch number and serial (pass 3 of
the house), and is then verified field by field. Nothing is matched by amount, name or nearness.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Protocol, TypeVar

from connectors.bank.model import (
    Break,
    BreakKind,
    Decision,
    DeductionResult,
    Direction,
    Match,
    Outcome,
)
from connectors.bank.verdicts import FAILURES, RESULT_CODES, CodeClass
from connectors.core_system.model import Instruction
from gateway.errors import Code, error_for
from gateway.identity import fold_name

_MAY_TAKE_LESS = "1"
# A batch sent before the day switch (日切) may be booked on the next working day; the longest
# holidays are eight days.
BOOKED_WITHIN_DAYS = 9

Key = tuple[str, int]
Instalment = tuple[str, int | None]


class Keyed(Protocol):
    """What has a place in a batch: an instruction, a result line."""

    @property
    def batch_no(self) -> str:
        """The batch."""

    @property
    def serial(self) -> int:
        """The place in it."""


K = TypeVar("K", bound=Keyed)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one result line means for its instruction."""

    outcome: Outcome
    kind: BreakKind | None = None


Rule = tuple[Callable[[Instruction, DeductionResult], bool], Judgement]


def _meaning(result: DeductionResult) -> CodeClass | None:
    code = RESULT_CODES.get(result.code)
    return code.meaning if code else None


def _parts_differ(asked: Instruction, result: DeductionResult) -> bool:
    """The ledger compares part by part; parts that do not add up cannot be posted."""
    return asked.asked_fen != asked.principal_fen + asked.interest_fen + asked.penalty_fen


def _details_differ(asked: Instruction, result: DeductionResult) -> bool:
    return (
        asked.loan_no,
        asked.instalment_no,
        asked.payer_account,
        asked.asked_fen,
        asked.full_flag,
    ) != (
        result.loan_no,
        result.instalment_no,
        result.payer_account,
        result.asked_fen,
        result.full_flag,
    )


def _name_differs(asked: Instruction, result: DeductionResult) -> bool:
    return fold_name(asked.payer_name) != fold_name(result.payer_name)


def _taken(result: DeductionResult) -> bool:
    return _meaning(result) is CodeClass.TAKEN


def _status_differs(asked: Instruction, result: DeductionResult) -> bool:
    """The code says one thing and the money or the bank's booking another.

    A line that failed has neither date nor serial unless the bank booked something
    (schemas/bank/README.md); debiting it again could then be a second time.
    """
    dated, numbered = result.host_date is not None, bool(result.host_serial)
    if _taken(result):
        return result.taken_fen == 0 or not (dated and numbered)
    return result.taken_fen > 0 or (_meaning(result) in FAILURES and (dated or numbered))


def _date_differs(asked: Instruction, result: DeductionResult) -> bool:
    """Booked before the business date, or later than the longest holiday explains.

    The date becomes the ledger's booking date, which interest is counted from.
    """
    if result.host_date is None:
        return False
    days = (result.host_date - asked.business_date).days
    return not 0 <= days <= BOOKED_WITHIN_DAYS


# Nobody knows yet on which side money is missing.
_IN_DOUBT = frozenset({BreakKind.OUTCOME_UNKNOWN, BreakKind.MISSING_RESULT, BreakKind.CODE_UNKNOWN})

# The first rule that applies decides. Names confirm and never match: a name that differs holds the
# posting, because the account may have been changed under us (03031 is the bank's word for it).
# fmt: off
_RULES: tuple[Rule, ...] = (
    (_parts_differ, Judgement(Outcome.HELD, BreakKind.DETAILS_DIFFER)),
    (_details_differ, Judgement(Outcome.HELD, BreakKind.DETAILS_DIFFER)),
    (lambda a, r: _meaning(r) is None, Judgement(Outcome.HELD, BreakKind.CODE_UNKNOWN)),
    (_status_differs, Judgement(Outcome.HELD, BreakKind.STATUS_DIFFERS)),
    (lambda a, r: _meaning(r) in FAILURES, Judgement(Outcome.FAILED)),
    (lambda a, r: not _taken(r), Judgement(Outcome.UNKNOWN, BreakKind.OUTCOME_UNKNOWN)),
    (_date_differs, Judgement(Outcome.HELD, BreakKind.DATE_DIFFERS)),
    (_name_differs, Judgement(Outcome.HELD, BreakKind.NAME_DIFFERS)),
    (lambda a, r: r.taken_fen == a.asked_fen, Judgement(Outcome.EXACT)),
    (lambda a, r: a.full_flag == _MAY_TAKE_LESS and r.taken_fen < a.asked_fen,
     Judgement(Outcome.PARTIAL, BreakKind.PARTIAL_DEDUCTION)),
    (lambda a, r: True, Judgement(Outcome.HELD, BreakKind.AMOUNT_DIFFERS)),
)
# fmt: on


def judge(asked: Instruction, result: DeductionResult) -> Judgement:
    """What this result line means for this instruction (B01, B07, B08, B09, B20, B28)."""
    return next(judgement for applies, judgement in _RULES if applies(asked, result))


def decide(instructions: Iterable[Instruction], results: Iterable[DeductionResult]) -> Decision:
    """Decide a night: one match for every instruction, a break for everything that is not proved.

    The order of the inputs does not matter; the decision is in batch and serial order. Raises
    NotConfigured when two instructions have one key, IllegalTransition when two results have:
    which of them is meant is not guessed.
    """
    asked = _by_key(instructions, Code.INTERFACE_DIFFERS)
    answers = _by_key(results, Code.CONTENT_DIFFERS)
    judged = {key: judge(asked[key], answers[key]) for key in asked.keys() & answers.keys()}
    posted = _first_in_full(asked, judged)
    matches: list[Match] = []
    breaks: list[Break] = []
    for key in sorted(asked):
        judgement = _once(asked[key], judged.get(key), posted)
        matches.append(_match(asked[key], answers.get(key), judgement))
        if judgement.kind is not None:
            breaks.append(_break(judgement.kind, asked[key], answers.get(key)))
    taken = {_instalment(answers[key]) for key in judged if answers[key].taken_fen}
    breaks += [_extra(answers[key], taken) for key in sorted(answers.keys() - asked.keys())]
    return Decision(tuple(matches), tuple(breaks))


def _by_key(items: Iterable[K], doubled: Code) -> dict[Key, K]:
    found: dict[Key, K] = {}
    for item in items:
        key = (item.batch_no, item.serial)
        if key in found:
            raise error_for(doubled, detail=f"{item.batch_no}-{item.serial}")
        found[key] = item
    return found


def _instalment(item: Instruction | DeductionResult) -> Instalment:
    return item.loan_no, item.instalment_no


def _first_in_full(
    asked: Mapping[Key, Instruction], judged: Mapping[Key, Judgement]
) -> dict[Instalment, Key]:
    """For each instalment taken in full the first instruction that did it."""
    full = sorted(key for key in judged if judged[key].outcome is Outcome.EXACT)
    return {_instalment(asked[key]): key for key in reversed(full)}


def _once(
    asked: Instruction, judgement: Judgement | None, posted: Mapping[Instalment, Key]
) -> Judgement:
    """An instalment is paid once: the first full success posts, any other one is held (B21)."""
    if judgement is None:
        return Judgement(Outcome.MISSING, BreakKind.MISSING_RESULT)
    first = posted.get(_instalment(asked), (asked.batch_no, asked.serial))
    took = judgement.outcome in (Outcome.EXACT, Outcome.PARTIAL)
    if took and first != (asked.batch_no, asked.serial):
        return Judgement(Outcome.HELD, BreakKind.DOUBLE_DEDUCTION)
    return judgement


def _match(asked: Instruction, result: DeductionResult | None, judgement: Judgement) -> Match:
    line, taken = (result.line, result.taken_fen) if result else (None, 0)
    return Match(asked.batch_no, asked.serial, judgement.outcome, line, taken)


def _break(kind: BreakKind, asked: Instruction, result: DeductionResult | None) -> Break:
    taken = result.taken_fen if result else 0
    short = asked.asked_fen - taken
    direction, amount = (Direction.SHORT, short) if short > 0 else (Direction.LONG, taken)
    if kind is BreakKind.DOUBLE_DEDUCTION:
        direction, amount = Direction.LONG, taken
    if kind in _IN_DOUBT:
        direction = Direction.OPEN
    return Break(
        kind=kind,
        direction=direction,
        blocking=True,
        batch_no=asked.batch_no,
        serial=asked.serial,
        line=result.line if result else None,
        amount_fen=amount,
        unbooked_fen=taken,
    )


def _extra(result: DeductionResult, taken: Set[Instalment]) -> Break:
    """A result nobody asked for; with money it is a 长款.

    It is a double one only where the bank also took the same instalment on the line we asked for.
    """
    again = result.taken_fen > 0 and _instalment(result) in taken
    return Break(
        kind=BreakKind.DOUBLE_DEDUCTION if again else BreakKind.EXTRA_RESULT,
        direction=Direction.LONG if result.taken_fen else Direction.OPEN,
        blocking=True,
        batch_no=result.batch_no,
        serial=result.serial,
        line=result.line,
        amount_fen=result.taken_fen,
        unbooked_fen=result.taken_fen,
    )
