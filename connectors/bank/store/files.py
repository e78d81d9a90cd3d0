"""Files of the bank's: received, judged, used; with their findings and lines. 银行来文记录"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Table, func, insert, select, update

from connectors.bank.model import (
    DecodedFile,
    DeductionResult,
    FileKind,
    FileName,
    NightKey,
    StatementLine,
)
from connectors.bank.rules.states import FILE_STATES, FileEvent, FileState
from connectors.bank.store.people import (
    OTHER_TOKENS,
    PAYER_TOKENS,
    tokens_of_others,
    tokens_of_payers,
)
from connectors.bank.store.tables import CONTROL, FILE, FINDING, NIGHT, RESULT, STATEMENT
from gateway.errors import Code, Finding
from gateway.ports import Grade
from gateway.signing.at_rest.tokens import Tokens
from gateway.store.copying import copy_rows
from gateway.store.tables import INBOX
from gateway.store.unit_of_work import UnitOfWork

# What a line says that the gate needs and nobody after it has no column.
_RESULT_FIELDS = tuple(n for n in DeductionResult.__dataclass_fields__ if n in RESULT.c)
_STATEMENT_FIELDS = tuple(n for n in StatementLine.__dataclass_fields__ if n in STATEMENT.c)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as it stands; digests point into the archive.

    `part` is the batch that a result file answers, empty where it names none or none could be read.
    """

    file_id: str
    night_id: str
    kind: FileKind
    version: int
    part: str
    name: str
    digest: str
    flag_digest: str
    signature_digest: str | None
    state: FileState
    grade: Grade
    kid: str | None


@dataclass(frozen=True, slots=True)
class Companions:
    """The digests of a data file and of what lay beside it."""

    digest: str
    flag_digest: str
    signature_digest: str | None


def add(
    work: UnitOfWork, file_id: str, night_id: str, name: FileName, companions: Companions
) -> None:
    """Enter a file that has just been received."""
    row = {
        "file_id": file_id, "night_id": night_id, "kind": name.kind.value,
        "version": name.version, "name": name.name, "state": FILE_STATES.initial.name,
        "state_at": work.now, **asdict(companions),
    }  # fmt: skip
    work.connection.execute(insert(FILE).values(row))


def of_night(work: UnitOfWork, night_id: str) -> Sequence[FileRow]:
    """All files of a night, by kind and version, then by id; locked by the caller's night."""
    query = select(FILE).where(FILE.c.night_id == night_id)
    rows = work.connection.execute(query.order_by(FILE.c.kind, FILE.c.version, FILE.c.file_id))
    return [_file(row) for row in rows]


def unjudged(work: UnitOfWork, bank: str) -> Sequence[tuple[NightKey, FileRow]]:
    """Files of a bank that nobody has judged yet, each with its night, oldest night first."""
    return _of_state(work, bank, FILE_STATES.initial)


def held(work: UnitOfWork, bank: str) -> Sequence[tuple[NightKey, FileRow]]:
    """Corrections of a bank that wait for people, each with its night, oldest night first."""
    return _of_state(work, bank, FileState.HELD)


def _of_state(work: UnitOfWork, bank: str, state: FileState) -> Sequence[tuple[NightKey, FileRow]]:
    query = (
        select(FILE, NIGHT.c.account, NIGHT.c.business_date)
        .join(NIGHT, NIGHT.c.night_id == FILE.c.night_id)
        .where(NIGHT.c.bank == bank, FILE.c.state == state.name)
        .order_by(NIGHT.c.business_date, FILE.c.kind, FILE.c.version, FILE.c.file_id)
    )
    rows = work.connection.execute(query)
    return [(NightKey(bank, row.account, row.business_date), _file(row)) for row in rows]


def find(work: UnitOfWork, file_id: str) -> FileRow | None:
    """One file, None when there is none of that id."""
    row = work.connection.execute(select(FILE).where(FILE.c.file_id == file_id)).one_or_none()
    return _file(row) if row else None


def last_arrival(work: UnitOfWork, night_id: str) -> datetime | None:
    """The moment the last of a night's files came; None while none has."""
    query = select(func.max(INBOX.c.received_at)).join(FILE, FILE.c.file_id == INBOX.c.item_id)
    last: datetime | None = work.connection.execute(
        query.where(FILE.c.night_id == night_id)
    ).scalar_one()
    return last


def usable(here: Sequence[FileRow]) -> Sequence[FileRow]:
    """Of a night's files those it may stand on.

    What is used stays used. What is accepted does not count while a newer version of it lies in
    quarantine: the bank has taken it back, though we cannot read yet in favour of what. A file in
    quarantine that does not tell its batch speaks for every batch, until something newer is sound.
    """
    sound = [file for file in here if file.state in (FileState.ACCEPTED, FileState.USED)]
    bad = [file for file in here if file.state is FileState.QUARANTINED and _is_last(file, sound)]
    return [
        file
        for file in sound
        if file.state is FileState.USED or not any(_takes_back(newer, file) for newer in bad)
    ]


