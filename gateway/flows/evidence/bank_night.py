"""What is kept of a bank's night: files, messages, breaks, decision, sheets. 夜间对账的证据"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text

from connectors.bank import sheets
from connectors.bank.flows.dropping import unpacked
from connectors.bank.flows.receipts import KIND as RECEIPTS
from connectors.bank.rules.states import NightState
from connectors.bank.sheets import ProofSheet
from connectors.bank.store import files, nights
from connectors.bank.store.files import FileRow
from connectors.bank.store.tables import NIGHT, SHEET
from connectors.core_system.flows import COUNTERPARTY as CORE
from gateway.errors import GatewayError
from gateway.flows.evidence.case import Case, Direction, Party, Piece, Role
from gateway.money import show_yuan
from gateway.ports import Grade
from gateway.signing.files.manifest import read_signature_file
from gateway.store import outbox
from gateway.store.journal import Entry
from gateway.store.tables import ATTEMPT, JOURNAL
from gateway.store.unit_of_work import Store, UnitOfWork

# Every alarm is about something; what it is about belongs to the same night.
_NIGHT_OF = """
    select night_id from bank_night where night_id = :id or starts_with(:id, night_id || '/')
    union select night_id from bank_file where file_id = :id
    union select subject from message where message_id = :id
    union select night_id from bank_break where break_id = :id
"""
_ALARM_ABOUT = "select subject from alarm where alarm_id = :id"
_OF_NIGHT = """
    select :id union select file_id from bank_file where night_id = :id
    union select message_id from message where subject = :id
    union select break_id from bank_break where night_id = :id
"""
_ALARMS = """
    select alarm_id from alarm where subject = any(:subjects) or starts_with(subject, :night || '/')
