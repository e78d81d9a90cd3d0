"""The error codes: what each means, whether money may have moved, what is safe to do. 错误码"""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from gateway.errors import Code
from plugins.exchange_desk.rendering import page
from plugins.exchange_desk.words import BRANCHES

router = APIRouter()


@router.get("/codes")
def show_codes(request: Request) -> Response:
    """All codes, by what is to be done next. Needs no database: it is wanted most without one."""
    groups = [
        (branch, title, [code for code in Code if code.value.branch == branch])
        for branch, title in BRANCHES.items()
    ]
    return page(request, "codes.html", groups=groups)


@router.get("/codes/{name}")
def show_code(request: Request, name: str) -> Response:
    """One code."""
    if name not in Code.__members__:
        raise HTTPException(404)
    code = Code[name]
    return page(request, "code.html", code=code, branch=BRANCHES[code.value.branch])
