"""What is known about the money behind a break: the bank's line, our instruction. 账项凭据"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from connectors.bank.model import NightKey
from connectors.bank.model.books import Evidence
from connectors.bank.rules.break_states import BreakEvent, BreakState
from connectors.bank.rules.breaks import Effect, Resolution
from connectors.bank.rules.lending.debts import Debt
from connectors.bank.rules.resolving import BreakNow
from connectors.bank.store.break_acts import ACT
from connectors.bank.store.tables import BREAK, INSTRUCTION, LINK, NIGHT, RESULT, STATEMENT
from gateway.identity import mask_account, mask_name
from gateway.store.unit_of_work import UnitOfWork

_SUGGESTED_MAX = 20
_DONE = (BreakState.RESOLVED.name, BreakState.UNDOING.name)
_BOOKS = tuple(each.name for each in Resolution if each.value.effect is Effect.POST)


@dataclass(frozen=True, slots=True)
class Source:
    """The bank's own date and serial of the money; None and "" where no line says them."""

    booked_on: date | None
    host_serial: str


@dataclass(frozen=True, slots=True)
class Says:
    """One thing the line says of whose money it is, in the order it counts (B23); masked.

    `field` is the name by which `gateway reveal` shows it whole.
    """

    title: str
    field: str
    shown: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggestion: the pass, why, and with which items; a loan stands by its token."""

    stage: int
    why: str
    items: tuple[str, ...]


def source(work: UnitOfWork, row: BreakNow) -> Source:
    """When and under which serial the bank booked the money of a break."""
    for query in (_statement(row, "booked_on"), _result(row, "host_date")):
        found = work.connection.execute(query).one_or_none()
        if found is not None:
            booked_on, host_serial = found
            return Source(booked_on, host_serial)
    return Source(None, "")


def says(work: UnitOfWork, row: BreakNow) -> tuple[Says, ...]:
    """What a statement line says of its payer: 备注, then 摘要, then 户名 and account."""
    columns = (STATEMENT.c.remark, STATEMENT.c.summary)
    people = (STATEMENT.c.other_name, STATEMENT.c.other_account)
    query = select(*columns, *people).where(
        STATEMENT.c.file_id == row.file_id, STATEMENT.c.line == row.line
    )
    found = work.connection.execute(query).one_or_none()
    if found is None:
        return ()
    free = (("备注", "remark", found[0]), ("摘要", "summary", found[1]))
    told = [Says(title, name, f"{len(value)} 字") for title, name, value in free if value]
    if found[2]:
        told.append(Says("户名", "other_name", mask_name(found[2])))
    if found[3]:
        told.append(Says("对方账号", "other_account", mask_account(found[3])))
    return tuple(told)


def suggestions(work: UnitOfWork, row: BreakNow) -> tuple[Suggested, ...]:
    """What the engine suggests for the line of a break; never applied by itself.

    By the decision in force of the last night that linked the line.
    """
    mine = LINK.alias()
    night = (
        select(mine.c.night_id, mine.c.revision, mine.c.group_no)
        .join(NIGHT, (NIGHT.c.night_id == mine.c.night_id) & (NIGHT.c.revision == mine.c.revision))
        .where(mine.c.file_id == row.file_id, mine.c.line == row.line, ~mine.c.automatic)
        .order_by(NIGHT.c.business_date.desc(), mine.c.stage)
        .limit(_SUGGESTED_MAX)
    ).subquery()
    same = (LINK.c.night_id == night.c.night_id) & (LINK.c.revision == night.c.revision)
    query = (
        select(LINK.c.group_no, LINK.c.stage, LINK.c.evidence, LINK.c.item)
        .join(night, same & (LINK.c.group_no == night.c.group_no))
        .where((LINK.c.file_id != row.file_id) | LINK.c.file_id.is_(None))
        .order_by(LINK.c.stage, LINK.c.group_no, LINK.c.item)
    )
    groups: dict[tuple[int, int, str], list[str]] = {}
    for group, stage, evidence, item in work.connection.execute(query).all():
        groups.setdefault((stage, group, evidence), []).append(item)
    return tuple(
        Suggested(stage, Evidence[evidence].value, tuple(items))
        for (stage, _, evidence), items in groups.items()
    )


def asked(work: UnitOfWork, row: BreakNow) -> Debt | None:
    """What our instruction asked for, part by part; None where no instruction stands behind."""
    parts = ("principal_fen", "interest_fen", "penalty_fen", "fine_fen")
    query = (
        select(INSTRUCTION.c.instalment_no, *(INSTRUCTION.c[name] for name in parts))
        .join(BREAK, BREAK.c.night_id == INSTRUCTION.c.night_id)
        .where(BREAK.c.break_id == row.break_id)
        .where(INSTRUCTION.c.batch_no == row.batch_no, INSTRUCTION.c.serial == row.serial)
    )
    found = work.connection.execute(query).one_or_none()
    return None if found is None else Debt(*found)


def _statement(row: BreakNow, day: str) -> Select[date | None, str]:
    query = select(STATEMENT.c[day], STATEMENT.c.host_serial)
    return query.where(STATEMENT.c.file_id == row.file_id, STATEMENT.c.line == row.line)


def _result(row: BreakNow, day: str) -> Select[date | None, str]:
    query = select(RESULT.c[day], RESULT.c.host_serial)
    return query.where(RESULT.c.file_id == row.file_id, RESULT.c.line == row.line)


@dataclass(frozen=True, slots=True)
class ByPeople:
    """The money of one account that people have had booked, and nobody books again.

    `places` are batch and serial of what was asked for, `items` what stands on the statement.
    """

    places: frozenset[tuple[str, int]]
    items: frozenset[str]


def booked_by_people(work: UnitOfWork, key: NightKey) -> ByPeople:
    """What two people have agreed to book of an account, and have not taken back."""
    query = (
        select(BREAK.c.batch_no, BREAK.c.serial, BREAK.c.item)
        .distinct()
        .select_from(BREAK.join(NIGHT).join(ACT, ACT.c.break_id == BREAK.c.break_id))
        .where(NIGHT.c.bank == key.bank, NIGHT.c.account == key.account)
        .where(BREAK.c.state.in_(_DONE), ACT.c.event == BreakEvent.AGREED.name)
        .where(ACT.c.how.in_(_BOOKS))
    )
    rows = work.connection.execute(query).all()
    return ByPeople(
        frozenset((row[0], row[1]) for row in rows if row[1] is not None),
        frozenset(row[2] for row in rows if row[1] is None),
    )
