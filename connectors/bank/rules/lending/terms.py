"""What contracts say, each with the day from which it holds: rates, penalty, order. 合同条款"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from gateway.errors import Code, NotConfigured

_FIVE_YEARS = 60
_ONE_YEAR = 12


class Home(Enum):
    """Which home of the family a loan is for; the second one's rate is higher."""

    FIRST = "first"
    SECOND = "second"


class Part(Enum):
    """The parts of what is owed."""

    FINE = "fine"
    PENALTY = "penalty"
    INTEREST = "interest"
    PRINCIPAL = "principal"


class PenaltyBase(Enum):
    """What penalty interest runs on."""

    PRINCIPAL = "principal"
    PRINCIPAL_AND_INTEREST = "principal_and_interest"


class ResetTakesEffect(Enum):
    """From which instalment a rate of 1 January counts (scenario B32)."""

    NEXT_WHOLE_PERIOD = "next_whole_period"
    JANUARY_INSTALMENT = "january_instalment"
    SPLIT_BY_DAYS = "split_by_days"


class FirstInterest(Enum):
    """How the first instalment's interest is counted."""

    WHOLE_MONTH = "whole_month"
    DAYS_FROM_GRANT = "days_from_grant"


@dataclass(frozen=True, slots=True)
class BaseRates:
    """The fund's rates from a day on, in millionths, by home and by whether over five years."""

    since: date
    rates: Mapping[tuple[Home, bool], int]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the contracts in force from a day on agree.

    Penalty runs at `penalty_percent` of the loan's rate (银发〔2003〕251号: 130 to 150). Of a
    payment the parts `across` are paid first over all instalments, then the parts `within`,
    instalment by instalment, the oldest first (民法典 560, 561, unless agreed otherwise).
    """

    since: date
    day_count: int
    penalty_percent: int
    penalty_base: PenaltyBase
    across: tuple[Part, ...]
    within: tuple[Part, ...]
    reset: ResetTakesEffect
    first_interest: FirstInterest


@dataclass(frozen=True, slots=True)
class Agreed:
    """All rates and terms there are, the oldest first."""

    rates: Sequence[BaseRates]
    terms: Sequence[Terms]

    def terms_on(self, day: date) -> Terms:
        """The terms in force on a day. Raises NotConfigured before the first."""
        found = [terms for terms in self.terms if terms.since <= day]
        if not found:
            raise NotConfigured(Code.SETTING_MISSING, detail=f"lending: terms {day.isoformat()}")
        return found[-1]

    def rate_on(self, day: date, home: Home, months: int) -> int:
        """The rate of a loan granted on a day. Raises NotConfigured before the first table."""
        found = [table for table in self.rates if table.since <= day]
        if not found:
            raise NotConfigured(Code.SETTING_MISSING, detail=f"lending: rates {day.isoformat()}")
        return found[-1].rates[home, months > _FIVE_YEARS]

    def rate_in_year(self, year: int, contract: int, home: Home, months: int) -> int:
        """The rate from 1 January of a year; a loan of up to one year keeps its contract's."""
        if months <= _ONE_YEAR:
            return contract
        return self.rate_on(date(year, 1, 1), home, months)


def agreed_of(data: Mapping[str, Any]) -> Agreed:
    """Read the form of schemas/lending/terms.json.

    Raises NotConfigured when a part is missing, or when dates or orders make no sense.
    """
    try:
        agreed = Agreed(
            tuple(_rates(row) for row in data["rates"]), tuple(_terms(row) for row in data["terms"])
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise NotConfigured(Code.SETTING_INVALID, detail=f"lending: {wrong}") from wrong
    for dated in ([row.since for row in agreed.rates], [row.since for row in agreed.terms]):
        if not dated or dated != sorted(set(dated)):
            raise NotConfigured(Code.SETTING_INVALID, detail="lending: since")
    return agreed


def _rates(row: Mapping[str, Any]) -> BaseRates:
    values = {
        (home, over): int(row[home.value]["over_five_years" if over else "up_to_five_years"])
        for home in Home
        for over in (False, True)
    }
    return BaseRates(date.fromisoformat(row["since"]), values)


def _terms(row: Mapping[str, Any]) -> Terms:
    across, within = (tuple(Part(name) for name in row[order]) for order in ("across", "within"))
    if sorted(part.value for part in across + within) != sorted(part.value for part in Part):
        raise ValueError("each part stands once in across or within")
    return Terms(
        since=date.fromisoformat(row["since"]),
        day_count=int(row["day_count"]),
        penalty_percent=int(row["penalty_percent"]),
        penalty_base=PenaltyBase(row["penalty_base"]),
        across=across,
        within=within,
        reset=ResetTakesEffect(row["reset"]),
        first_interest=FirstInterest(row["first_interest"]),
    )
