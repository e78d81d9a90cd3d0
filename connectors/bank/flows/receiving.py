"""Receiving: what the bank has flagged is archived and journaled before anybody reads it. 收件"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.bank.codec import matching_name
from connectors.bank.codec.names import FLAG_BYTES_MAX
from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind, FileName, NightKey
from connectors.bank.rules.owed import expected_files
from connectors.bank.rules.states import FILE_STATES, FileEvent
from connectors.bank.store import files, nights
from connectors.bank.store.files import Companions
from gateway.errors import Code, GatewayError, MalformedMessage
from gateway.identity import business_id
from gateway.log import Log
from gateway.ports import StageCount
from gateway.signing.files.manifest import SIGNATURE_FILE_BYTES_MAX
from gateway.states import Answer
from gateway.store import alarms, inbox
from gateway.store.inbox import Seen
from gateway.store.unit_of_work import UnitOfWork

_LOG = Log("bank.receiving")
# Files with names nobody agreed on are kept too, but in one run not without end; nor is one run
# spent on those that cannot be had.
_STRAYS_MAX = 20
_ATTEMPTS_MAX = 40
# A file name as file systems take it; control characters, marks that turn the direction of
# writing, halves of characters and line separators could not be stored or would mislead a reader.
_NAME_BYTES_MAX = 255
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Fetched:
    """A data file and its companions, as bytes."""

    data: bytes = field(repr=False)
    flag: bytes = field(repr=False)
    signature: bytes | None = field(repr=False)


def open_nights(bank: Bank, day: date) -> Sequence[NightKey]:
    """Open every night this bank owes files for on this business date; none is a lawful answer."""
    expected = list(expected_files(bank.profile, day, bank.calendar))
    keys = sorted({owed.night for owed in expected})
    for key in keys:
        with bank.store.begin() as work:
            nights.open_night(work, key, [owed for owed in expected if owed.night == key])
    return keys


def unfinished_nights(bank: Bank, since: date, before: date) -> Sequence[NightKey]:
    """Nights of this bank from `since` to the day before `before` that are not proved yet."""
    with bank.store.begin() as work:
        return nights.unfinished(work, bank.profile.code, since, before)


def receive(bank: Bank, key: NightKey) -> StageCount:
    """Fetch what the bank has flagged for one night; twice is once.

    What has come late for an earlier night, a correction above all, is taken in for that night;
    what nobody can place or nobody expects is kept and rings.
    """
    names = _names(bank)
    known = {name: _placed(bank, name) for name in names}
    placed = sorted((f for f in known.values() if f is not None), key=lambda file: file.name)
    seen = [_take_in(bank, key, file) for file in placed if _night_of(file) == key]
    late, unowed = _others(bank, key, [file for file in placed if _night_of(file) != key])
    for file in late:
        _take_in(bank, _night_of(file), file)
    nameless = {name: None for name, file in known.items() if file is None}
    strays = _take_strays(bank, nameless | {file.name: file for file in unowed})
    counts = {kind.name.lower(): seen.count(kind) for kind in Seen}
    counts |= {"late": len(late), "stray": strays}
    _LOG.info("night_received", night=key.label, examined=len(names), **counts)
    return StageCount("receive", len(names), counts)


def _names(bank: Bank) -> Sequence[str]:
    """The names of the files the bank has flagged; what can be nobody's file name rings instead."""
    suffixes = {layout.flag_suffix for layout in bank.layouts.values() if layout.flag}
    flagged = [
        (suffix, name)
        for suffix in sorted(suffixes)
        for name in bank.wire.flagged(bank.profile.outgoing, suffix)
    ]
    good = [name.removesuffix(suffix) for suffix, name in flagged if _is_a_name(name)]
    _tell_of_names(bank, len(flagged) - len(good))
    return good


def _is_a_name(name: str) -> bool:
    """Whether a name can be stored and shown: a file system's length, nothing that steers."""
    if any(unicodedata.category(sign) in _STEERING for sign in name):
        return False
    return len(name.encode()) <= _NAME_BYTES_MAX


