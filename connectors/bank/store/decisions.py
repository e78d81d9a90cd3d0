"""A night's decision: its instructions, answers and links, the breaks it found. 勾对结果记录"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

import polars as pl
from sqlalchemy import bindparam, func, select, update

from connectors.bank.model import BreakKind, Direction, Outcome
from connectors.bank.rules.proof import Sum
from connectors.bank.store.breaks import FOUND
from connectors.bank.store.people import PAYER_TOKENS, tokens_of_payers
from connectors.bank.store.tables import BREAK, INSTRUCTION, LINK, MATCH, NIGHT, RESULT
from connectors.core_system.model import Instruction
from connectors.core_system.store import POSTING
from connectors.core_system.verdicts import SUCCESS
from gateway.signing.at_rest.tokens import Tokens
from gateway.store.copying import copy_frame, copy_frames, copy_rows
from gateway.store.unit_of_work import UnitOfWork

# Written while the next ones become text.
_ROWS_AT_ONCE = 100_000
_INSTRUCTION_FIELDS = (
    "batch_no", "serial", "loan_no", "instalment_no", "payer_account", "payer_name", "asked_fen",
    "principal_fen", "interest_fen", "penalty_fen", "fine_fen", "full_flag",
)  # fmt: skip
PARTS = ("principal_fen", "interest_fen", "penalty_fen", "fine_fen")
_KEY = ("batch_no", "serial")
_ANSWER_FIELDS = ("outcome", "file_id", "line", "taken_fen", *PARTS, "posting_key")
_LINK_FIELDS = (
    "group", "stage", "evidence", "automatic", "carried", "side", "item", "file_id", "line", "fen",
    "posting_key",
)  # fmt: skip
_PERSON_FIELDS = ("loan_no", "payer_account", "payer_name")
_OF_BREAK = (
    BREAK.c.break_id, BREAK.c.kind, BREAK.c.direction, BREAK.c.blocking, BREAK.c.batch_no,
    BREAK.c.serial, FOUND.c.line, FOUND.c.amount_fen, FOUND.c.unbooked_fen, BREAK.c.first_seen,
)  # fmt: skip
# A night that was decided anew after a correction shows its last decision only.
_IN_FORCE = (NIGHT.c.night_id == FOUND.c.night_id) & (NIGHT.c.revision == FOUND.c.revision)


@dataclass(frozen=True, slots=True)
class BreakRow:
    """A break as a night found it, with what a clerk needs to find the person."""

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
    values = attrgetter(*_INSTRUCTION_FIELDS)
    people = tokens_of_payers(tokens, items)
    rows = ((night_id, *values(item), *of) for item, of in zip(items, people, strict=True))
    copy_rows(work, INSTRUCTION, ("night_id", *_INSTRUCTION_FIELDS, *PAYER_TOKENS), rows)


def keep_answers(work: UnitOfWork, night_id: str, answers: pl.DataFrame, *, anew: bool) -> None:
    """Store one row an instruction; `anew`: in place of an earlier decision's."""
    rows = answers.select(*_KEY, *_ANSWER_FIELDS)
    if not anew:
        parts = rows.iter_slices(_ROWS_AT_ONCE)
        night = pl.lit(night_id).alias("night_id")
        copy_frames(work, MATCH, (part.with_columns(night) for part in parts))
        return
    this = (MATCH.c.night_id == night_id) & (MATCH.c.batch_no == bindparam("of_batch"))
    values: dict[str, object] = {name: bindparam(f"now_{name}") for name in _ANSWER_FIELDS}
    statement = update(MATCH).where(this, MATCH.c.serial == bindparam("of_serial")).values(values)
    renamed = {"batch_no": "of_batch", "serial": "of_serial"}
    renamed |= {name: f"now_{name}" for name in _ANSWER_FIELDS}
    changed = rows.rename(renamed).to_dicts()
    if changed:
        work.connection.execute(statement, changed)


def keep_links(work: UnitOfWork, night_id: str, revision: int, links: pl.DataFrame) -> None:
    """Store what else belongs together, by the night's decision of that number."""
    rows = links.select(_LINK_FIELDS).rename({"group": "group_no"})
    of_night = {"night_id": pl.lit(night_id), "revision": pl.lit(revision)}
    copy_frame(work, LINK, rows.with_columns(**of_night))


