"""Files of the bank's: received, judged, used; with their findings and lines. 银行来文记录"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import insert, select, update

from connectors.bank.model import (
    DecodedFile,
    DeductionResult,
    FileKind,
    FileName,
    NightKey,
    StatementLine,
)
from connectors.bank.rules.states import FILE_STATES, FileEvent, FileState
from connectors.bank.store.people import other_tokens, payer_tokens
from connectors.bank.store.tables import CONTROL, FILE, FINDING, NIGHT, RESULT, STATEMENT
from gateway.errors import Code, Finding
from gateway.ports import Grade
from gateway.signing.at_rest.tokens import Tokens
from gateway.store.tables import INBOX
from gateway.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as it stands; digests point into the archive."""

    file_id: str
    night_id: str
    kind: FileKind
    version: int
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
    query = (
        select(FILE, NIGHT.c.account, NIGHT.c.business_date)
        .join(NIGHT, NIGHT.c.night_id == FILE.c.night_id)
        .where(NIGHT.c.bank == bank, FILE.c.state == FILE_STATES.initial.name)
        .order_by(NIGHT.c.business_date, FILE.c.kind, FILE.c.version, FILE.c.file_id)
    )
    rows = work.connection.execute(query)
    return [(NightKey(bank, row.account, row.business_date), _file(row)) for row in rows]


def find(work: UnitOfWork, file_id: str) -> FileRow | None:
    """One file, None when there is none of that id."""
    row = work.connection.execute(select(FILE).where(FILE.c.file_id == file_id)).one_or_none()
    return _file(row) if row else None


def usable(here: Sequence[FileRow]) -> Sequence[FileRow]:
    """Of a night's files those it may stand on.

    What is used stays used. What is accepted does not count while a newer version of it lies in
    quarantine: the bank has taken it back, though we cannot read yet in favour of what.
    """
    newest: dict[FileKind, int] = {}
    for file in here:
        if file.state is FileState.QUARANTINED:
            newest[file.kind] = max(file.version, newest.get(file.kind, 0))
    return [
        file
        for file in here
        if file.state is FileState.USED
        or (file.state is FileState.ACCEPTED and file.version >= newest.get(file.kind, 0))
    ]


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


def keep_proof(work: UnitOfWork, file_id: str, grade: Grade, kid: str) -> None:
    """Record how strong the proof is that the file is the bank's, and by which key."""
    values = {"grade": grade.name, "kid": kid}
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
    results = (asdict(line) for line in decoded.results)
    statement = (asdict(line) for line in decoded.statement)
    lines = (
        (RESULT, [row | payer_tokens(tokens, row) for row in results]),
        (STATEMENT, [row | other_tokens(tokens, row) for row in statement]),
        (CONTROL, [{"field": name, "value": value} for name, value in decoded.controls.items()]),
    )
    for table, rows in lines:
        if rows:
            work.connection.execute(insert(table), [row | {"file_id": file_id} for row in rows])


def results(work: UnitOfWork, file_id: str) -> Sequence[DeductionResult]:
    """The result lines of a file, in file order."""
    columns = (RESULT.c[name] for name in DeductionResult.__dataclass_fields__)
    query = select(*columns).where(RESULT.c.file_id == file_id).order_by(RESULT.c.line)
    return [DeductionResult(*row) for row in work.connection.execute(query)]


def statement(work: UnitOfWork, file_id: str) -> Sequence[StatementLine]:
    """The statement lines of a file, in file order."""
    columns = (STATEMENT.c[name] for name in StatementLine.__dataclass_fields__)
    query = select(*columns).where(STATEMENT.c.file_id == file_id).order_by(STATEMENT.c.line)
    return [StatementLine(*row) for row in work.connection.execute(query)]


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