def _tell_of_names(bank: Bank, bad: int) -> None:
    """Ring one bell while there are names nobody can use; the names themselves are not told."""
    code = bank.profile.code
    with bank.store.begin() as work:
        if bad:
            detail = f"{bad} 个文件名含控制字符或超过 {_NAME_BYTES_MAX} 字节，未取"
            alarms.ring(work, Code.FILE_NAME_UNKNOWN, code, detail)
        else:
            alarms.clear(work, Code.FILE_NAME_UNKNOWN, code, "已不在银行目录")


def _placed(bank: Bank, name: str) -> FileName | None:
    """The file's place among what this bank sends us; None for a name nobody agreed on."""
    for kind, layout in bank.layouts.items():
        found = matching_name(layout, name) if kind is not FileKind.FILE_RECEIPT else None
        if found and found.bank == bank.profile.code and bank.profile.account(found.account):
            return found
    return None


def _night_of(file: FileName) -> NightKey:
    return NightKey(file.bank, file.account, file.business_date)


def _others(
    bank: Bank, key: NightKey, others: Sequence[FileName]
) -> tuple[Sequence[FileName], Sequence[FileName]]:
    """Files of other nights under names not seen before: of nights opened, and owed for none.

    What is owed, or dated later than this night, is left: its own night will come. So is what is
    older than anything the bank owes: it was somebody's before us.
    """
    with bank.store.begin() as work:
        seen = inbox.names(work, bank.profile.code)
        unseen = [file for file in others if file.name not in seen]
        late = [file for file in unseen if nights.find(work, _night_of(file)) is not None]
    unopened = [file for file in unseen if file not in late]
    first = min((owed.first for owed in bank.profile.owes), default=key.business_date)
    past = [file for file in unopened if first <= file.business_date <= key.business_date]
    return late, [file for file in past if not _is_owed(bank, file)]


def _is_owed(bank: Bank, file: FileName) -> bool:
    owed = expected_files(bank.profile, file.business_date, bank.calendar)
    return (_night_of(file), file.kind) in {(one.night, one.kind) for one in owed}


def _take_in(bank: Bank, key: NightKey, name: FileName) -> Seen | None:
    """Fetch, archive and enter one file; None when it is not to be had, which rings."""
    layout = bank.layouts[name.kind]
    try:
        fetched = _fetch(bank, name.name, layout.flag_suffix, layout.signature_suffix)
    except MalformedMessage as refused:
        _ring(bank, refused.code, key.night_id, name.name)
        return None
    companions = _archive(bank, fetched)
    with bank.store.begin() as work:
        _keep(work, fetched, companions)
        nights.lock(work, key)
        arrival = inbox.take(work, bank.profile.code, name.name, companions.digest)
        # seen and yet no file: it was kept as a stray before its night was opened
        if files.find(work, arrival.item_id) is None:
            files.add(work, arrival.item_id, key.night_id, name, companions)
            alarms.clear(work, Code.FILE_NOT_OWED, arrival.item_id, "该晚对账已开立")
            _note_received(work, arrival.item_id, name, companions)
        _tell_others(work, key, name, arrival)
    return arrival.seen


def _note_received(work: UnitOfWork, file_id: str, name: FileName, companions: Companions) -> None:
    """The digests of all three: the journal binds what lay beside a file as well as the file."""
    work.note(
        "file_received",
        file_id,
        file=name.name,
        digest=companions.digest,
        flag=companions.flag_digest,
        signature=companions.signature_digest,
    )


def _tell_others(work: UnitOfWork, key: NightKey, name: FileName, arrival: inbox.Arrival) -> None:
    """Files already here answer the arrival of the same name by their table (B14, B15)."""
    event = {
        Seen.NEW: None,
        Seen.SAME_AGAIN: FileEvent.SAME_AGAIN,
        Seen.OTHER_CONTENT: FileEvent.OTHER_CONTENT,
    }[arrival.seen]
    for file in files.of_night(work, key.night_id):
        if event is None or file.name != name.name or file.file_id == arrival.item_id:
            continue
        if FILE_STATES.advance(file.state, event).answer is Answer.CONTRADICTION:
            alarms.ring(work, Code.NAME_REUSED, file.file_id, name.name)


