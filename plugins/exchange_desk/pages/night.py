"""One night: its proof sheet, findings and messages; made to be printed. 一晚"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from connectors.bank.model import NightKey
from connectors.bank.printed.night import night_report
from connectors.bank.sheets import day_kind
from gateway.errors import Code, NotConfigured
from plugins.exchange_desk.desk import DeskDep
from plugins.exchange_desk.labels import WORD
from plugins.exchange_desk.lights import light_of
from plugins.exchange_desk.reading import difference, read_night
from plugins.exchange_desk.rendering import Form, download, page

router = APIRouter()
_BREAKS_MAX, _FINDINGS_MAX = 500, 50

Word = Annotated[str, Path(pattern=WORD)]


@router.get("/nights/{bank}/{account}/{day}")
def show_night(request: Request, desk: DeskDep, bank: Word, account: Word, day: date) -> Response:
    """The night's page, also before its first sheet."""
    read = read_night(desk, NightKey(bank, account, day))
    return page(
        request,
        "night.html",
        desk=desk,
        key=read.row.key,
        read=read,
        light=light_of(read.facts()),
        difference=difference,
        day_kind=day_kind,
        breaks_max=_BREAKS_MAX,
        findings_max=_FINDINGS_MAX,
    )


@router.get("/nights/{bank}/{account}/{day}/sheet.{form}")
def download_sheet(desk: DeskDep, bank: Word, account: Word, day: date, form: Form) -> Response:
    """The night's sheet as a file, without its people."""
    key = NightKey(bank, account, day)
    sheet = read_night(desk, key).sheet
    if sheet is None:
        raise NotConfigured(Code.NOT_FOUND, detail=key.label)
    return download(night_report(sheet), form, f"sheet_{bank}_{account}_{day}")
