"""Reading breaks for people: age, owner, who has to know, what may be done. 账项清单"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from connectors.bank.rules.breaks import (
    TREATMENTS,
    Level,
    Owner,
    Resolution,
    age,
    escalated_to,
    lawful,
)
from connectors.bank.rules.resolving import BreakAct, BreakNow
from connectors.bank.store import break_acts, break_evidence
from connectors.bank.store.break_acts import Wanted
from connectors.bank.store.break_evidence import Says, Suggested
from gateway.dates import Calendar
from gateway.store.unit_of_work import Store


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose breaks are read, and as of which day."""

    store: Store
    calendar: Calendar
    today: date


@dataclass(frozen=True, slots=True)
class Listed:
    """A break with its age in working days, the desk it belongs to, and who has to know."""

    row: BreakNow
    age: int
    owner: Owner
    level: Level

    @property
    def blocks(self) -> bool:
        """Whether its loan is kept out of the next batch."""
        return self.row.blocking or self.row.held


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the list is narrowed to besides the store's columns: least age, and the desk."""

    age_min: int = 0
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of one break; `says` is empty for whoever may not read the line."""

    listed: Listed
    words: str
    acts: Sequence[BreakAct]
    says: Sequence[Says]
    suggested: Sequence[Suggested]
    lawful: Sequence[Resolution]


def read_list(reader: Reader, wanted: Wanted, narrowed: Narrowed, most: int) -> Sequence[Listed]:
    """Breaks as they stand, the oldest first, at most `most`."""
    with reader.store.begin() as work:
        rows = [_listed(reader, row) for row in break_acts.listed(work, wanted, most)]
    return [
        each
        for each in rows
        if each.age >= narrowed.age_min and narrowed.owner in (None, each.owner)
    ]


def read_one(reader: Reader, wanted: str, *, with_line: bool) -> Dossier:
    """One break, by its id or the beginning of it. Raises NotConfigured for none or several."""
    with reader.store.begin() as work:
        row = break_acts.find(work, wanted)
        return Dossier(
            listed=_listed(reader, row),
            words=TREATMENTS[row.kind].words,
            acts=break_acts.acts(work, row.break_id),
            says=break_evidence.says(work, row) if with_line else (),
            suggested=break_evidence.suggestions(work, row),
            lawful=lawful(row.kind),
        )


def _listed(reader: Reader, row: BreakNow) -> Listed:
    days = age(reader.calendar, row.first_seen, reader.today)
    return Listed(row, days, TREATMENTS[row.kind].owner, escalated_to(days))
