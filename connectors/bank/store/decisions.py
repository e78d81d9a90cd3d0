"""A night's decision: instructions as they were, matches, breaks. 勾对结果记录"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from connectors.bank.model import Break, BreakKind, Direction, Match, Outcome
from connectors.bank.rules.proof import Sum
from connectors.bank.store.people import payer_tokens
from connectors.bank.store.tables import BREAK, INSTRUCTION, MATCH, RESULT
from connectors.core_system.model import Instruction
from connectors.core_system.store import POSTING
from connectors.core_system.verdicts import SUCCESS
from gateway.signing.at_rest.tokens import Tokens
from gateway.store.unit_of_work import UnitOfWork

_INSTRUCTION_FIELDS = (
    "batch_no", "serial", "loan_no", "instalment_no", "payer_account", "payer_name", "asked_fen",
    "principal_fen", "interest_fen", "penalty_fen", "full_flag",
)  # fmt: skip
_PERSON_FIELDS = ("loan_no", "payer_account", "payer_name")
_BREAK_FIELDS = (
    "break_id", "kind", "direction", "blocking", "batch_no", "serial", "line", "amount_fen",
    "unbooked_fen", "first_seen",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BreakRow:
    """A break as it stands, with what a clerk needs to find the person."""

    break_id: str
    kind: BreakKind
    direction: Direction
    blocking: bool
    batch_no: str
    serial: int | None
    line: int | None
    amount_fen: int
    unbooked_fen: int
    first_seen: date
    loan_no: str
    payer_account: str
    payer_name: str
    code: str


def keep_instructions(
    work: UnitOfWork, night_id: str, items: Sequence[Instruction], tokens: Tokens
) -> None:
    """Store the instructions the night is decided on, each with its payer's tokens."""
    rows = [{name: getattr(item, name) for name in _INSTRUCTION_FIELDS} for item in items]
    if rows:
        known = [row | payer_tokens(tokens, row) | {"night_id": night_id} for row in rows]
        work.connection.execute(insert(INSTRUCTION), known)


def keep_matches(
    work: UnitOfWork,
    night_id: str,
    file_id: str,
    matches: Sequence[Match],
    posting_keys: Mapping[tuple[str, int], str],
) -> None:
    """Store one row an instruction; `posting_keys` by batch and serial for those that post."""
    rows = [
        {
            "night_id": night_id, "batch_no": match.batch_no, "serial": match.serial,
            "outcome": match.outcome.name, "line": match.line,
            "file_id": file_id if match.line is not None else None,
            "taken_fen": match.taken_fen,
            "posting_key": posting_keys.get((match.batch_no, match.serial)),
        }
        for match in matches
    ]  # fmt: skip
    if rows:
        work.connection.execute(insert(MATCH), rows)


def keep_breaks(
    work: UnitOfWork, night_id: str, file_id: str | None, breaks: Sequence[Break]
) -> int:
    """Store breaks; one already known keeps its first-seen date. Returns how many are new."""
    new = 0
    for found in breaks:
        row = {
            "break_id": found.break_id(night_id), "night_id": night_id, "kind": found.kind.name,
            "direction": found.direction.name, "blocking": found.blocking,
            "batch_no": found.batch_no, "serial": found.serial,
            "file_id": file_id if found.line is not None else None, "line": found.line,
            "amount_fen": found.amount_fen, "unbooked_fen": found.unbooked_fen,
            "first_seen": work.now.date(),
        }  # fmt: skip
        fresh = upsert(BREAK).values(row).on_conflict_do_nothing()
        new += work.connection.execute(fresh).rowcount
    return new


def breaks(work: UnitOfWork, night_id: str) -> Sequence[BreakRow]:
    """A night's breaks with what is known of the instruction or the result line behind each."""
    answered = (RESULT.c.file_id == BREAK.c.file_id) & (RESULT.c.line == BREAK.c.line)
    asked = (
        (INSTRUCTION.c.night_id == BREAK.c.night_id)
        & (INSTRUCTION.c.batch_no == BREAK.c.batch_no)
        & (INSTRUCTION.c.serial == BREAK.c.serial)
    )
    source = BREAK.outerjoin(RESULT, answered).outerjoin(INSTRUCTION, asked)
    of_break = [BREAK.c[name] for name in _BREAK_FIELDS]
    person = [func.coalesce(RESULT.c[name], INSTRUCTION.c[name], "") for name in _PERSON_FIELDS]
    query = select(*of_break, *person, func.coalesce(RESULT.c.code, "")).select_from(source)
    ordered = query.where(BREAK.c.night_id == night_id).order_by(
        BREAK.c.kind, BREAK.c.batch_no, BREAK.c.serial
    )
    return [
        BreakRow(row[0], BreakKind[row[1]], Direction[row[2]], *tuple[Any, ...](row)[3:])
        for row in work.connection.execute(ordered)
    ]


def outcome_counts(work: UnitOfWork, night_id: str) -> dict[Outcome, int]:
    """How many instructions came to which outcome."""
    query = select(MATCH.c.outcome, func.count()).where(MATCH.c.night_id == night_id)
    rows = work.connection.execute(query.group_by(MATCH.c.outcome))
    return {Outcome[row[0]]: row[1] for row in rows}


def failures(work: UnitOfWork, night_id: str) -> Sequence[tuple[str, Sum]]:
    """Failed deductions by result code, with count and fen asked."""
    mine = (MATCH.c.file_id == RESULT.c.file_id) & (MATCH.c.line == RESULT.c.line)
    query = (
        select(RESULT.c.code, func.count(), func.sum(RESULT.c.asked_fen))
        .join_from(MATCH, RESULT, mine)
        .where(MATCH.c.night_id == night_id, MATCH.c.outcome == Outcome.FAILED.name)
        .group_by(RESULT.c.code)
        .order_by(RESULT.c.code)
    )
    return [(row[0], Sum(row[1], int(row[2]))) for row in work.connection.execute(query)]


def refused_postings(work: UnitOfWork, night_id: str) -> Sequence[tuple[str, int, int]]:
    """The postings the ledger would not book: (batch, serial, fen)."""
    query = (
        select(MATCH.c.batch_no, MATCH.c.serial, POSTING.c.fen)
        .join_from(MATCH, POSTING, MATCH.c.posting_key == POSTING.c.posting_key)
        .where(MATCH.c.night_id == night_id, POSTING.c.result_code.not_in(("", SUCCESS)))
        .order_by(MATCH.c.batch_no, MATCH.c.serial)
    )
    return [(row[0], row[1], row[2]) for row in work.connection.execute(query)]
