"""A core of its own for the months. 影子运行夹具"""

import json
from collections.abc import Callable
from itertools import count

import pytest
from sqlalchemy import text

from connectors.core_system.transport import CoreDatabase
from gateway.dates import Calendar, read_years
from gateway.store.database import connect
from sandbox.core.acts import Acts
from sandbox.months import ledger
from sandbox.months.bank import MonthBank
from tests.shadow_run.site import Account


@pytest.fixture(scope="session")
def calendar(pytestconfig) -> Calendar:
    """The State Council's calendar, as shipped."""
    shipped = pytestconfig.rootpath / "schemas" / "calendar" / "working-days.json"
    return Calendar(read_years(json.loads(shipped.read_text(encoding="utf-8"))))


@pytest.fixture(scope="session")
def months(access, calendar) -> Callable[..., list[Account]]:
    """Makes a core filled with the loans of these banks, and an account for each of them."""
    numbers = count(1)

    def make(*banks: MonthBank) -> list[Account]:
        name = f"core_months_{next(numbers)}"
        admin = connect(access.server.admin()).execution_options(isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"create database {name} owner core_owner"))
        owner = access.url("core_system", "core_owner").set(database=name)
        dsn = owner.set(drivername="postgresql").render_as_string(hide_password=False)
        ledger.fill(dsn, "core_exchange", banks)
        core = CoreDatabase(connect(access.url("core_system", "core_exchange").set(database=name)))
        return [Account(bank, core, Acts(dsn), calendar) for bank in banks]

    return make
