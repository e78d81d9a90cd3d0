"""Alarms: rung once per thing, counted when it lasts, cleared when it is over. 告警"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from gateway.errors import Code
from gateway.identity import business_id
from gateway.store.tables import ALARM
from gateway.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm as a person sees it."""

    alarm_id: str
    code: Code
    subject: str
    detail: str
    first_at: datetime
    last_at: datetime
    times: int
    cleared_at: datetime | None


def ring(work: UnitOfWork, code: Code, subject: str, detail: str = "") -> None:
    """Ring for this code and subject.

    A bell that already rings is counted, not doubled, and the journal is not told again.
    """
    alarm_id = business_id("alarm", code.name, subject)
    fresh = {
        "alarm_id": alarm_id, "code": code.name, "subject": subject, "detail": detail,
        "first_at": work.now, "last_at": work.now, "times": 1,
    }  # fmt: skip
    # waits for whoever rings the same bell for the first time at this moment
    new = work.connection.execute(insert(ALARM).values(fresh).on_conflict_do_nothing()).rowcount
    if new or _begin_again(work, alarm_id):
        work.note("alarm_rung", alarm_id, code=code.name, about=subject, detail=detail)
    if not new:
        _count(work, alarm_id, detail)


def _begin_again(work: UnitOfWork, alarm_id: str) -> bool:
    """Let a bell ring again that was cleared; False when it has not stopped ringing."""
    silent = (ALARM.c.alarm_id == alarm_id) & ALARM.c.cleared_at.is_not(None)
    values = {"first_at": work.now, "cleared_at": None, "cleared_why": None}
    return bool(work.connection.execute(update(ALARM).where(silent).values(values)).rowcount)


def _count(work: UnitOfWork, alarm_id: str, detail: str) -> None:
    this = ALARM.c.alarm_id == alarm_id
    values = {"last_at": work.now, "times": ALARM.c.times + 1, "detail": detail}
    work.connection.execute(update(ALARM).where(this).values(values))


def clear(work: UnitOfWork, code: Code, subject: str, why: str) -> None:
    """Clear the alarm of this code and subject, if it rings."""
    alarm_id = business_id("alarm", code.name, subject)
    ringing = (ALARM.c.alarm_id == alarm_id) & ALARM.c.cleared_at.is_(None)
    values = {"cleared_at": work.now, "cleared_why": why}
    if work.connection.execute(update(ALARM).where(ringing).values(values)).rowcount:
        work.note("alarm_cleared", alarm_id, why=why)


def ringing(work: UnitOfWork) -> Sequence[Alarm]:
    """All alarms that ring, the newest first."""
    columns = (ALARM.c[name] for name in Alarm.__dataclass_fields__)
    query = select(*columns).where(ALARM.c.cleared_at.is_(None))
    rows = work.connection.execute(query.order_by(ALARM.c.last_at.desc(), ALARM.c.alarm_id))
    return [Alarm(row.alarm_id, Code[row.code], *row[2:]) for row in rows]
