"""Proof sheets: every version made for a night; the newest is in force. 核对表记录"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from connectors.bank.store.tables import SHEET
from gateway.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A sheet in the archive, and when it was kept there."""

    digest: str
    kept_at: datetime


def keep(work: UnitOfWork, night_id: str, digest: str, *, proved: bool) -> None:
    """Record a sheet; the same sheet again is nothing new."""
    row = {"night_id": night_id, "digest": digest, "made_at": work.now, "proved": proved}
    fresh = insert(SHEET).values(row).on_conflict_do_nothing()
    if work.connection.execute(fresh).rowcount:
        work.note("sheet_made", night_id, digest=digest, proved=proved)


def newest(work: UnitOfWork, night_id: str) -> SheetRow | None:
    """The sheet in force, None before the first."""
    query = select(SHEET.c.digest, SHEET.c.made_at).where(SHEET.c.night_id == night_id)
    row = work.connection.execute(
        query.order_by(SHEET.c.made_at.desc(), SHEET.c.digest).limit(1)
    ).one_or_none()
    return SheetRow(row.digest, row.made_at) if row else None
