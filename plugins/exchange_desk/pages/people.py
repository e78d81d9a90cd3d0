"""A person's lines, found by token: what was typed is in no address, log or page. 按人查找"""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from gateway.flows.finding import TYPED_MAX, find
from plugins.exchange_desk.desk import DeskDep
from plugins.exchange_desk.rendering import page

router = APIRouter()
# a character is at most four bytes, each of them three in a form
_BODY_MAX = 2 + 12 * TYPED_MAX


async def typed(request: Request) -> str:
    """What the form sent: its body alone, never the address."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _BODY_MAX:
            raise HTTPException(400)
    return parse_qs(body.decode("ascii", "replace")).get("q", [""])[0]


@router.get("/people")
def ask(request: Request) -> Response:
    """The form."""
    return page(request, "people.html", found=None)


@router.post("/people")
def show(request: Request, desk: DeskDep, wanted: Annotated[str, Depends(typed)]) -> Response:
    """Where the person stands; masked, and with tokens in place of the person."""
    found = find(desk.store, desk.tokens, wanted)
    return page(request, "people.html", found=found)
