"""Calendar years loaded by hand, over those the release ships. 工作日历"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from gateway.dates import Calendar, YearDays
from gateway.store.tables import CALENDAR_YEAR
from gateway.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class _Imported:
    """A year as it was imported last."""

    digest: str
    days: YearDays


def load(work: UnitOfWork, shipped: Mapping[int, YearDays]) -> Calendar:
    """The calendar in force: what was shipped, overruled by the newest import of each year."""
    imported = {year: row.days for year, row in _in_force(work).items()}
    return Calendar({**shipped, **imported})


def save(work: UnitOfWork, years: Mapping[int, YearDays]) -> list[int]:
    """Store imported years; returns those that were not in force like this already."""
    known = _in_force(work)
    return [year for year in sorted(years) if _save_year(work, year, years[year], known.get(year))]


def _in_force(work: UnitOfWork) -> dict[int, _Imported]:
    query = select(CALENDAR_YEAR).order_by(CALENDAR_YEAR.c.imported_at, CALENDAR_YEAR.c.digest)
    return {
        row.year: _Imported(row.digest, _year(row.off, row.work))
        for row in work.connection.execute(query)
    }


def _save_year(work: UnitOfWork, year: int, days: YearDays, known: _Imported | None) -> bool:
    if known is not None and known.days == days:
        return False
    off, weekend = sorted(map(str, days.off)), sorted(map(str, days.work))
    # with what it replaces, so that an earlier import can come into force again
    replaced = known.digest if known else ""
    digest = hashlib.sha256(json.dumps([off, weekend, replaced]).encode()).hexdigest()
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
