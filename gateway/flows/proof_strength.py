"""How strong the proof is that each counterparty gives us, counted over the last days. 凭据强度"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from connectors.core_system.flows import COUNTERPARTY as CORE
from gateway.ports import Grade
from gateway.store.unit_of_work import UnitOfWork

DAYS = 14
# Every exchange: what we sent or asked, each file that came, and what was read of the ledger.
_COUNTED = text("""
    select counterparty, grade, count(*) from (
        select counterparty, attempt.grade from attempt join message using (message_id)
            where started_at >= :since and ended_at is not null
        union all select counterparty, grade from bank_file
            join inbox_item on item_id = file_id
            where received_at >= :since and state <> 'RECEIVED'
        union all select :core, ledger_grade from bank_night
            where ledger_grade is not null and state_at >= :since
    ) as exchange group by counterparty, grade order by counterparty
""")


@dataclass(frozen=True, slots=True)
class Strength:
    """One counterparty's exchanges by grade of proof."""

    counterparty: str
    counts: Mapping[Grade, int]

    @property
    def total(self) -> int:
        """How many exchanges there were."""
        return sum(self.counts.values())


def strengths(work: UnitOfWork) -> Sequence[Strength]:
    """Every counterparty of the last fourteen days; exchanges that have not ended do not count."""
    asked = {"since": work.now - timedelta(days=DAYS), "core": CORE}
    found: dict[str, dict[Grade, int]] = {}
    for counterparty, grade, count in work.connection.execute(_COUNTED, asked):
        found.setdefault(counterparty, {})[Grade[grade]] = count
    return [Strength(name, counts) for name, counts in found.items()]
