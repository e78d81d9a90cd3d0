"""A bank's night from end to end: the stages, in order, for Airflow, the CLI and tests. 夜间对账"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.bank.flows import checking, matching, proving, receiving
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.receipts import KIND as RECEIPTS
from connectors.bank.model import NightKey
from connectors.core_system.flows import KIND as POSTINGS
from gateway.errors import GatewayError, OutcomeUnknown, RefusedHere, TransportError
from gateway.flows.sending import Sending, deliver_subject
from gateway.log import Log
from gateway.ports import StageCount

_LOG = Log("bank_night")
# What the outbox will cure by itself.
_TRIED_AGAIN = (TransportError, OutcomeUnknown, RefusedHere)


@dataclass(frozen=True, slots=True)
class Night:
    """One night's work and everything it needs."""

    bank: Bank
    sending: Sending
    key: NightKey


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `always`: it runs even when an earlier one could not go on."""

    run: Callable[[Night], StageCount]
    always: bool = False


def _receive(night: Night) -> StageCount:
    counts = receiving.receive(night.bank, night.key)
    checking.require_present(night.bank, night.key)
    return counts


def _check(night: Night) -> StageCount:
    checked = checking.check(night.bank, night.key)
    for key in checked.nights:
        _tell_the_bank(night, key)
    checking.require_complete(night.bank, night.key)
    return checked.counts


def _tell_the_bank(night: Night, key: NightKey) -> None:
    """Send the receipts, if it can be done now.

    Whether the bank can take one says nothing about its file, and no borrower's money waits for
    it. What stays in the outbox is tried again when the night is proved, and by the next run.
    """
    try:
        deliver_subject(night.sending, key.night_id, RECEIPTS)
    except GatewayError as error:
        _LOG.warning("message_waits", night=key.label, code=error.code.name)
        if not isinstance(error, _TRIED_AGAIN):
            raise


def _match(night: Night) -> StageCount:
    return matching.match(night.bank, night.key)


def _post(night: Night) -> StageCount:
    deliver_subject(night.sending, night.key.night_id, POSTINGS)
    return proving.settle(night.bank, night.key)


def _prove(night: Night) -> StageCount:
    counts = proving.prove(night.bank, night.key)
    proving.require_proved(night.bank, night.key)
    # no money waits any more: now the bank has to be told, or the stage is tried again
    deliver_subject(night.sending, night.key.night_id, RECEIPTS)
    return counts


STAGES: dict[str, Stage] = {
    # 收件: fetch, archive and journal what is flagged; raises while an owed file is not here
    "receive": Stage(_receive),
    # 检查: judge what is here and tell the bank; raises while an owed file is not usable
    "check": Stage(_check, always=True),
    # 勾对: decide every instruction on the ledger's extract
    "match": Stage(_match),
    # 入账: carry the postings to the core system and take its answers
    "post": Stage(_post),
    # 核对: make the sheet, also of an unfinished night; raises unless proved, and the bank told
    "prove": Stage(_prove, always=True),
}


@dataclass(frozen=True, slots=True)
class Ran:
    """A stage that was run: what it counted, or why it could not go on."""

    stage: str
    end: StageCount | GatewayError


def attempt(night: Night) -> Sequence[Ran]:
    """All stages in order, as the DAG runs them; what ran before an error is kept.

    After a stage that cannot go on only those that always run are run.
    """
    ran: list[Ran] = []
    for name, stage in STAGES.items():
        if first_error(ran) is not None and not stage.always:
            continue
        try:
            ran.append(Ran(name, stage.run(night)))
        except GatewayError as error:
            ran.append(Ran(name, error))
    return ran


def first_error(ran: Sequence[Ran]) -> GatewayError | None:
    """Why the night could not go on, None when every stage did."""
    return next((each.end for each in ran if isinstance(each.end, GatewayError)), None)


def run(night: Night) -> Sequence[StageCount]:
    """All stages in order; raises the first error when all that could has run."""
    ran = attempt(night)
    error = first_error(ran)
    if error is not None:
        raise error
    return [each.end for each in ran if isinstance(each.end, StageCount)]