def _is_last(bad: FileRow, sound: Sequence[FileRow]) -> bool:
    return not any(
        file.kind is bad.kind and file.version > bad.version and bad.part in ("", file.part)
        for file in sound
    )


def _takes_back(newer: FileRow, file: FileRow) -> bool:
    """Whether a newer version of the same thing, sound or not, takes this file's place."""
    return (
        newer.kind is file.kind and newer.version > file.version and (newer.part in ("", file.part))
    )


def is_repeated_content(work: UnitOfWork, file: FileRow) -> bool:
    """Whether the same bank sent the same bytes before, in a file of another name.

    A file in quarantine does not count: its bytes were never believed, and a bank that forgot the
    signature sends the same bytes again under a new version.
    """
    mine, other = INBOX.alias(), INBOX.alias()
    query = (
        select(FILE.c.file_id)
        .join(other, other.c.item_id == FILE.c.file_id)
        .join(mine, (mine.c.counterparty == other.c.counterparty) & (mine.c.name != other.c.name))
        .where(mine.c.item_id == file.file_id, mine.c.digest == other.c.digest)
        .where(other.c.arrival < mine.c.arrival, FILE.c.state != FileState.QUARANTINED.name)
    )
    return work.connection.execute(query.limit(1)).one_or_none() is not None


def advance(work: UnitOfWork, file: FileRow, event: FileEvent) -> FileState:
    """Move a file by one event; its night is locked by the caller."""
    step = FILE_STATES.advance(file.state, event)
    if step.state is not file.state:
        values = {"state": step.state.name, "state_at": work.now}
        work.connection.execute(update(FILE).where(FILE.c.file_id == file.file_id).values(values))
        work.note("file_moved", file.file_id, state=step.state.name, event=event.name)
    return step.state


def keep_proof(work: UnitOfWork, file_id: str, grade: Grade, kid: str, part: str) -> None:
    """Record how strong the proof is that the file is the bank's, by which key, for which batch."""
    values = {"grade": grade.name, "kid": kid, "part": part}
    work.connection.execute(update(FILE).where(FILE.c.file_id == file_id).values(values))


def keep_findings(work: UnitOfWork, file_id: str, found: Sequence[Finding]) -> None:
    """Store what is wrong with a file, in the order a clerk reads it."""
    rows = [
        {
            "file_id": file_id, "number": number, "code": finding.code.name,
            "line": finding.line, "byte_column": finding.column, "field": finding.field,
        }
        for number, finding in enumerate(found, start=1)
    ]  # fmt: skip
    work.connection.execute(insert(FINDING), rows)


def findings(work: UnitOfWork, file_id: str) -> Sequence[Finding]:
    """What is wrong with a file."""
    query = select(FINDING).where(FINDING.c.file_id == file_id).order_by(FINDING.c.number)
    rows = work.connection.execute(query)
    return [Finding(Code[row.code], row.line, row.byte_column, row.field) for row in rows]


def keep_lines(work: UnitOfWork, file_id: str, decoded: DecodedFile, tokens: Tokens) -> None:
    """Store the lines, each with its people's tokens, and the control totals of a file."""
    _copy_lines(
        work, file_id, (RESULT, _RESULT_FIELDS, PAYER_TOKENS),
        decoded.results, tokens_of_payers(tokens, decoded.results),
    )  # fmt: skip
    _copy_lines(
        work, file_id, (STATEMENT, _STATEMENT_FIELDS, OTHER_TOKENS),
        decoded.statement, tokens_of_others(tokens, decoded.statement),
    )  # fmt: skip
    keep_controls(work, file_id, decoded)


def keep_controls(work: UnitOfWork, file_id: str, decoded: DecodedFile) -> None:
    """Store the control totals that a file states of itself."""
    totals = [
        {"file_id": file_id, "field": name, "value": value}
        for name, value in decoded.controls.items()
    ]
    if totals:
        work.connection.execute(insert(CONTROL), totals)


def _copy_lines(
    work: UnitOfWork,
    file_id: str,
    into: tuple[Table, Sequence[str], Sequence[str]],
    lines: Sequence[object],
    people: Iterable[Sequence[str | None]],
) -> None:
    table, fields, tokens = into
    values = attrgetter(*fields)
    rows = ((file_id, *values(line), *of) for line, of in zip(lines, people, strict=True))
    copy_rows(work, table, ("file_id", *fields, *tokens), rows)


def controls(work: UnitOfWork, file_id: str) -> dict[str, int]:
    """The control totals a file states of itself."""
    query = select(CONTROL.c.field, CONTROL.c.value).where(CONTROL.c.file_id == file_id)
    return {row.field: row.value for row in work.connection.execute(query)}


def _file(row: object) -> FileRow:
    names = FileRow.__dataclass_fields__
    values = {name: getattr(row, name) for name in names}
    values |= {
        "kind": FileKind(values["kind"]),
        "state": FileState[values["state"]],
        "grade": Grade[values["grade"]],
    }
    return FileRow(**values)