"""


def night_of(work: UnitOfWork, identity: str) -> str | None:
    """The night a thing belongs to; None when it belongs to none."""
    about = work.connection.execute(text(_ALARM_ABOUT), {"id": identity}).scalar_one_or_none()
    found = work.connection.execute(text(_NIGHT_OF), {"id": about or identity}).scalars().all()
    return str(found[0]) if found else None


def collect(work: UnitOfWork, store: Store, night_id: str) -> Case:
    """All that is kept of a night: every entry about anything of it, and every payload."""
    night = work.connection.execute(select(NIGHT).where(NIGHT.c.night_id == night_id)).one()
    entries = _entries(work, night_id)
    made = _sheets(work, night_id)
    sheet = _in_force(store, made)
    name = sheet.bank_name if sheet else night.bank
    return Case(
        case_id=night_id,
        title="夜间对账",
        label=f"{name}　专户 {night.account}　{night.business_date.isoformat()}",
        state=NightState[night.state].value,
        parties=(
            Party(night.bank, "银行", name, "来文的发出方，收件回执的收件方"),
            Party(CORE, "核心系统", "核心业务系统", "账务摘录的提供方，入账请求的执行方"),
        ),
        results=tuple(_results(sheet)),
        entries=entries,
        pieces=(
            *_of_files(work, night, entries),
            *_of_decision(work, night),
            *_of_messages(work, store, night_id),
            *made,
        ),
    )


def _entries(work: UnitOfWork, night_id: str) -> tuple[Entry, ...]:
    run = work.connection.execute
    subjects = list(run(text(_OF_NIGHT), {"id": night_id}).scalars())
    alarms = run(text(_ALARMS), {"subjects": subjects, "night": night_id}).scalars()
    about = JOURNAL.c.subject.in_([*subjects, *alarms])
    return tuple(Entry(*row) for row in run(select(JOURNAL).where(about).order_by(JOURNAL.c.seq)))


def _of_files(work: UnitOfWork, night: Row[Any], entries: Sequence[Entry]) -> Iterator[Piece]:
    received = {entry.subject: entry.at for entry in entries if entry.event == "file_received"}
    for file in files.of_night(work, night.night_id):
        yield from _of_file(file, night.bank, received.get(file.file_id))


def _of_file(file: FileRow, bank: str, at: datetime | None) -> Iterator[Piece]:
    """A file with what lay beside it; the signature is claimed only where it held."""
    data = Piece(Role.FILE, Direction.IN, bank, file.file_id, file.name, file.digest, at)
    held = file.grade is Grade.B and file.signature_digest
    kid, signature = (file.kid or "", file.signature_digest or "") if held else ("", "")
    yield replace(data, grade=file.grade, kid=kid, signature=signature)
    yield replace(data, role=Role.FLAG, digest=file.flag_digest)
    if file.signature_digest is not None:
        yield replace(data, role=Role.SIGNATURE, digest=file.signature_digest)


def _of_decision(work: UnitOfWork, night: Row[Any]) -> Iterator[Piece]:
    """What the night was decided on, as the core system gave it, and each of its decisions."""
    made = nights.decided(work, night.night_id)
    if night.ledger_digest is not None:
        at = made[0].decided_at if made else None
        extract = Piece(Role.EXTRACT, Direction.IN, CORE, night.night_id, "extract.jsonl",
                        night.ledger_digest, at, Grade.C)  # fmt: skip
        yield extract
    for one in made:
        own = Piece(Role.BOOKS, Direction.OWN, "", night.night_id, f"books-{one.revision}.zip",
                    one.books_digest, one.decided_at)  # fmt: skip
        yield own
        name = f"decision-{one.revision}.zip"
        yield replace(own, role=Role.DECISION, name=name, digest=one.decision_digest)


def _of_messages(work: UnitOfWork, store: Store, night_id: str) -> Iterator[Piece]:
    for message in outbox.of_subject(work, night_id):
        own = Piece(
            Role.MESSAGE, Direction.OWN, message.counterparty, message.message_id, message.name,
            message.digest, None,
        )  # fmt: skip
        yield own
        attempts = select(ATTEMPT).where(ATTEMPT.c.message_id == message.message_id)
        published = message.kind == RECEIPTS
        for attempt in work.connection.execute(attempts.order_by(ATTEMPT.c.fence)):
            yield from _of_attempt(store, own, attempt, published=published)


def _of_attempt(store: Store, own: Piece, attempt: Row[Any], *, published: bool) -> Iterator[Piece]:
    """What one attempt put on the wire, and what came back.

    Nobody answers what is published at a bank: what is kept then as the reply is our own flag, as
    their server has it, and must not pass for words of theirs.
    """
    if attempt.signed_digest is not None:
        sent = replace(
            own, role=Role.SENT, direction=Direction.OUT, digest=attempt.signed_digest,
            at=attempt.started_at,
        )  # fmt: skip
        yield sent
        if published:
            yield from _of_receipt(store, sent)
    if attempt.reply_digest is not None:
        grade = Grade[attempt.grade] if attempt.grade else None
        back = replace(own, digest=attempt.reply_digest, at=attempt.ended_at, grade=grade)
        role = (Role.READ_BACK, Direction.OUT) if published else (Role.REPLY, Direction.IN)
        yield replace(back, role=role[0], direction=role[1])


def _of_receipt(store: Store, sent: Piece) -> Iterator[Piece]:
    """The three files of a receipt, taken out of the bytes kept; our signature over the first."""
    try:
        parts = unpacked(store.archive.get(sent.digest))
    except GatewayError:
        return  # destroyed: the piece itself says so
    digests = [hashlib.sha256(data).hexdigest() for _, data in parts]
    roles = (Role.SENT_FILE, Role.SENT_SIGNATURE, Role.SENT_FLAG)
    for role, (name, data), digest in zip(roles, parts, digests, strict=True):
        inner = replace(
            sent, role=role, name=name, digest=digest, inside=sent.digest, data=data
        )  # fmt: skip
        if role is Role.SENT_FILE:
            inner = replace(inner, kid=_kid(parts[1][1]), signature=digests[1])
        yield inner


def _kid(signature_file: bytes) -> str:
    """The key our own signature file states."""
    told = read_signature_file(signature_file)
    return told.manifest.kid if told else ""


def _sheets(work: UnitOfWork, night_id: str) -> Sequence[Piece]:
    """Every sheet made for the night; the last is in force."""
    query = select(SHEET).where(SHEET.c.night_id == night_id).order_by(SHEET.c.made_at)
    return [
        Piece(Role.SHEET, Direction.OWN, "", night_id, "proof-sheet.json", row.digest, row.made_at)
        for row in work.connection.execute(query)
    ]


def _in_force(store: Store, made: Sequence[Piece]) -> ProofSheet | None:
    """The last sheet without its people; None when there is none, or it was destroyed."""
    try:
        return sheets.masked(sheets.from_json(store.archive.get(made[-1].digest)))
    except (GatewayError, IndexError):
        return None


def _results(sheet: ProofSheet | None) -> Iterator[tuple[str, str]]:
    """What the sheet in force concludes."""
    if sheet is None:
        yield "核对结论", "没有可读的核对表"
        return
    yield "核对结论", sheet.conclusion
    for equation in sheet.equations:
        yield "守恒等式", f"{equation.title}：{'平' if equation.holds else '不平'}"
    for line in sheet.breaks:
        place = f"{line.place}　{show_yuan(line.amount_fen)} 元　{line.direction}　{line.break_id}"
        yield "不平账项", f"{line.kind}　{place}"
