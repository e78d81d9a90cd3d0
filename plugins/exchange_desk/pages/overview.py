"""The first page: alarms that ring, then one row a night, newest first. 总览"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gateway.flows.overview import NightSummary, overview
from gateway.flows.proof_strength import DAYS, strengths
from plugins.exchange_desk.bells import Bell, bells
from plugins.exchange_desk.desk import Desk, DeskDep
from plugins.exchange_desk.lights import Level, Light, facts_of, light_of
from plugins.exchange_desk.rendering import page

router = APIRouter()
_NIGHTS, _NIGHTS_MAX = 60, 300


@dataclass(frozen=True, slots=True)
class Row:
    """One night as a row."""

    night: NightSummary
    bank_name: str
    light: Light


@dataclass(frozen=True, slots=True)
class Totals:
    """What the listed nights come to."""

    nights: int
    attention: int
    breaks: int
    unbooked_fen: int
    open_messages: int


@router.get("/")
def show_overview(
    request: Request,
    desk: DeskDep,
    most: Annotated[int, Query(ge=1, le=_NIGHTS_MAX)] = _NIGHTS,
) -> Response:
    """Alarms and the newest nights, at most `most`."""
    found = overview(desk.store, most)
    with desk.store.begin() as work:
        ringing, proofs = bells(work), strengths(work)
    rows = rows_of(desk, found.nights, ringing)
    return page(
        request,
        "overview.html",
        desk=desk,
        bells=ringing,
        bell_count=len(found.alarms),
        rows=rows,
        totals=totals_of(rows),
        strengths=proofs,
        grades_seen={grade for line in proofs for grade in line.counts},
        days=DAYS,
        more=_NIGHTS_MAX if len(rows) == most < _NIGHTS_MAX else 0,
    )


def rows_of(desk: Desk, nights: Sequence[NightSummary], ringing: Sequence[Bell]) -> Sequence[Row]:
    """The nights as rows, each with its light."""
    about = [bell.night for bell in ringing]
    return [
        Row(night, desk.bank_name(night.key), light_of(facts_of(night, about.count(night.key))))
        for night in nights
    ]


def totals_of(rows: Sequence[Row]) -> Totals:
    """The totals above the table."""
    nights = [row.night for row in rows]
    return Totals(
        nights=len(nights),
        attention=sum(row.light.level in (Level.BAD, Level.WARN) for row in rows),
        breaks=sum(night.breaks for night in nights),
        unbooked_fen=sum(night.unbooked_fen for night in nights),
        open_messages=sum(night.open_messages for night in nights),
    )
