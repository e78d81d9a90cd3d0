"""A bank's night from end to end: the stages, in order, for Airflow, the CLI and tests. 夜间对账"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.bank.flows import checking, matching, proving, receiving
from connectors.bank.flows.parts import Bank
from connectors.bank.model import NightKey
from gateway.flows.sending import Sending, deliver_subject
from gateway.ports import StageCount


@dataclass(frozen=True, slots=True)
class Night:
    """One night's work and everything it needs."""

    bank: Bank
    sending: Sending
    key: NightKey


def receive(night: Night) -> StageCount:
    """收件: fetch, archive and journal what the bank has flagged."""
    return receiving.receive(night.bank, night.key)


def check(night: Night) -> StageCount:
    """检查: judge every file, tell the bank; raises while an owed file is not usable."""
    counts = checking.check(night.bank, night.key)
    deliver_subject(night.sending, night.key.night_id)
    checking.require_complete(night.bank, night.key)
    return counts


def match(night: Night) -> StageCount:
    """勾对: decide every instruction on the ledger's extract."""
    return matching.match(night.bank, night.key)


def post(night: Night) -> StageCount:
    """入账: carry the postings to the core system and take its answers."""
    deliver_subject(night.sending, night.key.night_id)
    return proving.settle(night.bank, night.key)


def prove(night: Night) -> StageCount:
    """核对: make the sheet; raises unless the night is proved."""
    counts = proving.prove(night.bank, night.key)
    proving.require_proved(night.bank, night.key)
    return counts


STAGES: dict[str, Callable[[Night], StageCount]] = {
    "receive": receive,
    "check": check,
    "match": match,
    "post": post,
    "prove": prove,
}


def run(night: Night) -> Sequence[StageCount]:
    """All stages in order; the first that cannot go on raises, and the rest wait for a re-run."""
    return [stage(night) for stage in STAGES.values()]
