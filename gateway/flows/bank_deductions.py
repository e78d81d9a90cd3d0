"""The deduction circle as a schedule meets it: build what is due, bring on what is open. 扣款

A short task every few minutes, and the state in our rows: no worker waits for a person or a bank,
nothing has to be resumed, and a run that dies is followed by the next one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from connectors.bank.flows.deducting import building, polling, queueing, splitting
from connectors.bank.flows.deducting.building import Built
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.platform import Platform
from connectors.bank.rules.deduction.states import BATCH_STATES, BatchEvent, BatchState
from connectors.bank.store import batches, plans
from connectors.bank.store.batches import Batch
from gateway.errors import Code, GatewayError, NotConfigured
from gateway.flows.sending import Sending, deliver_subject
from gateway.log import Log
from gateway.ports import StageCount
from gateway.store import outbox
from gateway.store.messages import MessageState
from gateway.store.unit_of_work import UnitOfWork

_LOG = Log("bank_deductions")
_OPEN = tuple(state for state in BatchState if state not in BATCH_STATES.finals)


@dataclass(frozen=True, slots=True)
class Circle:
    """One bank's deduction circle and everything it needs."""

    bank: Bank
    platform: Platform | None
    sending: Sending


def build(circle: Circle, day: date, *, anew: bool = False) -> Mapping[str, Built]:
    """Build the batches of a business date, by account; each account's plan is made once a date.

    `anew` plans again: what was built and not sent is replaced when the plan has changed.
    """
    built = {}
    for own in circle.bank.profile.accounts:
        with circle.bank.store.begin() as work:
            there = plans.exists(work, circle.bank.profile.code, own.id, day)
        if anew or not there:
            built[own.id] = building.build(circle.bank, own.id, day)
    return built


def advance(circle: Circle) -> StageCount:
    """Bring every open batch of a bank one step on.

    One that cannot go on keeps no other from it. Raises the first error when all have been tried.
    """
    with circle.bank.store.begin() as work:
        found = batches.in_states(work, circle.bank.profile.code, _OPEN)
    moved, first = 0, None
    for batch in found:
        try:
            _STEPS[batch.state](circle, batch)
        except GatewayError as error:
            _LOG.warning("batch_waits", batch=batch.batch_id, code=error.code.name)
            first = first or error
        moved += _state(circle, batch.batch_id) is not batch.state
    if first is not None:
        raise first
    return StageCount("deductions", len(found), {"moved": moved})


def _state(circle: Circle, batch_id: str) -> BatchState:
    with circle.bank.store.begin() as work:
        return batches.find(work, batch_id).state


def _approved(circle: Circle, batch: Batch) -> None:
    """Send what two people have approved; take back what nobody did in time."""
    terms = building.terms_of(circle.bank)
    with circle.bank.store.begin() as work:
        if work.now >= building.cut_off_of(terms, batch.key.business_date):
            building.withdraw(work, batch)
            return
        ready = queueing.is_approved(work, batch)
    if ready:
        queueing.queue(circle.bank, batch.batch_id)
        _deliver(circle, batch)


def _deliver(circle: Circle, batch: Batch) -> None:
    try:
        deliver_subject(circle.sending, batch.batch_id)
    finally:
        with circle.bank.store.begin() as work:
            _mirror(work, batch.batch_id)


def _mirror(work: UnitOfWork, batch_id: str) -> None:
    """The batch says unknown where its message is, and queued again where it may be sent again.

    Approved and never sent in time, it is taken back, and rings: its instalments are free.
    """
    message = outbox.find(work, queueing.message_id_of(batch_id))
    batch = batches.find(work, batch_id, lock=True)
    if message is None:
        return
    event = _MIRRORED.get((batch.state, message.state))
    if event is not None:
        batches.move(work, batch, event)
        batch = batches.find(work, batch_id, lock=True)
    if (batch.state, message.state) == (BatchState.QUEUED, MessageState.EXPIRED):
        building.withdraw(work, batch)
        building.ring_unsent(work, batch)


_MIRRORED = {
    (BatchState.QUEUED, MessageState.UNKNOWN): BatchEvent.OUTCOME_LOST,
    (BatchState.UNKNOWN, MessageState.DRAFTED): BatchEvent.NEVER_SAW,
    (BatchState.UNKNOWN, MessageState.EXPIRED): BatchEvent.NEVER_SAW,
}


def _ask(circle: Circle, batch: Batch) -> None:
    polling.watch(circle.bank, batch)
    if circle.platform is not None and building.terms_of(circle.bank).platform is not None:
        polling.poll(circle.bank, circle.platform, batch)


def _fetch(circle: Circle, batch: Batch) -> None:
    polling.watch(circle.bank, batch)
    polling.fetch_results(circle.bank, _platform(circle), batch)


def _split(circle: Circle, batch: Batch) -> None:
    splitting.split(circle.bank, batch.batch_id, batch.bank_no)
    deliver_subject(circle.sending, batch.batch_id, splitting.KIND)


def _wait(circle: Circle, batch: Batch) -> None:
    polling.watch(circle.bank, batch)


def _platform(circle: Circle) -> Platform:
    if circle.platform is None:
        raise NotConfigured(Code.SETTING_MISSING, detail="settings.json: settlement")
    return circle.platform


_STEPS: dict[BatchState, Callable[[Circle, Batch], None]] = {
    BatchState.BUILT: _approved,
    BatchState.QUEUED: _deliver,
    BatchState.UNKNOWN: _deliver,
    BatchState.SENT: _wait,
    BatchState.ACCEPTED: _ask,
    BatchState.PROCESSING: _ask,
    BatchState.PARTLY: _ask,
    BatchState.DONE: _fetch,
    BatchState.RESULTS_IN: _split,
    BatchState.SPLIT_SENT: _wait,
}
