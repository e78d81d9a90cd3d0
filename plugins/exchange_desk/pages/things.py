"""The life of one thing, found by its id or the beginning of it. 一件事的经过"""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gateway.errors import Code, NotConfigured
from gateway.flows.fact_words import state_in_words
from gateway.flows.showing import Life, show
from plugins.exchange_desk.bells import nights_of
from plugins.exchange_desk.desk import DeskDep
from plugins.exchange_desk.labels import key_of, night_path
from plugins.exchange_desk.rendering import base_of, page, redirect

router = APIRouter()
_WANTED_MAX, _STEPS_MAX = 80, 500
_WANTED = re.compile(r"[a-z]+-[0-9a-f]{0,20}")


@router.get("/things")
def search(request: Request, q: Annotated[str, Query(max_length=_WANTED_MAX)] = "") -> Response:
    """The search box; what was typed leads to its own page."""
    wanted = q.strip()
    if not wanted:
        return page(request, "search.html")
    return redirect(base_of(request) + _address(wanted))


@router.get("/things/{wanted}")
def show_thing(request: Request, desk: DeskDep, wanted: str) -> Response:
    """The life of the thing whose id begins with `wanted`."""
    life = show(desk.store, _checked(wanted))
    with desk.store.begin() as work:
        night = nights_of(work, [life.id]).get(life.id)
    return page(
        request,
        "thing.html",
        desk=desk,
        life=life,
        state=state_in_words(life.id, life.state),
        steps=life.steps[:_STEPS_MAX],
        night=night,
        about=_about(life),
    )


def _address(wanted: str) -> str:
    """A night by its label, everything else by its id."""
    key = key_of(wanted)
    return night_path(key) if key else f"/things/{_checked(wanted.lower())}"


def _checked(wanted: str) -> str:
    """What can be an id of ours or its beginning; anything else is not even looked for."""
    if not _WANTED.fullmatch(wanted):
        raise NotConfigured(Code.NOT_FOUND, detail=wanted[:_WANTED_MAX])
    return wanted


def _about(life: Life) -> Code | None:
    """The code of an alarm: its title names it behind the first word."""
    name = life.title.split(" ")[1] if life.id.startswith("alarm-") else ""
    return Code.__members__.get(name)
