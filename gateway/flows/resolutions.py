"""What people decided about breaks, carried to the ledger and back. 账项处理的执行"""

from collections.abc import Mapping, Sequence

from connectors.bank.flows import resolving
from connectors.bank.flows.handling import Handling
from connectors.bank.rules.resolving import BreakNow
from connectors.bank.store import break_acts
from connectors.core_system.flows import KIND as POSTINGS
from gateway.errors import GatewayError
from gateway.flows.sending import Sending, deliver_subject
from gateway.log import Log
from gateway.ports import StageCount

_LOG = Log("resolutions")


def carry_out(handling: Handling, sending: Sending, break_id: str) -> BreakNow:
    """Carry out what two people agreed on, ask the ledger to book it, and take its answer.

    Raises what the ledger's line raises; what is agreed stays agreed, and the outbox tries again.
    """
    row, done = resolving.settle(handling, break_id), 0
    # what the ledger books only in part is taken back from it in turn
    while len(bookings := _bookings(handling, break_id)) > done:
        for booking in bookings[done:]:
            deliver_subject(sending, booking, POSTINGS)
        done = len(bookings)
        row = resolving.confirm(handling, break_id)
    return row


def _bookings(handling: Handling, break_id: str) -> Sequence[str]:
    with handling.bank.store.begin() as work:
        return break_acts.bookings(work, break_id)


def carry_out_all(handlings: Mapping[str, Handling], sending: Sending) -> StageCount:
    """Every break about which something stands proposed, or was booked and not confirmed yet."""
    moved = examined = 0
    for code, handling in sorted(handlings.items()):
        with handling.bank.store.begin() as work:
            waiting = break_acts.waiting(work, code)
        for break_id in waiting:
            examined += 1
            try:
                before = _state(handling, break_id)
                moved += carry_out(handling, sending, break_id).state is not before
            except GatewayError as error:
                _LOG.warning("resolution_waits", break_id=break_id, code=error.code.name)
    return StageCount("resolutions", examined, {"moved": moved})


def _state(handling: Handling, break_id: str) -> object:
    with handling.bank.store.begin() as work:
        return break_acts.find(work, break_id).state
