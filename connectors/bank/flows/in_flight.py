"""Our own batches in a night: what the bank owes answers for, and what is proved of it. 在途批次"""

from collections.abc import Iterator, Sequence

import polars as pl

from connectors.bank.flows.parts import Bank
from connectors.bank.model import NightKey, Outcome
from connectors.bank.model.deductions import LineOutcome, Settled
from connectors.bank.store import batch_lines
from connectors.core_system.model import Instruction
from gateway.store.unit_of_work import UnitOfWork

# A line the bank has said nothing of stays with the bank; what is held nobody may ask for again.
_PROVED = {
    Outcome.EXACT.name: LineOutcome.SUCCEEDED,
    Outcome.PARTIAL.name: LineOutcome.PARTLY,
    Outcome.FAILED.name: LineOutcome.FAILED,
    Outcome.UNKNOWN.name: LineOutcome.UNKNOWN,
    Outcome.HELD.name: LineOutcome.UNKNOWN,
}


def asked_of(bank: Bank, key: NightKey) -> Sequence[Instruction] | None:
    """What we have asked the bank for; None for a bank whose batches the core system builds."""
    if bank.profile.deductions is None:
        return None
    with bank.store.begin() as work:
        return batch_lines.instructions_of(work, key.bank, key.account, key.business_date)


def settle(bank: Bank, work: UnitOfWork, key: NightKey, said: pl.DataFrame) -> None:
    """End what is in flight of our batches, as it is proved; `said` has a row an answer."""
    terms = bank.profile.deductions
    if terms is not None:
        batch_lines.settle_lines(work, key.bank, list(_settled(said)), splits=terms.splits)


def _settled(said: pl.DataFrame) -> Iterator[Settled]:
    parts = ("principal_fen", "interest_fen", "penalty_fen", "fine_fen")
    for row in said.filter(pl.col("outcome").is_in(list(_PROVED))).iter_rows(named=True):
        yield Settled(
            row["batch_no"],
            row["serial"],
            _PROVED[row["outcome"]],
            row["code"] or "",
            **{part: row[part] for part in parts},
            host_serial=row["host_serial"] or "",
        )
