"""What the producers of error codes stand on: each asks for no more than it needs. 公共地面"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from connectors.bank.flows.receiving import open_nights
from gateway.errors import Code, GatewayError
from gateway.store import alarms
from gateway.store.database import connect
from gateway.store.unit_of_work import PostgresStore
from tests.branch import Branch
from tests.simulation.parts import Crasher
from tests.simulation.site_of_night import Site, Story


@dataclass(frozen=True)
class Ground:
    """The real fixtures, started when first asked for."""

    request: pytest.FixtureRequest

    @property
    def place(self) -> Path:
        """A directory of its own."""
        return self.request.getfixturevalue("tmp_path")

    @property
    def store(self) -> PostgresStore:
        """The real store, empty."""
        return self.request.getfixturevalue("store")

    @property
    def branch(self) -> Branch:
        """A branch with real counterparties."""
        return self.request.getfixturevalue("branch")

    def now(self) -> datetime:
        """The test's clock."""
        return self.request.getfixturevalue("clock").now()

    def wait(self, seconds: float) -> None:
        """The test's clock moves on."""
        self.request.getfixturevalue("clock").forward(seconds)

    def site(self, *faults: str, result_is_there: bool = True) -> Site:
        """One bank's night over the real store, published with faults, opened, not yet run."""
        told = Story(7, "990001", 4, 6, ())
        site = Site(told, self.store, self.request.getfixturevalue("clock"), Crasher())
        site.publish(1, faults, result_is_there)
        open_nights(site.bank, site.key.business_date)
        return site

    def behind_its_back(self, statement: str) -> None:
        """Change the gateway's tables as nobody may."""
        access = self.request.getfixturevalue("access")
        with connect(access.server.admin("gateway")).begin() as admin:
            admin.execute(text("set local session_replication_role = replica"))
            admin.execute(text(statement))

    def rung(self) -> set[Code]:
        """The alarms that ring."""
        with self.store.begin() as work:
            return {alarm.code for alarm in alarms.ringing(work)}


def raised(call: Callable[[], object]) -> Code | None:
    """The code a call ends with; None when it ends well."""
    try:
        call()
    except GatewayError as error:
        return error.code
    return None
