"""What the pages read from: settings and store, as the role that only looks. 数据源"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated

from fastapi import Depends

from connectors.bank.model import NightKey
from connectors.core_system.connector import CONNECTOR as CORE
from gateway.clock import SystemClock
from gateway.dates import Calendar, YearDays
from gateway.signing.at_rest.tokens import Tokens
from gateway.store import calendars
from gateway.store.database import connect
from gateway.store.unit_of_work import PostgresStore, Store
from gateway.wiring import Places, archive_of, site
from gateway.wiring.agreed import load_years
from gateway.wiring.archives import open_tokens
from gateway.wiring.connections import DESK, Connections

# A page that takes longer is not read; nobody's visit holds the database up.
_STATEMENT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Desk:
    """The store, and how the site calls itself and its banks."""

    store: Store
    tokens: Tokens
    site_name: str
    sandbox: bool
    banks: Mapping[str, str]
    years: Mapping[int, YearDays]

    def bank_name(self, key: NightKey) -> str:
        """The bank's name; its node number where the settings no longer know it."""
        return self.called(key.bank)

    def calendar(self) -> Calendar:
        """The working days in force, imports included."""
        with self.store.begin() as work:
            return calendars.load(work, self.years)

    def today(self) -> date:
        """The day as of which ages are counted."""
        return SystemClock().today()

    def called(self, counterparty: str) -> str:
        """A counterparty's name; its code where nobody knows a name."""
        return {CORE.name: CORE.title, **self.banks}.get(counterparty, counterparty)


def open_desk(places: Places) -> Desk:
    """A desk over the site's settings; nothing is connected yet. NotConfigured names what lacks."""
    settings = site(places)
    engine = connect(Connections(places.secrets).database(DESK), _STATEMENT_SECONDS)
    return Desk(
        store=PostgresStore(engine, archive_of(places, settings), SystemClock()),
        tokens=open_tokens(places.secrets),
        site_name=settings.name,
        sandbox=settings.environment.value == "sandbox",
        banks={bank.code: bank.name for bank in settings.banks},
        years=load_years(places.schemas),
    )


@cache
def the_desk() -> Desk:
    """The site's desk, opened at the first visit; a failure is not remembered."""
    return open_desk(Places.from_environment())


DeskDep = Annotated[Desk, Depends(the_desk)]
