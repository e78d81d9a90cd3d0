"""The overdue rate as a chart, and how many loans stand at which step. 逾期"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from connectors.bank.rules.delinquency import OverdueRate, per_mille
from connectors.bank.store import delinquency
from connectors.bank.store.delinquency import DatedRate, Place, StepSum
from plugins.exchange_desk.desk import Desk, DeskDep
from plugins.exchange_desk.rendering import page

router = APIRouter()
_DAYS = 90
# the chart's field, in its own units
_WIDTH, _HEIGHT = 640, 160


@dataclass(frozen=True, slots=True)
class Chart:
    """Two lines over the days: points as SVG takes them, and the top of the scale."""

    by_outstanding: str
    by_overdue: str
    top: str
    width: int = _WIDTH
    height: int = _HEIGHT


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account: its newest rate, its days, its chart, its steps."""

    bank_name: str
    account: str
    newest: DatedRate
    days: Sequence[DatedRate]
    chart: Chart
    steps: Sequence[StepSum]


@router.get("/overdue")
def show_overdue(request: Request, desk: DeskDep) -> Response:
    """Every account that was ever assessed."""
    return page(request, "overdue.html", views=_views(desk), per_mille=per_mille)


def _views(desk: Desk) -> Sequence[AccountView]:
    with desk.store.begin() as work:
        found = []
        for bank, account in delinquency.accounts(work):
            days = delinquency.rates(work, bank, account, _DAYS)
            place = Place(bank, account, days[-1].business_date)
            steps = delinquency.steps_on(work, place)
            name = desk.called(bank)
            found.append(AccountView(name, account, days[-1], days, chart_of(days), steps))
    return found


def chart_of(days: Sequence[DatedRate]) -> Chart:
    """The two lines of some days; a single day is a level line."""
    rates = [one.rate for one in days] if len(days) > 1 else [days[0].rate] * 2
    top = max(1, *(max(rate.by_outstanding, rate.by_overdue) for rate in rates))
    return Chart(
        by_outstanding=_points([_outstanding(rate) for rate in rates], top),
        by_overdue=_points([_overdue(rate) for rate in rates], top),
        top=per_mille(top),
    )


def _outstanding(rate: OverdueRate) -> int:
    return rate.by_outstanding


def _overdue(rate: OverdueRate) -> int:
    return rate.by_overdue


def _points(values: Sequence[int], top: int) -> str:
    step = _WIDTH / (len(values) - 1)
    spots = [(number * step, value / top) for number, value in enumerate(values)]
    return " ".join(f"{x:.1f},{_HEIGHT * (1 - share):.1f}" for x, share in spots)
