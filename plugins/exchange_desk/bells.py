"""Alarms that ring, each with the night it is about. 告警与其夜晚"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, union_all

from connectors.bank.model import NightKey
from connectors.bank.store.tables import BREAK, FILE, NIGHT
from gateway.store import alarms
from gateway.store.alarms import Alarm
from gateway.store.tables import MESSAGE
from gateway.store.unit_of_work import UnitOfWork
from plugins.exchange_desk.words import id_in

BELLS_MAX = 200


@dataclass(frozen=True, slots=True)
class Bell:
    """One alarm; `about` is the id it is about and `night` its night, where it has one."""

    alarm: Alarm
    about: str
    night: NightKey | None


def bells(work: UnitOfWork) -> Sequence[Bell]:
    """The alarms that ring, the newest first, at most BELLS_MAX."""
    ringing = alarms.ringing(work)[:BELLS_MAX]
    about = {alarm.alarm_id: id_in(alarm.subject) for alarm in ringing}
    nights = nights_of(work, set(about.values()))
    return [Bell(a, about[a.alarm_id], nights.get(about[a.alarm_id])) for a in ringing]


def nights_of(work: UnitOfWork, ids: Collection[str]) -> Mapping[str, NightKey]:
    """The night behind each id: its own, its file's, its message's or its break's."""
    pairs = union_all(
        select(NIGHT.c.night_id.label("id"), NIGHT.c.night_id).where(NIGHT.c.night_id.in_(ids)),
        select(FILE.c.file_id, FILE.c.night_id).where(FILE.c.file_id.in_(ids)),
        select(MESSAGE.c.message_id, MESSAGE.c.subject).where(MESSAGE.c.message_id.in_(ids)),
        select(BREAK.c.break_id, BREAK.c.night_id).where(BREAK.c.break_id.in_(ids)),
    ).subquery()
    key = (NIGHT.c.bank, NIGHT.c.account, NIGHT.c.business_date)
    query = select(pairs.c.id, *key).join(NIGHT, NIGHT.c.night_id == pairs.c.night_id)
    return {row[0]: NightKey(*row[1:]) for row in work.connection.execute(query)}
