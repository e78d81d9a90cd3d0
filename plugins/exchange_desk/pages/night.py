"""One night: its proof sheet, findings and messages; made to be printed. 一晚"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from connectors.bank.model import NightKey
from connectors.bank.sheets import ProofSheet
from plugins.exchange_desk.desk import DeskDep
from plugins.exchange_desk.labels import WORD
from plugins.exchange_desk.lights import light_of
from plugins.exchange_desk.reading import difference, read_night
from plugins.exchange_desk.rendering import page

router = APIRouter()
_BREAKS_MAX, _FINDINGS_MAX = 500, 50
_SATURDAY = 5

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
        day_kind=_day_kind(read.sheet),
        breaks_max=_BREAKS_MAX,
        findings_max=_FINDINGS_MAX,
    )


def _day_kind(sheet: ProofSheet | None) -> str:
    """What kind of day the business date was, as the sheet knows it."""
    if sheet is None:
        return ""
    if not sheet.working_day:
        return "休息日"
    return "调休上班日" if sheet.business_date.weekday() >= _SATURDAY else "工作日"