def breaks(work: UnitOfWork, night_id: str) -> Sequence[BreakRow]:
    """The breaks of the decision in force, with what is known of the line behind each."""
    answered = (RESULT.c.file_id == FOUND.c.file_id) & (RESULT.c.line == FOUND.c.line)
    asked = (
        (INSTRUCTION.c.night_id == FOUND.c.night_id)
        & (INSTRUCTION.c.batch_no == BREAK.c.batch_no)
        & (INSTRUCTION.c.serial == BREAK.c.serial)
    )
    source = (
        FOUND.join(BREAK, BREAK.c.break_id == FOUND.c.break_id)
        .join(NIGHT, _IN_FORCE)
        .outerjoin(RESULT, answered)
        .outerjoin(INSTRUCTION, asked)
    )
    person = [func.coalesce(RESULT.c[name], INSTRUCTION.c[name], "") for name in _PERSON_FIELDS]
    query = select(*_OF_BREAK, *person, func.coalesce(RESULT.c.code, "")).select_from(source)
    ordered = query.where(FOUND.c.night_id == night_id).order_by(
        BREAK.c.kind, BREAK.c.batch_no, BREAK.c.serial, BREAK.c.break_id
    )
    return [
        BreakRow(row[0], BreakKind[row[1]], Direction[row[2]], *tuple[Any, ...](row)[3:])
        for row in work.connection.execute(ordered)
    ]


def break_sum(work: UnitOfWork, night_id: str) -> Sum:
    """How many breaks the decision in force found, and the money in them the ledger has not."""
    query = (
        select(func.count(), func.coalesce(func.sum(FOUND.c.unbooked_fen), 0))
        .join_from(FOUND, NIGHT, _IN_FORCE)
        .where(FOUND.c.night_id == night_id)
    )
    row = work.connection.execute(query).one()
    return Sum(row[0], int(row[1]))


def outcome_counts(work: UnitOfWork, night_id: str) -> dict[Outcome, int]:
    """How many instructions came to which outcome."""
    query = select(MATCH.c.outcome, func.count()).where(MATCH.c.night_id == night_id)
    rows = work.connection.execute(query.group_by(MATCH.c.outcome))
    return {Outcome[row[0]]: row[1] for row in rows}


def failures(work: UnitOfWork, night_id: str) -> Sequence[tuple[str, Sum]]:
    """Failed deductions by result code, with count and fen asked."""
    mine = (MATCH.c.file_id == RESULT.c.file_id) & (MATCH.c.line == RESULT.c.line)
    asked = func.coalesce(func.sum(RESULT.c.asked_fen), 0)
    query = (
        select(RESULT.c.code, func.count(), asked)
        .join_from(MATCH, RESULT, mine)
        .where(MATCH.c.night_id == night_id, MATCH.c.outcome == Outcome.FAILED.name)
        .group_by(RESULT.c.code)
        .order_by(RESULT.c.code)
    )
    return [(row[0], Sum(row[1], int(row[2]))) for row in work.connection.execute(query)]


def refused_postings(work: UnitOfWork, night_id: str) -> Sequence[tuple[str, int, int]]:
    """The postings for instructions that the ledger would not book: (batch, serial, fen)."""
    query = (
        select(MATCH.c.batch_no, MATCH.c.serial, POSTING.c.fen)
        .join_from(MATCH, POSTING, MATCH.c.posting_key == POSTING.c.posting_key)
        .where(MATCH.c.night_id == night_id, POSTING.c.result_code.not_in(("", SUCCESS)))
        .order_by(MATCH.c.batch_no, MATCH.c.serial)
    )
    return [(row[0], row[1], row[2]) for row in work.connection.execute(query)]


def refused_receipts(
    work: UnitOfWork, night_id: str, revision: int
) -> Sequence[tuple[str, str | None, int | None, int]]:
    """The bookings the ledger would not take as repayments: (item, file, line, fen)."""
    query = (
        select(LINK.c.item, LINK.c.file_id, LINK.c.line, LINK.c.fen)
        .join(POSTING, POSTING.c.posting_key == LINK.c.posting_key)
        .where(LINK.c.night_id == night_id, LINK.c.revision == revision)
        .where(POSTING.c.result_code.not_in(("", SUCCESS)))
        .order_by(LINK.c.item)
    )
    return [(row[0], row[1], row[2], row[3]) for row in work.connection.execute(query)]
