"""Calendar years loaded by hand, over those the release ships. 工作日历"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from gateway.dates import Calendar, YearDays
from gateway.store.tables import CALENDAR_YEAR
from gateway.store.unit_of_work import UnitOfWork


def load(work: UnitOfWork, shipped: Mapping[int, YearDays]) -> Calendar:
    """The calendar in force: what was shipped, overruled by the newest import of each year."""
    query = select(CALENDAR_YEAR).order_by(CALENDAR_YEAR.c.imported_at, CALENDAR_YEAR.c.digest)
    imported = {row.year: _year(row.off, row.work) for row in work.connection.execute(query)}
    return Calendar({**shipped, **imported})


def save(work: UnitOfWork, years: Mapping[int, YearDays]) -> list[int]:
    """Store imported years; returns those that were not stored like this before."""
    return [year for year in sorted(years) if _save_year(work, year, years[year])]


def _save_year(work: UnitOfWork, year: int, days: YearDays) -> bool:
    off, weekend = sorted(map(str, days.off)), sorted(map(str, days.work))
    digest = hashlib.sha256(json.dumps([off, weekend]).encode()).hexdigest()
    row = {
        "year": year, "digest": digest, "off": off, "work": weekend, "imported_at": work.now,
    }  # fmt: skip
    fresh = insert(CALENDAR_YEAR).values(row).on_conflict_do_nothing()
    if not work.connection.execute(fresh).rowcount:
        return False
    work.note("calendar_imported", f"calendar-{year}", digest=digest)
    return True


def _year(off: list[str], weekend: list[str]) -> YearDays:
    return YearDays(
        frozenset(date.fromisoformat(day) for day in off),
        frozenset(date.fromisoformat(day) for day in weekend),
    )
