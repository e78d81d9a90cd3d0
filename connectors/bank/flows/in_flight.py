"""Our own batches in a night: what the bank owes answers for, and what is proved of it. 在途批次"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from connectors.bank.flows.filling import Extract
from connectors.bank.flows.parts import Bank
from connectors.bank.model import NightKey, Outcome
from connectors.bank.model.deductions import LineOutcome, Settled
from connectors.bank.rules.resolving import BreakNow
from connectors.bank.store import batch_lines
from connectors.core_system import store as core_store
from connectors.core_system.model import Instruction, Posting
from gateway.identity import idempotency_key
from gateway.store.unit_of_work import UnitOfWork

_PARTS = ("principal_fen", "interest_fen", "penalty_fen", "fine_fen")
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


def of_this_night(bank: Bank, key: NightKey, read: Extract) -> Extract:
    """The extract without what our own postings for other business have booked on that day.

    They have their nights: claims of people, receipts, batches of other dates. What the ledger has
    under a number of a batch that we never sent stays, and will be a break.
    """
    batches = {item.batch_no for item in read.instructions}
    others = {
        entry.entry_no: idempotency_key(
            "posting", key.bank, key.account, entry.batch_no, entry.serial
        )
        for entry in read.entries
        if entry.batch_no and entry.batch_no not in batches
    }
    with bank.store.begin() as work:
        ours = core_store.known(work, sorted(others.values()))
    entries = [entry for entry in read.entries if others.get(entry.entry_no) not in ours]
    return replace(read, entries=entries)


def settle(bank: Bank, work: UnitOfWork, key: NightKey, said: pl.DataFrame) -> None:
    """End what is in flight of our batches, as it is proved; `said` has a row an answer."""
    terms = bank.profile.deductions
    if terms is not None:
        proved, day = list(_settled(said)), key.business_date
        batch_lines.settle_lines(work, key.bank, day, proved, splits=terms.splits)


def resolve(bank: Bank, work: UnitOfWork, row: BreakNow, posted: Sequence[Posting]) -> None:
    """End the doubt about the line that a break is of, as two people agreed; `posted` books it.

    A line is not in flight any more when people have ended its break: whether its instalment is
    owed still is the core system's word, and so is the next batch.
    """
    terms = bank.profile.deductions
    if terms is None or row.serial is None:
        return
    parts = {part: sum(getattr(one, part) for one in posted) for part in _PARTS}
    said = Settled(row.batch_no, row.serial, LineOutcome.RESOLVED, "", **parts)
    batch_lines.resolve_line(work, row.bank, said, splits=terms.splits)


def doubt_again(bank: Bank, work: UnitOfWork, row: BreakNow) -> None:
    """Put the line of a break back into doubt: what two people had agreed on is taken back."""
    if bank.profile.deductions is not None and row.serial is not None:
        batch_lines.doubt_again(work, row.bank, row.batch_no, row.serial)


def _settled(said: pl.DataFrame) -> Iterator[Settled]:
    for row in said.filter(pl.col("outcome").is_in(list(_PROVED))).iter_rows(named=True):
        yield Settled(
            row["batch_no"],
            row["serial"],
            _PROVED[row["outcome"]],
            row["code"] or "",
            **{part: row[part] for part in _PARTS},
            host_serial=row["host_serial"] or "",
        )
