"""Codes of delinquency. 逾期"""

from dataclasses import replace
from datetime import timedelta

from connectors.bank.flows import delinquency
from connectors.bank.flows.parts import Bank
from gateway.errors import Code
from tests.connectors.bank.test_delinquency import DAY
from tests.flows.test_delinquency import Overdue
from tests.kernel.ground import Ground, raised


def _bank(ground: Ground) -> Bank:
    ledger = Overdue()
    ledger.owed = {1: 1}
    bank = replace(ground.site().bank, ledger=ledger)
    delinquency.assess(bank, "ZH01", DAY)
    return bank


def day_is_history(ground: Ground) -> Code | None:
    bank = _bank(ground)
    return raised(lambda: delinquency.assess(bank, "ZH01", DAY - timedelta(1)))


def no_letter_due(ground: Ground) -> Code | None:
    bank = _bank(ground)
    (row,) = delinquency.listed(bank, "ZH01")
    return raised(lambda: delinquency.write_letter(bank, row.dunning_id, "管理部"))


PRODUCERS = {
    Code.DAY_IS_HISTORY: day_is_history,
    Code.NO_LETTER_DUE: no_letter_due,
}
