"""Codes of statements in others' forms, from real bad bytes. 对账单错误"""

from collections.abc import Callable
from pathlib import Path

from connectors.bank.codec import decode
from gateway.errors import Code
from tests.connectors.bank.samples import LINES_MAX, shipped
from tests.kernel.ground import Ground

GOLDEN = Path(__file__).parents[1] / "connectors" / "bank" / "golden_statements"


def golden(layout: str, stem: str) -> Callable[[Ground], Code | None]:
    """What the golden file of a fault really brings about."""

    def produce(_: Ground) -> Code | None:
        data = (GOLDEN / f"{layout}__{stem}.dat").read_bytes()
        return decode(shipped(layout), data, LINES_MAX).findings[0].code

    return produce


PRODUCERS = {
    Code.NUMBER_TURNED_FLOAT: golden("ebank-income-expense", "fault_NUMBER_TURNED_FLOAT_19_digits"),
    Code.PAGE_MISSING: golden("swift-mt940", "fault_PAGE_MISSING_the_second"),
    Code.STATEMENT_NOT_ALONE: golden(
        "ebank-income-expense", "fault_STATEMENT_NOT_ALONE_two_sheets"
    ),
}
