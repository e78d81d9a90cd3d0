"""Reading one night: its sheet without its people, files, findings, messages, alarms. 读取一晚"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from connectors.bank import sheets
from connectors.bank.model import FileKind, NightKey, Outcome
from connectors.bank.rules.proof import Sum
from connectors.bank.rules.states import FileState, NightState
from connectors.bank.sheets import EquationLine, ProofSheet
from connectors.bank.store import decisions, files, nights
from connectors.bank.store import sheets as sheet_store
from connectors.bank.store.files import FileRow
from connectors.bank.store.nights import NightRow
from connectors.bank.store.sheets import SheetRow
from gateway.errors import Code, Finding, NotConfigured
from gateway.ports import Grade
from gateway.store.messages import MESSAGE_STATES, MessageState
from gateway.store.tables import MESSAGE, OUTBOX
from gateway.store.unit_of_work import UnitOfWork
from plugins.exchange_desk.bells import Bell, bells
from plugins.exchange_desk.desk import Desk
from plugins.exchange_desk.lights import NightFacts

_MESSAGES_MAX = 200
_STOPPED = frozenset({FileState.QUARANTINED, FileState.HELD})
_DECIDED = frozenset({NightState.MATCHED, NightState.POSTED, NightState.PROVED})


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message about the night, as it stands in the outbox."""

    message_id: str
    kind: str
    name: str
    state: MessageState
    grade: Grade
    attempts: int
    next_attempt_at: datetime

    @property
    def open(self) -> bool:
        """Whether it still waits for an end."""
        return self.state not in MESSAGE_STATES.finals


@dataclass(frozen=True, slots=True)
class FileNow:
    """A file as it stands now, with what was found wrong with it."""

    row: FileRow
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class NightRead:
    """Everything the night's page shows; the sheet's people are masked already."""

    row: NightRow
    owed: Mapping[FileKind, datetime]
    files: Sequence[FileNow]
    outcomes: Mapping[Outcome, int]
    breaks: Sum
    messages: Sequence[MessageLine]
    bells: Sequence[Bell]
    kept: SheetRow | None
    sheet: ProofSheet | None

    @property
    def examined(self) -> int:
        """How many instructions were examined."""
        return sum(self.outcomes.values())

    @property
    def decided(self) -> bool:
        """Whether the instructions have been matched."""
        return self.row.state in _DECIDED

    @property
    def missing(self) -> Mapping[FileKind, datetime]:
        """The files that are owed and have not come in any version."""
        here = {file.row.kind for file in self.files}
        return {kind: due for kind, due in self.owed.items() if kind not in here}

    @property
    def grades(self) -> frozenset[Grade]:
        """The grades of proof that the page shows."""
        stated = () if self.sheet is None else self.sheet.files
        return frozenset(
            [file.row.grade for file in self.files]
            + [message.grade for message in self.messages]
            + [Grade[file.grade] for file in stated if file.grade in Grade.__members__]
        )

    @property
    def moved_on(self) -> bool:
        """Whether something has happened to the night since its sheet was made."""
        if self.sheet is None or self.kept is None:
            return False
        then = {(file.name, file.digest, file.state) for file in self.sheet.files if file.name}
        now = {(file.row.name, file.row.digest, file.row.state.value) for file in self.files}
        return then != now or self.row.state_at > self.kept.kept_at

    def file_id(self, name: str, digest: str) -> str:
        """The id of a file of the sheet, empty when it has none: it never came."""
        found = (f.row for f in self.files if (f.row.name, f.row.digest) == (name, digest))
        return next((row.file_id for row in found), "")

    def facts(self) -> NightFacts:
        """What its light depends on."""
        return NightFacts(
            state=self.row.state,
            expected=len(self.owed),
            found=len(self.files),
            held=sum(file.row.state in _STOPPED for file in self.files),
            examined=self.examined,
            breaks=self.breaks.count,
            open_messages=sum(message.open for message in self.messages),
            ringing=len(self.bells),
        )


def read_night(desk: Desk, key: NightKey) -> NightRead:
    """One night. Raises NotConfigured when it was never opened."""
    with desk.store.begin() as work:
        row = nights.find(work, key)
        if row is None:
            raise NotConfigured(Code.NOT_FOUND, detail=key.label)
        kept = sheet_store.newest(work, key.night_id)
        return NightRead(
            row=row,
            owed=nights.owed(work, key),
            files=_files(work, key.night_id),
            outcomes=decisions.outcome_counts(work, key.night_id),
            breaks=decisions.break_sum(work, key.night_id),
            messages=_messages(work, key.night_id),
            bells=[bell for bell in bells(work) if bell.night == key],
            kept=kept,
            sheet=None if kept is None else _sheet(desk, kept.digest),
        )


def _sheet(desk: Desk, digest: str) -> ProofSheet:
    return sheets.masked(sheets.from_json(desk.store.archive.get(digest)))


def _files(work: UnitOfWork, night_id: str) -> Sequence[FileNow]:
    here = files.of_night(work, night_id)
    return [FileNow(file, files.findings(work, file.file_id)) for file in here]


def _messages(work: UnitOfWork, night_id: str) -> Sequence[MessageLine]:
    query = (
        select(MESSAGE, OUTBOX.c.attempts, OUTBOX.c.next_attempt_at)
        .join_from(MESSAGE, OUTBOX, MESSAGE.c.message_id == OUTBOX.c.message_id)
        .where(MESSAGE.c.subject == night_id)
        .order_by(MESSAGE.c.kind, MESSAGE.c.message_id)
    )
    return [
        MessageLine(
            message_id=row.message_id,
            kind=row.kind,
            name=row.name,
            state=MessageState[row.state],
            grade=Grade[row.grade],
            attempts=row.attempts,
            next_attempt_at=row.next_attempt_at,
        )
        for row in work.connection.execute(query.limit(_MESSAGES_MAX))
    ]


def difference(line: EquationLine) -> Sum:
    """What the left side has more than the right; nothing where the equation holds."""
    right = sum((part for _, part in line.right), Sum())
    return Sum(line.left.count - right.count, line.left.fen - right.fen)
