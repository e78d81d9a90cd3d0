"""The branch's morning: all accounts of a business date, what needs a person first. 早间总表"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gateway.documents.tables import added_up
from gateway.errors import Code, NotConfigured
from gateway.flows import morning as flow
from gateway.flows.morning import Branch, Morning
from gateway.flows.morning_report import morning_report
from plugins.exchange_desk.desk import Desk, DeskDep
from plugins.exchange_desk.rendering import Form, download, page

router = APIRouter()
Day = Annotated[date | None, Query()]


@router.get("/morning")
def show_morning(request: Request, desk: DeskDep, day: Day = None) -> Response:
    """The newest business date, or the one asked for."""
    told = _read(desk, day)
    report = morning_report(told, desk.site_name)
    return page(request, "morning.html", morning=told, report=report, added_up=added_up)


@router.get("/morning/{day}/sheet.{form}")
def download_morning(desk: DeskDep, day: date, form: Form) -> Response:
    """The same as a file."""
    return download(morning_report(_read(desk, day), desk.site_name), form, f"morning_{day}")


def _read(desk: Desk, day: date | None) -> Morning:
    wanted = day or flow.latest(desk.store)
    if wanted is None:
        raise NotConfigured(Code.NOT_FOUND, detail="还没有任何一晚")
    return flow.read(Branch(desk.store, desk.banks, desk.calendar()), wanted)
