"""The branch's morning: a batch built, released and approved by two, sent over the wire. 扣款日"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from connectors.bank.flows.deducting.building import Built
from connectors.bank.flows.handling import Handling
from connectors.bank.flows.parts import Bank
from gateway.dates import SHANGHAI
from gateway.flows import approvals, bank_deductions
from gateway.flows.approvals import Deciding
from gateway.flows.bank_deductions import Circle
from gateway.store.unit_of_work import PostgresStore
from gateway.wiring import Gateway

RELEASER, APPROVER = "operator", "approver"
MORNING = time(9, 0)


@dataclass(frozen=True)
class Morning:
    """Nine o'clock of a business date: batches leave before the cut-off of their own day."""

    day: date

    def now(self) -> datetime:
        """Nine o'clock."""
        return datetime.combine(self.day, MORNING, SHANGHAI)

    def today(self) -> date:
        """The business date."""
        return self.day


def bank_on(gateway: Gateway, code: str, day: date) -> Bank:
    """A bank of the gateway's as it is used on a business date of the months."""
    clock, store = Morning(day), gateway.store
    dated = PostgresStore(store.engine, store.archive, clock)
    return replace(gateway.bank(code), store=dated, clock=clock)


def handling_on(gateway: Gateway, code: str, day: date) -> Handling:
    """Its breaks, as they are worked off on that date."""
    return replace(gateway.handlings[code], bank=bank_on(gateway, code, day))


def deduct(gateway: Gateway, code: str, account: str, day: date) -> Built:
    """Build the day's batch, ask two people, send what they approved; what was planned."""
    circle = Circle(bank_on(gateway, code, day), None, gateway.sending)
    built = bank_deductions.build(circle, day)
    two_agree(gateway, "bank.batch")
    bank_deductions.advance(circle)
    return built.get(account, Built((), None))


def two_agree(gateway: Gateway, kind: str) -> int:
    """经办 releases and 复核 approves everything of a kind that waits; how many they were."""
    waiting = [one for one in approvals.waiting(gateway.store) if one.kind == kind]
    named = gateway.site.four_eyes
    for one in waiting:
        for person, act in ((RELEASER, approvals.release), (APPROVER, approvals.approve)):
            act(Deciding(gateway.store, named, one.approval_id, person, one.digest))
    return len(waiting)
