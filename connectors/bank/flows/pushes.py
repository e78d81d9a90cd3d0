"""Bookings the platform pushes, each stored once; what cannot be read is quarantined. 推送入库"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from connectors.bank.codec import decode
from connectors.bank.codec.settlement import NamedFile, Tx, read_push
from connectors.bank.flows.platform import Platform
from connectors.bank.model import DecodedFile
from connectors.bank.rules.pushes import Booking, PushEvent, PushState, Told, told_apart
from connectors.bank.store import details, pushes
from connectors.bank.store.pushes import PushRow
from gateway.errors import Code, Finding, MalformedMessage
from gateway.log import Log
from gateway.ports import StageCount
from gateway.store import alarms
from gateway.store.unit_of_work import UnitOfWork

_LOG = Log("bank.pushes")
_AT_ONCE = 500
_LINES_MAX = 100_000


def take_pushes(platform: Platform) -> StageCount:
    """Turn every waiting SBDC100 into bookings; twice is once, and one bad push stops no other."""
    counts: Counter[str] = Counter(taken=0, quarantined=0, bookings=0)
    examined = 0
    while waiting := _waiting(platform):
        examined += len(waiting)
        for push in waiting:
            counts.update(_take(platform, push))
    _LOG.info("pushes_done", examined=examined, **counts)
    return StageCount("pushes", examined, dict(counts))


def _waiting(platform: Platform) -> Sequence[PushRow]:
    with platform.store.begin() as work:
        return pushes.waiting(work, Tx.NOTICE.value, _AT_ONCE)


def _take(platform: Platform, push: PushRow) -> dict[str, int]:
    """One push in one transaction: all its bookings, or a place in quarantine."""
    lines, findings = _read(platform, platform.store.archive.get(push.digest))
    with platform.store.begin() as work:
        if pushes.lock(work, push.item_id) is not PushState.RECEIVED:
            return {}
        if findings:
            _quarantine(work, push, findings)
            return {"quarantined": 1}
        new = keep_bookings(platform, work, push.item_id, lines)
        pushes.advance(work, push.item_id, PushEvent.TAKE)
        return {"taken": 1, "bookings": new}


def _quarantine(work: UnitOfWork, push: PushRow, findings: Sequence[Finding]) -> None:
    pushes.keep_findings(work, push.item_id, findings)
    pushes.advance(work, push.item_id, PushEvent.REFUSE)
    alarms.ring(work, findings[0].code, push.item_id, findings[0].place())


def _read(platform: Platform, data: bytes) -> tuple[Sequence[Booking], Sequence[Finding]]:
    try:
        files = read_push(platform.dialect, data).files
    except MalformedMessage as foreign:
        return (), (Finding(foreign.code, field=foreign.detail),)
    return bookings(platform, files)


def bookings(
    platform: Platform, files: Sequence[NamedFile]
) -> tuple[Sequence[Booking], Sequence[Finding]]:
    """The bookings in some files, numbered through, and all that is wrong with them.

    A booking on another account than ours is wrong: nobody's money is booked by a guess.
    """
    decoded = [_decoded(platform, file.data) for file in files]
    findings = [finding for one in decoded for finding in (*one.findings, *one.held)]
    found = [
        Booking(one.accounts.get(line.line, ""), line) for one in decoded for line in one.statement
    ]
    findings += [
        Finding(Code.ACCOUNT_DIFFERS, booking.line.line, field="账号")
        for booking in found
        if booking.account_number not in platform.accounts
    ]
    return [
        replace(booking, line=replace(booking.line, line=number))
        for number, booking in enumerate(found, start=1)
    ], findings


def _decoded(platform: Platform, data: bytes) -> DecodedFile:
    """The file as its bank writes it: whose it is stands in its lines, so it is read first."""
    plain = decode(platform.details, data, _LINES_MAX)
    banks = {platform.accounts.get(number, ("", ""))[0] for number in plain.accounts.values()}
    own = platform.details_of.get(banks.pop()) if len(banks) == 1 else None
    return decode(own, data, _LINES_MAX) if own else plain


def keep_bookings(
    platform: Platform, work: UnitOfWork, item_id: str, found: Sequence[Booking]
) -> int:
    """Store the bookings that are not known yet; how many they were."""
    by_account: dict[tuple[str, str], list[Told]] = {}
    for one in told_apart(found):
        of = platform.accounts[one.booking.account_number]
        by_account.setdefault(of, []).append(one)
    return sum(
        details.add(work, item_id, of, told, platform.tokens)
        for of, told in sorted(by_account.items(), key=lambda each: each[0])
    )
