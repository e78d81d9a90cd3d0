"""Matching: instructions and result lines in, outcomes and typed breaks out. 逐笔勾对

Exact keys only: a result line answers the instruction of its batch number and serial (pass 3 of
the house), and is then verified field by field. Nothing is matched by amount, name or nearness.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

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
from gateway.identity import fold_name

_FULL_OR_NOTHING = "0"
_MAY_TAKE_LESS = "1"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one result line means for its instruction."""

    outcome: Outcome
    kind: BreakKind | None = None


Rule = tuple[Callable[[Instruction, DeductionResult], bool], Judgement]


def _meaning(result: DeductionResult) -> CodeClass | None:
    code = RESULT_CODES.get(result.code)
    return code.meaning if code else None


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
    """The code says one thing and the money another, or money moved without the bank's booking."""
    booked = result.host_date is not None and bool(result.host_serial)
    return _taken(result) != (result.taken_fen > 0) or (_taken(result) and not booked)


# Nobody knows yet on which side money is missing.
_IN_DOUBT = frozenset({BreakKind.OUTCOME_UNKNOWN, BreakKind.MISSING_RESULT, BreakKind.CODE_UNKNOWN})

# The first rule that applies decides. Names confirm and never match: a name that differs holds the
# posting, because the account may have been changed under us (03031 is the bank's word for it).
# fmt: off
_RULES: tuple[Rule, ...] = (
    (_details_differ, Judgement(Outcome.HELD, BreakKind.DETAILS_DIFFER)),
    (lambda a, r: _meaning(r) is None, Judgement(Outcome.HELD, BreakKind.CODE_UNKNOWN)),
    (_status_differs, Judgement(Outcome.HELD, BreakKind.STATUS_DIFFERS)),
    (lambda a, r: _meaning(r) in FAILURES, Judgement(Outcome.FAILED)),
    (lambda a, r: not _taken(r), Judgement(Outcome.UNKNOWN, BreakKind.OUTCOME_UNKNOWN)),
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

    The order of the inputs does not matter; the decision is in batch and serial order.
    """
    asked = sorted(instructions, key=lambda item: (item.batch_no, item.serial))
    answers = {(result.batch_no, result.serial): result for result in results}
    matches: list[Match] = []
    breaks: list[Break] = []
    paid: set[tuple[str, int]] = set()
    for instruction in asked:
        result = answers.pop((instruction.batch_no, instruction.serial), None)
        match, found = _decide_one(instruction, result, paid)
        matches.append(match)
        breaks += found
    instalments = {(item.loan_no, item.instalment_no) for item in asked}
    for key in sorted(answers):
        breaks.append(_extra(answers[key], instalments))
    return Decision(tuple(matches), tuple(breaks))


def _decide_one(
    asked: Instruction, result: DeductionResult | None, paid: set[tuple[str, int]]
) -> tuple[Match, Sequence[Break]]:
    if result is None:
        match = Match(asked.batch_no, asked.serial, Outcome.MISSING, None, 0)
        return match, [_break(BreakKind.MISSING_RESULT, asked, None)]
    judgement = _once(judge(asked, result), asked, paid)
    match = Match(asked.batch_no, asked.serial, judgement.outcome, result.line, result.taken_fen)
    return match, [_break(judgement.kind, asked, result)] if judgement.kind else []


def _once(judgement: Judgement, asked: Instruction, paid: set[tuple[str, int]]) -> Judgement:
    """An instalment is paid once: the first full success posts, a second one is held (B21)."""
    instalment = (asked.loan_no, asked.instalment_no)
    if judgement.outcome is not Outcome.EXACT:
        return judgement
    if instalment in paid:
        return Judgement(Outcome.HELD, BreakKind.DOUBLE_DEDUCTION)
    paid.add(instalment)
    return judgement


def _break(kind: BreakKind, asked: Instruction, result: DeductionResult | None) -> Break:
    taken = result.taken_fen if result else 0
    short = asked.asked_fen - taken
    direction, amount = (Direction.SHORT, short) if short > 0 else (Direction.LONG, taken)
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


def _extra(result: DeductionResult, instalments: set[tuple[str, int]]) -> Break:
    """A result nobody asked for; with money it is a 长款, for a known instalment a double one."""
    again = (result.loan_no, result.instalment_no) in instalments and result.taken_fen > 0
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


def lump_break(batch_no: str, taken_fen: int, credited_fen: int) -> Break | None:
    """The statement's lump for a batch against the results' sum; off by anything is a break.

    The difference belongs to the group, never to a guessed member (pass 4).
    """
    difference = credited_fen - taken_fen
    if not difference:
        return None
    direction = Direction.LONG if difference > 0 else Direction.SHORT
    return Break(BreakKind.LUMP_DIFFERS, direction, True, batch_no, None, None, abs(difference), 0)


def opening_break(proved_closing_fen: int, opening_fen: int) -> Break | None:
    """Today's opening against the closing proved for the business date before."""
    difference = opening_fen - proved_closing_fen
    if not difference:
        return None
    direction = Direction.LONG if difference > 0 else Direction.SHORT
    return Break(BreakKind.OPENING_DIFFERS, direction, True, "", None, None, abs(difference), 0)
