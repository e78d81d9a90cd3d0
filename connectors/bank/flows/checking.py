"""Checking: each received file passes the gate or is quarantined; the bank is told. 检查"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from connectors.bank.codec import Layout, decode, read_flag
from connectors.bank.codec.bulk.plain import is_plain
from connectors.bank.flows import correcting
from connectors.bank.flows.missing import found_again, missed
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.receipts import draft_receipt
from connectors.bank.model import DecodedFile, FileName, NightKey
from connectors.bank.rules.gate import (
    Envelope,
    content_findings,
    envelope_findings,
    grade_of,
    part_of,
    signature_finding,
)
from connectors.bank.rules.states import FileEvent, FileState, NightEvent, NightState
from connectors.bank.store import batches, files, nights
from connectors.bank.store.files import FileRow
from connectors.bank.store.line_blocks import keeping
from connectors.bank.store.nights import NightRow
from gateway.errors import Code, Finding, RefusedHere
from gateway.log import Log
from gateway.ports import Grade, StageCount
from gateway.signing.files.detached import Published, Verified, verify_detached
from gateway.signing.keys.keyring import Purpose
from gateway.states import Answer
from gateway.store import alarms, inbox
from gateway.store.unit_of_work import UnitOfWork

_LOG = Log("bank.checking")
_USABLE = frozenset({FileState.ACCEPTED, FileState.USED})
_ARRIVED = _USABLE | {FileState.RECEIVED, FileState.QUARANTINED}


@dataclass(frozen=True, slots=True)
class Report:
    """What the gate found in one file."""

    findings: Sequence[Finding]
    verified: Verified
    decoded: DecodedFile

    @property
    def grade(self) -> Grade:
        """How well the file is proved to be the bank's."""
        return grade_of(self.verified.code, readable=not self.decoded.findings)


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """Whether a file's name had come with other bytes before, its bytes under another name."""

    name: bool
    content: bool


# A file's bytes, and what the inbox knows of them.
Given = tuple[bytes, SeenBefore]
# What makes values of bytes, by a layout, up to so many lines.
Reader = Callable[[Layout, bytes, int], DecodedFile]


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking did: its counts, and every night whose files were judged on the way."""

    counts: StageCount
    nights: Sequence[NightKey]


def check(bank: Bank, key: NightKey) -> Checked:
    """Judge every file of the bank that nobody has judged; then see whether the night is complete.

    A file that came late for an earlier night is judged with the others, in its own night. A
    correction that two people have agreed to is let in first.
    """
    correcting.admit(bank)
    with bank.store.begin() as work:
        waiting = files.unjudged(work, key.bank)
    for own, file in waiting:
        _check_one(bank, own, file)
    with bank.store.begin() as work:
        counts = _complete(work, nights.lock(work, key))
    _LOG.info("night_checked", night=key.label, examined=len(waiting), **counts)
    judged = sorted({key, *(own for own, _ in waiting)})
    return Checked(StageCount("check", len(waiting), counts), judged)


def _check_one(bank: Bank, key: NightKey, file: FileRow) -> None:
    with bank.store.begin() as work:
        seen = seen_before(work, file)
    data = bank.store.archive.get(file.digest)
    if len(data) >= bank.profile.limits.bulk_bytes_min and is_plain(bank.layouts[file.kind]):
        _check_large(bank, key, file, (data, seen))
        return
    report = examine(bank, key, file, (data, seen))
    with bank.store.begin() as work:
        _judge(bank, work, nights.lock(work, key), (file, report))


def _check_large(bank: Bank, key: NightKey, file: FileRow, given: Given) -> None:
    """Its lines are stored while they are read, in the transaction that judges the file."""
    with bank.store.begin() as work:
        night = nights.lock(work, key)
        if not _is_open(work, file):
            return
        with keeping(work, file.file_id) as lines:
            report = examine(bank, key, file, given, lines.read)
            if report.findings:
                lines.take_back()
        _judge(bank, work, night, (file, report))


def _is_open(work: UnitOfWork, file: FileRow) -> bool:
    """Whether nobody has judged it: another worker may have been faster."""
    current = files.find(work, file.file_id)
    return current is not None and current.state is FileState.RECEIVED


def seen_before(work: UnitOfWork, file: FileRow) -> SeenBefore:
    """What the inbox knows of a file's name and bytes from before it came."""
    return SeenBefore(
        inbox.is_reused_name(work, file.file_id), files.is_repeated_content(work, file)
    )


def examine(
    bank: Bank, key: NightKey, file: FileRow, given: Given, read: Reader = decode
) -> Report:
    """Everything that can be found out about one file's bytes; `read` makes values of them."""
    get, layout = bank.store.archive.get, bank.layouts[file.kind]
    data, seen = given
    signature = get(file.signature_digest) if file.signature_digest else None
    name = FileName(file.name, file.kind, key.bank, key.account, key.business_date, file.version)
    flag = read_flag(layout, get(file.flag_digest))
    envelope = Envelope(name, flag, len(data), file.digest, seen.name, seen.content)
    at = bank.clock.now()
    found = Published(file.name, (data,), signature)
    verified = verify_detached(bank.ring, Purpose.BANK_FILE, bank.profile.code, found, at)
    decoded = _in_our_numbers(bank, read(layout, data, bank.profile.limits.lines_max))
    signed = signature_finding(bank.profile.evidence, verified.code)
    findings = [
        *envelope_findings(envelope),
        *([signed] if signed else []),
        *decoded.findings,
        *content_findings(bank.profile, name, decoded),
    ]
    return Report(findings, verified, decoded)


