"""The terms this release ships, and loans to try them with. 合同条款样例"""

import json
from datetime import date
from pathlib import Path

from connectors.bank.rules.lending.schedules import Loan
from connectors.bank.rules.lending.terms import agreed_of
from connectors.core_system.model import RepaymentMethod

SHIPPED = json.loads((Path(__file__).parents[4] / "schemas/lending/terms.json").read_text("utf-8"))
AGREED = agreed_of(SHIPPED)
TERMS = AGREED.terms_on(date(2026, 2, 28))


def loan(
    yuan: int,
    rate_millionths: int,
    months: int,
    *,
    granted_on: date = date(2023, 6, 20),
    due_day: int = 20,
    method: RepaymentMethod = RepaymentMethod.EQUAL_INSTALMENT,
) -> Loan:
    """A loan of so many yuan."""
    return Loan(granted_on, yuan * 100, rate_millionths, months, due_day, method)
