"""Who may act on the desk, and with what: a named person, the flows, never the desk's role. 办理"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Depends, HTTPException, Request, status

from gateway.airflow_ext.roles import DESK
from gateway.wiring import Gateway, Places, build
from plugins.exchange_desk.access import ManagerDep

_OURS = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Acting:
    """A person who is signed in and may act, and the gateway that acts for him."""

    person: str
    gateway: Gateway


@cache
def the_gateway() -> Gateway:
    """The gateway as every program builds it, at the first act; a failure is not remembered."""
    return build(Places.from_environment())


def require_act(request: Request, user: GetUserDep, manager: ManagerDep) -> str:
    """The person's sign-in name; 403 for a role that may only look, and for another site's form."""
    if not _is_ours(request):
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    if not manager.is_authorized_custom_view(method="PUT", resource_name=DESK, user=user):
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return str(user.get_name())


def _is_ours(request: Request) -> bool:
    """Whether a browser says that the form is of this very server, in either of its two ways."""
    told = request.headers.get("origin")
    of_this_host = told is None or urlsplit(told).netloc == request.headers.get("host")
    return of_this_host and request.headers.get("sec-fetch-site", "none") in _OURS


def acting(
    person: Annotated[str, Depends(require_act)],
    gateway: Annotated[Gateway, Depends(the_gateway)],
) -> Acting:
    """Whoever acts; the permission is asked for before anything is built."""
    return Acting(person, gateway)


def may_act(user: GetUserDep, manager: ManagerDep) -> bool:
    """Whether forms are shown at all."""
    return bool(manager.is_authorized_custom_view(method="PUT", resource_name=DESK, user=user))


ActingDep = Annotated[Acting, Depends(acting)]
MayActDep = Annotated[bool, Depends(may_act)]