def _in_our_numbers(bank: Bank, decoded: DecodedFile) -> DecodedFile:
    """The file with our own numbers of batches, where the bank has given them others (BDC105)."""
    if bank.profile.deductions is None or bank.profile.deductions.platform is None:
        return decoded
    with bank.store.begin() as work:
        ours = batches.own_numbers(work, bank.profile.code)
    header = decoded.header
    if header is not None:
        header = replace(header, batch_no=ours.get(header.batch_no, header.batch_no))
    lines = [replace(one, batch_no=ours.get(one.batch_no, one.batch_no)) for one in decoded.results]
    return replace(decoded, header=header, results=lines)


def _judge(bank: Bank, work: UnitOfWork, night: NightRow, examined: tuple[FileRow, Report]) -> None:
    file, report = examined
    if not _is_open(work, file):
        return
    file = replace(file, part="" if report.findings else part_of(report.decoded))
    files.keep_proof(work, file.file_id, report.grade, report.verified.kid, file.part)
    if report.findings:
        _quarantine(work, file, report)
    else:
        _pass(bank, work, night, (file, report))
    draft_receipt(bank, work, night.key, file, report.findings)


def _quarantine(work: UnitOfWork, file: FileRow, report: Report) -> None:
    files.advance(work, file, FileEvent.FAILED)
    files.keep_findings(work, file.file_id, report.findings)
    first, count = report.findings[0], len(report.findings)
    work.note(
        "file_quarantined",
        file.file_id,
        code=first.code.name,
        line=first.line,
        count=count,
        grade=report.grade.name,
    )
    alarms.ring(work, first.code, file.file_id, f"{file.name} {first.place()}")


def _pass(bank: Bank, work: UnitOfWork, night: NightRow, examined: tuple[FileRow, Report]) -> None:
    file, report = examined
    siblings = [
        other
        for other in files.of_night(work, night.night_id)
        if other.kind is file.kind
        and other.file_id != file.file_id
        and (other.part == file.part or other.state not in _USABLE)
    ]
    usable = [other for other in siblings if other.state in _USABLE]
    if any(other.version > file.version for other in usable):
        files.advance(work, file, FileEvent.NEWER_VERSION)
        return
    if nights.advance(work, night, NightEvent.CORRECTION).answer is Answer.HOLD:
        files.advance(work, file, FileEvent.WAITS)
        files.keep_lines(work, file.file_id, report.decoded, bank.tokens)
        correcting.ask(bank, work, night, file)
        return
    files.advance(work, file, FileEvent.PASSED)
    files.keep_lines(work, file.file_id, report.decoded, bank.tokens)
    lines = report.decoded.line_count
    grade, kid = report.grade.name, report.verified.kid
    work.note("file_accepted", file.file_id, lines=lines, grade=grade, kid=kid)
    for other in (older for older in siblings if older.version < file.version):
        files.advance(work, other, FileEvent.NEWER_VERSION)
        _clear_alarms(work, other)


def _clear_alarms(work: UnitOfWork, replaced: FileRow) -> None:
    for finding in files.findings(work, replaced.file_id)[:1]:
        alarms.clear(work, finding.code, replaced.file_id, "新版本已受理")


def _complete(work: UnitOfWork, night: NightRow) -> dict[str, int]:
    """Move the night on when every owed kind has a usable file; count what is what."""
    owed = nights.owed(work, night.key)
    here = files.of_night(work, night.night_id)
    usable = {file.kind for file in files.usable(here)}
    if night.state is NightState.OPEN and set(owed) <= usable:
        nights.advance(work, night, NightEvent.FILES_COMPLETE)
        found_again(work, night.key, owed)
    return {
        "expected": len(owed),
        "usable": len(usable),
        "quarantined": sum(file.state is FileState.QUARANTINED for file in here),
    }


def require_present(bank: Bank, key: NightKey) -> None:
    """Raise RefusedHere while an owed file has not even arrived; an overdue one rings."""
    _require(bank, key, _arrived)


def require_complete(bank: Bank, key: NightKey) -> None:
    """Raise RefusedHere while an owed file is not usable: quarantined, overdue, or not yet due."""
    _require(bank, key, files.usable)


def _arrived(here: Sequence[FileRow]) -> Sequence[FileRow]:
    return [file for file in here if file.state in _ARRIVED]


def _require(
    bank: Bank, key: NightKey, good: Callable[[Sequence[FileRow]], Sequence[FileRow]]
) -> None:
    with bank.store.begin() as work:
        owed = nights.owed(work, key)
        here = files.of_night(work, key.night_id)
        present = {file.kind for file in good(here)}
        missing = [kind for kind in owed if kind not in present]
        bad = {file.kind for file in here if file.state is FileState.QUARANTINED}
        late = [kind for kind in missing if kind not in bad and owed[kind] <= work.now]
        for kind in late:
            missed(work, key, kind)
    if not missing:
        return
    reasons = (
        (Code.FILE_QUARANTINED, bad.intersection(missing)),
        (Code.FILE_OVERDUE, late),
        (Code.FILE_NOT_YET, missing),
    )
    code = next(code for code, kinds in reasons if kinds)
    titles = "、".join(kind.title for kind in missing)
    raise RefusedHere(code, detail=f"{key.label} {titles}", subject=key.night_id)
