"""Which nights a run works on: those of its day, and what was left lying. 开立"""

from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.bank.model import NightKey
from gateway.dates import SHANGHAI
from gateway.flows.opening import LOOK_BACK_DAYS, day_of_run, nights_due
from tests.branch import LAST_DAY

BANK = "990003"


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 1, 2, tzinfo=SHANGHAI), date(2026, 2, 28)),
        (datetime(2026, 2, 28, 18, tzinfo=UTC), date(2026, 2, 28)),
        (datetime(2026, 2, 28, 15, 59, tzinfo=UTC), date(2026, 2, 27)),
    ],
)
def test_a_run_is_for_the_day_before_it_was_scheduled_whenever_it_starts(moment, day):
    assert day_of_run(moment) == day


def keys(days):
    return [NightKey(BANK, "ZH01", day) for day in days]


def test_nights_missed_while_nothing_ran_are_opened_by_the_next_run(branch):
    """Bug: a day on which Airflow was down at two was never looked for again, and all was green."""
    bank = branch.gateway().bank(BANK)
    days = [LAST_DAY - timedelta(days=n) for n in range(LOOK_BACK_DAYS, -1, -1)]
    owed = [row[0] for row in branch.core_rows("select distinct ywrq from ledger.instruction")]
    found = nights_due(bank, LAST_DAY)
    assert found == sorted(found)
    assert {key.business_date for key in found} == set(days) & set(owed)
    assert len(branch.rows("select night_id from bank_night")) == len(found) > 1


def test_a_proved_night_is_not_worked_on_again_but_that_of_the_day_is(branch):
    for day in (LAST_DAY - timedelta(days=1), LAST_DAY):
        branch.publish(BANK, day=day)
        assert branch.run(BANK, day) == "PROVED"
    found = nights_due(branch.gateway().bank(BANK), LAST_DAY)
    assert keys([LAST_DAY - timedelta(days=1)])[0] not in found
    assert found[-1:] == keys([LAST_DAY])
