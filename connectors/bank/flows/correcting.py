"""Corrections: a newer version of a used file is shown, and let in when two people agree. 更正"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind, NightKey
from connectors.bank.rules.correcting import Difference, differences, digest_of, summary
from connectors.bank.rules.recon.identity import identities
from connectors.bank.rules.states import FileEvent, FileState, NightEvent, NightState
from connectors.bank.store import files, frames, nights
from connectors.bank.store.files import FileRow
from connectors.bank.store.nights import NightRow
from gateway.errors import Code
from gateway.store import alarms, approvals
from gateway.store.approval_states import ApprovalState
from gateway.store.unit_of_work import UnitOfWork

KIND = "bank.correction"
# Only what the ledger has answered can be taken back.
_ANSWERED = frozenset({NightState.POSTED, NightState.PROVED})


@dataclass(frozen=True, slots=True)
class Correction:
    """A version that waits, the one in use that it would replace, and what would change."""

    file: FileRow
    used: FileRow | None
    found: Sequence[Difference]

    @property
    def digest(self) -> str:
        """What people agree to."""
        before = self.used.digest if self.used else ""
        return digest_of([before, self.file.digest], self.found)


def ask(bank: Bank, work: UnitOfWork, night: NightRow, file: FileRow) -> None:
    """Show two people what a waiting version would change; the alarm says that it waits."""
    correction = _correction(bank, work, night, file)
    title = f"{night.key.label} {file.kind.title} 更正版 {file.name}"
    lines = tuple(summary(correction.found))
    approvals.ask(work, approvals.Ask(KIND, file.file_id, correction.digest, title, lines))
    alarms.ring(work, Code.CORRECTION_WAITS, file.file_id, file.name)


def admit(bank: Bank) -> Sequence[NightKey]:
    """Let in every waiting version that two people have agreed to; returns the nights to redo.

    The night goes back to where its files were complete, and is decided anew as its next
    revision. A night whose postings are not answered yet is left for the next run.
    """
    with bank.store.begin() as work:
        waiting = files.held(work, bank.profile.code)
    redo: list[NightKey] = []
    for key, file in waiting:
        with bank.store.begin() as work:
            if _admit(bank, work, nights.lock(work, key), file.file_id):
                redo.append(key)
    return redo


def _admit(bank: Bank, work: UnitOfWork, night: NightRow, file_id: str) -> bool:
    file = files.find(work, file_id)
    if file is None or file.state is not FileState.HELD or night.state not in _ANSWERED:
        return False
    asked = approvals.standing(work, KIND, file_id)
    if asked is None or asked.state is not ApprovalState.APPROVED:
        return False
    correction = _correction(bank, work, night, file)
    approvals.require(work, KIND, file_id, correction.digest)
    for other in files.of_night(work, night.night_id):
        if _is_replaced(other, file):
            files.advance(work, other, FileEvent.REPLACED)
            alarms.clear(work, Code.CORRECTION_WAITS, other.file_id, "更新的版本已获同意")
    files.advance(work, file, FileEvent.ADMITTED)
    alarms.clear(work, Code.CORRECTION_WAITS, file_id, "经两人同意采用")
    nights.advance(work, night, NightEvent.CORRECTED)
    nights.revise(work, night)
    return True


def _is_replaced(other: FileRow, file: FileRow) -> bool:
    same = (other.kind, other.part) == (file.kind, file.part)
    older = other.version < file.version and other.file_id != file.file_id
    return same and older and other.state in (FileState.USED, FileState.HELD)


def _correction(bank: Bank, work: UnitOfWork, night: NightRow, file: FileRow) -> Correction:
    used = next(
        (
            other
            for other in files.of_night(work, night.night_id)
            if other.state is FileState.USED and (other.kind, other.part) == (file.kind, file.part)
        ),
        None,
    )
    before = _lines(bank, work, night, [used.file_id] if used else [], file.kind)
    after = _lines(bank, work, night, [file.file_id], file.kind)
    return Correction(file, used, differences(before, after))


def _lines(
    bank: Bank, work: UnitOfWork, night: NightRow, ids: Sequence[str], kind: FileKind
) -> pl.DataFrame:
    """A version's lines under the identity of each, without their places."""
    if kind is FileKind.DEDUCTION_RESULT:
        lines = frames.results(work, ids)
        item, fen = pl.format("{}-{}", "batch_no", "serial"), pl.col("taken_fen")
        named = lines.with_columns(item=item, fen=fen)
    else:
        pattern = bank.profile.lump_summary
        lines = identities(frames.statement(work, ids, pattern))
        named = lines.with_columns(item=pl.col("key"))
    return named.drop("id", "key", "repeated", *frames.PLACE, strict=False)
