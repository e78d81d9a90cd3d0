"""Overview: the nights with their counts and the alarms that ring, for the desk. 总览"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from connectors.bank.model import NightKey, Outcome
from connectors.bank.rules.states import NightState
from gateway.store import alarms
from gateway.store.alarms import Alarm
from gateway.store.unit_of_work import Store, UnitOfWork

_NIGHTS = text("""
    select n.*,
        (select count(*) from expected_file e where e.night_id = n.night_id) as expected,
        (select count(distinct kind) from bank_file f where f.night_id = n.night_id
            and f.state in ('ACCEPTED', 'USED')) as usable,
        (select count(*) from bank_file f where f.night_id = n.night_id
            and f.state in ('QUARANTINED', 'HELD')) as held,
        (select count(*) from break_found b where b.night_id = n.night_id
            and b.revision = n.revision) as breaks,
        (select coalesce(sum(unbooked_fen), 0) from break_found b where b.night_id = n.night_id
            and b.revision = n.revision) as unbooked_fen,
        (select count(*) from message m where m.subject = n.night_id
            and m.state not in ('ACKNOWLEDGED', 'REJECTED', 'EXPIRED')) as open_messages
    from bank_night n order by business_date desc, bank, account limit :most
""")
_OUTCOMES = text("""
    select outcome, count(*), sum(taken_fen) from deduction_match
    where night_id = :night group by outcome
""")


@dataclass(frozen=True, slots=True)
class NightSummary:
    """One night in one line: numbers only, no person."""

    key: NightKey
    state: NightState
    state_at: datetime
    expected: int
    usable: int
    held: int
    outcomes: dict[Outcome, int]
    taken_fen: int
    breaks: int
    unbooked_fen: int
    open_messages: int

    @property
    def instructions(self) -> int:
        """How many instructions were examined: green means looked."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Overview:
    """What the desk's first page shows."""

    nights: Sequence[NightSummary]
    alarms: Sequence[Alarm]


def overview(store: Store, most: int = 100) -> Overview:
    """The newest nights, at most `most`, and every alarm that rings."""
    with store.begin() as work:
        rows = work.connection.execute(_NIGHTS, {"most": most}).all()
        nights = [_summary(work, row) for row in rows]
        return Overview(nights, alarms.ringing(work))


def _summary(work: UnitOfWork, row: Row[Any]) -> NightSummary:
    found = work.connection.execute(_OUTCOMES, {"night": row.night_id}).all()
    return NightSummary(
        key=NightKey(row.bank, row.account, row.business_date),
        state=NightState[row.state],
        state_at=row.state_at,
        expected=row.expected,
        usable=row.usable,
        held=row.held,
        outcomes={Outcome[line[0]]: line[1] for line in found},
        taken_fen=sum(int(line[2]) for line in found),
        breaks=row.breaks,
        unbooked_fen=int(row.unbooked_fen),
        open_messages=row.open_messages,
    )
