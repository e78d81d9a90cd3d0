"""What a visitor sees when a page cannot be shown: why, and what to do. 出错页"""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from gateway.errors import Code, GatewayError
from gateway.log import Log
from plugins.exchange_desk.rendering import page, redirect

_LOG = Log("desk")
_SIGN_IN = "/api/v2/auth/login"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page is not shown, and what to do."""

    zh: str
    en: str
    act: str


_REFUSALS = {
    400: Refusal("请求的参数不合格", "bad request", "检查地址中的参数，或从总览重新进入。"),
    401: Refusal("尚未登录，或登录已过期", "not signed in", "登录 Airflow 后再打开本页。"),
    403: Refusal(
        "您的角色没有查看对账台的权限，或不能办理",
        "your role may not see the exchange desk, or may not act",
        "请系统管理员为您的角色授予 “can read on Exchange Desk”，办理另须 “can edit”。",
    ),
    404: Refusal("没有这个页面", "no such page", "检查地址，或从总览重新进入。"),
    405: Refusal("本页只供查看", "the desk only looks", "从总览重新进入。"),
    500: Refusal(
        "页面出错，未对任何数据产生影响",
        "the page failed; nothing was changed",
        "稍后再试；仍然出错时请把地址和时间报告开发人员。",
    ),
}
# What is not there now may come; what a rule forbids is for a person to change; the rest are
# faults of data or program.
_STATUS = {"TransportError": 503, "NotConfigured": 503, "RefusedHere": 409}


def add_to(app: FastAPI) -> None:
    """Answer every error with a page."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(GatewayError, _ours)
    app.add_exception_handler(Exception, _broken)


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 401 and "text/html" in request.headers.get("accept", ""):
        return redirect(_sign_in(request))
    return _refuse(request, status)


def _sign_in(request: Request) -> str:
    """Airflow's own sign-in, which comes back here."""
    airflow = request.scope.get("app_root_path", "")
    asked = f"?{request.url.query}" if request.url.query else ""
    return f"{airflow}{_SIGN_IN}?{urlencode({'next': request.url.path + asked})}"


def _invalid(request: Request, _error: Exception) -> Response:
    return _refuse(request, 400)


def _broken(request: Request, _error: Exception) -> Response:
    """Starlette raises the error again after this answer: the traceback is the log's alone."""
    return _refuse(request, 500)


def _refuse(request: Request, status: int) -> Response:
    refusal = _REFUSALS.get(status, _REFUSALS[500])
    return page(request, "refused.html", status=status, number=status, refusal=refusal)


def _ours(request: Request, error: Exception) -> Response:
    if not isinstance(error, GatewayError):
        return _refuse(request, 500)
    if error.code is Code.NOT_FOUND:
        return page(request, "not_found.html", status=404, wanted=error.detail)
    return _failed(request, error.code, error.detail)


def _failed(request: Request, code: Code, detail: str = "") -> Response:
    _LOG.warning("desk_failed", code=code.name, page=request.url.path)
    status = _STATUS.get(code.value.branch, 500)
    return page(request, "failed.html", status=status, code=code, detail=detail)
