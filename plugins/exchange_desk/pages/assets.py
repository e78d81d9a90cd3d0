"""The style sheet and the icons, behind the sign-in like all the rest. 样式与图标"""

from fastapi import APIRouter
from fastapi.responses import Response

from plugins.exchange_desk.rendering import asset

router = APIRouter()


@router.get("/desk.css")
def style() -> Response:
    """The style sheet of all pages."""
    return asset("desk.css", "text/css; charset=utf-8")


@router.get("/icon.svg")
def icon() -> Response:
    """The icon of the nav entry."""
    return asset("icon.svg", "image/svg+xml")


@router.get("/icon-dark.svg")
def icon_dark() -> Response:
    """The same for a dark UI."""
    return asset("icon-dark.svg", "image/svg+xml")
