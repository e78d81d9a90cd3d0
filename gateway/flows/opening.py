"""Opening: which nights a run works on, so that none is forgotten while nobody ran. 开立"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from connectors.bank.flows.parts import Bank
from connectors.bank.flows.receiving import open_nights, unfinished_nights
from connectors.bank.model import NightKey
from gateway.dates import SHANGHAI

_DAY = timedelta(days=1)
# An older unfinished night is a person's business.
LOOK_BACK_DAYS = 14


def day_of_run(scheduled_for: datetime) -> date:
    """The business date a scheduled run is for: the day before the one it was scheduled on.

    Not the day before today: a run that starts late, and one that is made up for, are for the day
    they were due.
    """
    return scheduled_for.astimezone(SHANGHAI).date() - _DAY


def nights_due(bank: Bank, day: date) -> Sequence[NightKey]:
    """The nights of a date and every earlier one that is not proved, oldest first.

    Nights that should have been opened while nothing ran are opened now: what is owed and was
    never looked for is not green.
    """
    since = day - LOOK_BACK_DAYS * _DAY
    for number in range(LOOK_BACK_DAYS):
        open_nights(bank, since + number * _DAY)
    return [*unfinished_nights(bank, since, day), *open_nights(bank, day)]
