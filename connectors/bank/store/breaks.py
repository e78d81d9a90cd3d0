"""Breaks over nights: found, found again, explained; never younger than they were. 不平账项记录"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from connectors.bank.model import NightKey
from connectors.bank.model.items import FoundBreak
from connectors.bank.rules.break_states import BREAK_STATES, LIVE, BreakEvent, BreakState
from connectors.bank.store.tables import BREAK, INSTRUCTION, METADATA, NIGHT, RESULT
from gateway.errors import Code
from gateway.identity import mask_account
from gateway.states import Answer
from gateway.store import alarms, approvals
from gateway.store.unit_of_work import UnitOfWork

FOUND = Table(
    "break_found",
    METADATA,
    Column("night_id", Text, ForeignKey("bank_night.night_id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("break_id", Text, ForeignKey("bank_break.break_id"), primary_key=True, index=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("unbooked_fen", BigInteger, nullable=False),
    Column("signed_fen", BigInteger, nullable=False),
    Column("file_id", Text, ForeignKey("bank_file.file_id")),
    Column("line", Integer),
)
_OF_NIGHT = ("amount_fen", "unbooked_fen", "signed_fen", "file_id", "line")
# What a later night may know better; its kind, its item and its first day never change.
_RENEWED = ("blocking", *_OF_NIGHT)


def keep(work: UnitOfWork, key: NightKey, revision: int, found: Sequence[FoundBreak]) -> int:
    """Keep what a night found, in the given one of its decisions; returns how many are new.

    One already known keeps its first day, its life and its person. One that an earlier run of this
    night found and this run does not is gone.
    """
    new = add(work, key, revision, found)
    _gone(work, key, {each.break_id(key.bank, key.account) for each in found})
    return new


def add(work: UnitOfWork, key: NightKey, revision: int, found: Sequence[FoundBreak]) -> int:
    """Keep what a night found besides what it has found already; returns how many are new."""
    rows = {each.break_id(key.bank, key.account): each for each in found}
    known = _states(work, rows)
    fresh = [_new(work, key, one, each) for one, each in rows.items() if one not in known]
    if fresh:
        work.connection.execute(insert(BREAK).on_conflict_do_nothing(), fresh)
    _renew(work, {one: each for one, each in rows.items() if one in known})
    for one, state in known.items():
        _happens(work, one, state, BreakEvent.SEEN_AGAIN)
    _remember(work, key, revision, rows)
    return len(fresh)


def explained(work: UnitOfWork, key: NightKey, items: Collection[str]) -> int:
    """Later evidence has explained these items: their breaks that this night did not find end.

    Returns how many did. One that people have ended already rings: it may have been paid twice.
    """
    here = select(FOUND.c.break_id).where(FOUND.c.night_id == key.night_id)
    theirs = BREAK.c.item == any_(cast(sorted(items), ARRAY(Text)))
    query = _of_account(key).where(theirs, BREAK.c.break_id.not_in(here))
    return sum(
        _happens(work, row[0], BreakState[row[1]], BreakEvent.EXPLAINED)
        for row in work.connection.execute(query).all()
    )


def blocked_loans(work: UnitOfWork) -> frozenset[str]:
    """The loans that an open break, or a person's word, keeps out of every next batch.

    Whichever bank the break is with: a loan whose account has moved is still the same loan (B27).
    """
    asked = (
        (INSTRUCTION.c.night_id == BREAK.c.night_id)
        & (INSTRUCTION.c.batch_no == BREAK.c.batch_no)
        & (INSTRUCTION.c.serial == BREAK.c.serial)
    )
    answered = (RESULT.c.file_id == BREAK.c.file_id) & (RESULT.c.line == BREAK.c.line)
    known = func.coalesce(func.nullif(BREAK.c.loan_no, ""), INSTRUCTION.c.loan_no, RESULT.c.loan_no)
    query = (
        select(known)
        .distinct()
        .select_from(BREAK.outerjoin(INSTRUCTION, asked).outerjoin(RESULT, answered))
        .where(BREAK.c.blocking | BREAK.c.held)
        .where(BREAK.c.state.in_([state.name for state in LIVE]), known.is_not(None))
    )
    return frozenset(work.connection.execute(query).scalars())


def _states(work: UnitOfWork, ids: Collection[str]) -> Mapping[str, BreakState]:
    here = BREAK.c.break_id == any_(cast(sorted(ids), ARRAY(Text)))
    query = select(BREAK.c.break_id, BREAK.c.state).where(here).order_by(BREAK.c.break_id)
    rows = work.connection.execute(query.with_for_update())
    return {one: BreakState[state] for one, state in rows}


def _new(work: UnitOfWork, key: NightKey, one: str, each: FoundBreak) -> dict[str, object]:
    return {
        "break_id": one, "night_id": key.night_id, "kind": each.kind.name,
        "direction": each.direction.name, "blocking": each.blocking, "batch_no": each.batch_no,
        "serial": each.serial, "first_seen": key.business_date, "item": each.item,
        "side": each.side.value if each.side else "", "loan_no": each.loan_no,
        "loan_shown": mask_account(each.loan_no) if each.loan_no else "",
        "candidates": list(each.candidates), "state": BREAK_STATES.initial.name,
        "state_at": work.now, "person": "", "held": False,
        **{name: getattr(each, name) for name in _OF_NIGHT},
    }  # fmt: skip


def _renew(work: UnitOfWork, known: Mapping[str, FoundBreak]) -> None:
    rows = [
        {"of": one, "now_direction": each.direction.name, "now_candidates": list(each.candidates)}
        | {f"now_{name}": getattr(each, name) for name in _RENEWED}
        for one, each in known.items()
    ]
    if rows:
        values: dict[str, object] = {
            name: bindparam(f"now_{name}") for name in ("direction", "candidates", *_RENEWED)
        }
        statement = update(BREAK).where(BREAK.c.break_id == bindparam("of")).values(values)
        work.connection.execute(statement, rows)


def _remember(
    work: UnitOfWork, key: NightKey, revision: int, rows: Mapping[str, FoundBreak]
) -> None:
    found = [
        {"night_id": key.night_id, "revision": revision, "break_id": one}
        | {name: getattr(each, name) for name in _OF_NIGHT}
        for one, each in rows.items()
    ]
    if found:
        work.connection.execute(insert(FOUND).on_conflict_do_nothing(), found)


def _gone(work: UnitOfWork, key: NightKey, rows: Collection[str]) -> None:
    mine = _of_account(key).where(BREAK.c.night_id == key.night_id, BREAK.c.item != "")
    for row in work.connection.execute(mine).all():
        if row[0] not in rows:
            _happens(work, row[0], BreakState[row[1]], BreakEvent.GONE)


def _of_account(key: NightKey) -> Select[*tuple[Any, ...]]:
    here = (NIGHT.c.bank == key.bank) & (NIGHT.c.account == key.account)
    query = select(BREAK.c.break_id, BREAK.c.state).join(NIGHT).where(here)
    return query.order_by(BREAK.c.break_id).with_for_update(of=BREAK)


def _happens(work: UnitOfWork, break_id: str, state: BreakState, event: BreakEvent) -> bool:
    """One thing the bank's evidence does to a break; True when it moved."""
    step = BREAK_STATES.advance(state, event)
    if step.answer is Answer.CONTRADICTION:
        alarms.ring(work, Code.RESOLVED_THEN_EXPLAINED, break_id, event.value)
    if step.answer is not Answer.MOVE:
        return False
    values = {"state": step.state.name, "state_at": work.now}
    work.connection.execute(update(BREAK).where(BREAK.c.break_id == break_id).values(values))
    work.note("break_moved", break_id, state=step.state.name, event=event.name)
    approvals.withdraw(work, break_id)
    return True
