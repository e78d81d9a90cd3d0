"""The codes of monthly statements. 调节表"""

from connectors.bank.flows.balancing import draw_up
from gateway.errors import Code
from gateway.flows import bank_night
from tests.kernel.ground import Ground


def statement_unequal(ground: Ground) -> Code | None:
    """The bank's closing balance is not what its lines lead to."""
    site = ground.site("statement_follows")
    bank_night.run(site.night())
    ground.behind_its_back("update bank_control set value = value + 1 where field = 'closing'")
    draw_up(site.bank, site.key.account, site.key.business_date)
    return Code.STATEMENT_UNEQUAL if Code.STATEMENT_UNEQUAL in ground.rung() else None


PRODUCERS = {Code.STATEMENT_UNEQUAL: statement_unequal}