def _fetch(bank: Bank, name: str, flag_suffix: str, signature_suffix: str) -> Fetched:
    """The three companions. Raises MalformedMessage when the data is absent or too large."""
    directory, read = bank.profile.outgoing, bank.wire.read
    flag = read(directory, name + flag_suffix, FLAG_BYTES_MAX)
    data = read(directory, name, bank.profile.limits.file_bytes_max)
    if flag is None or data is None:
        raise MalformedMessage(Code.FILE_ABSENT, detail=name)
    return Fetched(data, flag, read(directory, name + signature_suffix, SIGNATURE_FILE_BYTES_MAX))


def _archive(bank: Bank, fetched: Fetched) -> Companions:
    put, signature = bank.store.archive.put, fetched.signature
    return Companions(
        digest=put(fetched.data),
        flag_digest=put(fetched.flag),
        signature_digest=None if signature is None else put(signature),
    )


def _keep(work: UnitOfWork, fetched: Fetched, companions: Companions) -> None:
    work.keep(companions.digest, len(fetched.data))
    work.keep(companions.flag_digest, len(fetched.flag))
    if fetched.signature is not None and companions.signature_digest is not None:
        work.keep(companions.signature_digest, len(fetched.signature))


def _take_strays(bank: Bank, strays: Mapping[str, FileName | None]) -> int:
    """Take in strays not seen before, not without end in one run; returns how many."""
    taken = 0
    for name in _in_turn(bank, strays)[:_ATTEMPTS_MAX]:
        taken += _take_stray(bank, name, strays[name])
        if taken == _STRAYS_MAX:
            break
    return taken


def _in_turn(bank: Bank, names: Iterable[str]) -> Sequence[str]:
    """The names not seen before: first those never tried, then those whose failure is oldest.

    So neither what is here already nor what cannot be had keeps the others out.
    """
    with bank.store.begin() as work:
        seen = inbox.names(work, bank.profile.code)
        failed = {alarm.subject: alarm.last_at for alarm in alarms.ringing(work)}
    tried = {name: failed.get(_stray_id(bank, name)) for name in set(names) - seen}
    never = sorted(name for name, at in tried.items() if at is None)
    again = sorted((at, name) for name, at in tried.items() if at is not None)
    return [*never, *(name for _, name in again)]


def _take_stray(bank: Bank, name: str, file: FileName | None) -> bool:
    """Keep a flagged file whose name nobody agreed on, or that no night owes, and say so.

    Nobody waits for it: whatever goes wrong in reading it rings and stops nothing.
    """
    layout = bank.layouts[file.kind] if file else next(iter(bank.layouts.values()))
    try:
        fetched = _fetch(bank, name, layout.flag_suffix, layout.signature_suffix)
    except GatewayError as failed:
        _ring(bank, failed.code, _stray_id(bank, name), bank.profile.code)
        return False
    companions = _archive(bank, fetched)
    with bank.store.begin() as work:
        _keep(work, fetched, companions)
        arrival = inbox.take(work, bank.profile.code, name, companions.digest)
        if arrival.seen is not Seen.SAME_AGAIN:
            work.note("file_stray", arrival.item_id, digest=companions.digest)
            code, detail = _strayed(bank, file)
            alarms.ring(work, code, arrival.item_id, detail)
        _clear_failures(work, _stray_id(bank, name))
    return True


def _stray_id(bank: Bank, name: str) -> str:
    """What a stray is called before it is here: its name may be a person's and goes nowhere."""
    return business_id("stray", bank.profile.code, name)


def _clear_failures(work: UnitOfWork, stray_id: str) -> None:
    for alarm in alarms.ringing(work):
        if alarm.subject == stray_id:
            alarms.clear(work, alarm.code, stray_id, "已收件")


def _strayed(bank: Bank, file: FileName | None) -> tuple[Code, str]:
    """What is odd about a stray, and what may be told of it: never a name nobody agreed on."""
    if file is None:
        return Code.FILE_NAME_UNKNOWN, bank.profile.code
    return Code.FILE_NOT_OWED, f"{_night_of(file).label} {file.kind.title}"


def _ring(bank: Bank, code: Code, subject: str, detail: str) -> None:
    with bank.store.begin() as work:
        alarms.ring(work, code, subject, detail)
