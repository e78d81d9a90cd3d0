"""The days of each account: closed, open, and what they lack. 账日"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from connectors.bank.flows.closing import DayStatus, status
from connectors.bank.store.tables import NIGHT
from plugins.exchange_desk.desk import Desk, DeskDep
from plugins.exchange_desk.rendering import page

router = APIRouter()
_DAYS = 31


@dataclass(frozen=True, slots=True)
class AccountDays:
    """One account's days, newest first."""

    bank: str
    account: str
    days: Sequence[DayStatus]


@router.get("/days")
def show_days(request: Request, desk: DeskDep) -> Response:
    """Every account that ever had a night."""
    return page(request, "days.html", desk=desk, accounts=_accounts(desk))


def _accounts(desk: Desk) -> Sequence[AccountDays]:
    query = select(NIGHT.c.bank, NIGHT.c.account).distinct()
    with desk.store.begin() as work:
        known = work.connection.execute(query.order_by(NIGHT.c.bank, NIGHT.c.account)).all()
    return [
        AccountDays(row[0], row[1], status(desk.store, (row[0], row[1]), _DAYS)) for row in known
    ]
