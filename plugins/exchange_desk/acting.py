"""What the one page that acts needs: the program's own store, and who is named. 复核台的写入

The other pages read as a role that can write nothing at all. A decision is written as the program
writes, through the same functions as the command line; the desk adds who is signed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Depends, HTTPException, Request, status

from gateway.clock import SystemClock
from gateway.flows.approvals import FourEyes
from gateway.store.database import connect
from gateway.store.unit_of_work import PostgresStore, Store
from gateway.wiring import Places, archive_of, site
from gateway.wiring.connections import GATEWAY, Connections

_STATEMENT_SECONDS = 10
# a digest, a reason of a hundred characters, each of them nine bytes in a form
_BODY_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Office:
    """Where decisions are written, and whose they may be."""

    store: Store
    named: FourEyes


def open_office(places: Places) -> Office:
    """The office over the site's settings. NotConfigured names what lacks."""
    settings = site(places)
    engine = connect(Connections(places.secrets).database(GATEWAY), _STATEMENT_SECONDS)
    store = PostgresStore(engine, archive_of(places, settings), SystemClock())
    return Office(store, settings.four_eyes)


@cache
def the_office() -> Office:
    """The site's office, opened at the first decision; a failure is not remembered."""
    return open_office(Places.from_environment())


OfficeDep = Annotated[Office, Depends(the_office)]


def require_our_page(request: Request) -> None:
    """403 unless the form was sent from a page of this very server.

    The session's cookie is SameSite=Lax, which is a browser's promise; this is our own look. No
    browser lets a page of another server say that it is ours.
    """
    told = request.headers.get("origin") or request.headers.get("referer") or ""
    if urlsplit(told).netloc != request.headers.get("host"):
        raise HTTPException(status.HTTP_403_FORBIDDEN)


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a small form; 400 for one that is too large."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _BODY_MAX:
            raise HTTPException(status.HTTP_400_BAD_REQUEST)
    fields = parse_qs(body.decode("ascii", "replace"))
    return {name: values[0] for name, values in fields.items()}


def person(user: GetUserDep) -> str:
    """Who is signed in, by the name people sign in with."""
    return str(user.get_name())


PersonDep = Annotated[str, Depends(person)]
FormDep = Annotated[Mapping[str, str], Depends(form_of)]
