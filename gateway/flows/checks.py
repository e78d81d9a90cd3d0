"""Self-checks: green means looked, so each says how much it examined. 自检"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select

from connectors.bank.connector import CONNECTOR as BANK
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.platform import Platform
from connectors.bank.settings import Evidence
from connectors.core_system.connector import CONNECTOR as CORE_SYSTEM
from connectors.core_system.settings import Interface
from connectors.core_system.transport import CoreDatabase
from gateway.dates import Calendar
from gateway.errors import Code, GatewayError, NotConfigured, RefusedHere, SignatureInvalid
from gateway.flows.anchoring import HOLDER as JOURNAL
from gateway.flows.evidence import HOLDER as DOCUMENTS
from gateway.flows.key_parts import KeyFiles
from gateway.flows.keys import require_private, watch_certificates
from gateway.flows.stamping import ALARM_AFTER, Stamping, is_agreed
from gateway.flows.watching import watch_calendar
from gateway.ports import CheckResult, Clock
from gateway.signing.keys.keyring import KeyRing, Purpose
from gateway.signing.keys.lifetimes import watched
from gateway.signing.seals.cms import seal_of
from gateway.store import journal, stamps
from gateway.store.tables import PAYLOAD
from gateway.store.unit_of_work import Store

CONNECTORS = (BANK.name, CORE_SYSTEM.name)


@dataclass(frozen=True, slots=True)
class Checked:
    """What is checked: the parts of a gateway."""

    store: Store
    calendar: Calendar
    ring: KeyRing
    files: KeyFiles
    clock: Clock
    banks: Mapping[str, Bank]
    core: CoreDatabase
    interface: Interface
    stamping: Stamping
    settlement: Platform | None = None


def check_all(checked: Checked, connector: str | None = None) -> Sequence[CheckResult]:
    """Check the kernel and every connector, or one connector only."""
    parts = [_CHECKS[connector]] if connector else list(_CHECKS.values())
    return [result for part in parts for result in part(checked)]


def verify_archive(store: Store) -> int:
    """Read every payload that was not shredded and recompute its digest; how many there are.

    Raises SignatureInvalid, naming every one that is missing or altered, after the last.
    """
    with store.begin() as work:
        kept = select(PAYLOAD.c.digest).where(PAYLOAD.c.shredded_at.is_(None))
        digests = work.connection.execute(kept).scalars().all()
    damaged = [digest for digest in digests if _is_damaged(store, digest)]
    if damaged:
        detail = f"查 {len(digests)} 件，损坏 {len(damaged)} 件：{'、'.join(damaged)}"
        raise SignatureInvalid(Code.ARCHIVE_DAMAGED, detail=detail)
    return len(digests)


def _is_damaged(store: Store, digest: str) -> bool:
    try:
        store.archive.get(digest)
    except SignatureInvalid:
        return True
    return False


def shredded(store: Store) -> int:
    """How many payloads were shredded: of them only the digest is left."""
    with store.begin() as work:
        gone = select(func.count()).where(PAYLOAD.c.shredded_at.is_not(None))
        return work.connection.execute(gone).scalar_one()


def _kernel(checked: Checked) -> Iterator[CheckResult]:
    yield _tried("流水链", lambda: _journal(checked.store))
    yield _tried("工作日历", lambda: _calendar(checked))
    yield _tried("密钥", lambda: _keys(checked))
    yield _tried("密钥目录", lambda: (1, _places(checked.files)))
    yield _tried("密钥期限", lambda: _lifetimes(checked))
    yield _tried("时间戳", lambda: _stamps(checked.stamping))


def _journal(store: Store) -> tuple[int, str]:
    with store.begin() as work:
        count, head = journal.verify(work.connection)
    return count, f"末条摘要 {head[:12]}…"


def _calendar(checked: Checked) -> tuple[int, str]:
    missing = watch_calendar(checked.store, checked.calendar)
    years = sorted(checked.calendar.years)
    note = f"，{missing} 年尚未导入，已告警" if missing else ""
    return len(years), f"{years[0]}–{years[-1]}{note}"


def _keys(checked: Checked) -> tuple[int, str]:
    """Every holder has a key that does its work now. Raises NotConfigured naming who has none."""
    now = checked.clock.now()
    found = {
        (purpose, holder): checked.ring.usable(purpose, holder, now)
        for purpose, holder in _needed(checked.banks.values())
    }
    missing = [f"{purpose.value} {holder}" for (purpose, holder), kids in found.items() if not kids]
    if missing:
        raise NotConfigured(Code.KEY_MISSING, detail="、".join(missing))
    seal_of(checked.ring, DOCUMENTS, now)  # which needs a certificate too
    return len(
        checked.ring
    ), f"可用密钥 {'、'.join(kid for kids in found.values() for kid in kids)}"


def _needed(banks: Iterable[Bank]) -> Iterator[tuple[Purpose, str]]:
    """What there must be a key for, and whose: without one, files or our own work stop."""
    yield Purpose.JOURNAL_HEAD, JOURNAL
    yield Purpose.DOCUMENT_SEAL, DOCUMENTS
    for bank in banks:
        yield Purpose.BANK_RECEIPT, bank.profile.code
        if bank.profile.evidence is Evidence.SIGNATURE:
            yield Purpose.BANK_FILE, bank.profile.code


def _places(files: KeyFiles) -> str:
    require_private(files)
    return "他人均不可读"


def _lifetimes(checked: Checked) -> tuple[int, str]:
    due = watch_certificates(checked.store, checked.ring)
    last = watched(checked.ring.keys(), checked.clock.now())
    first = min((key.ends for key in last), default=None)
    until = "无在用密钥" if first is None else f"最早 {first:%Y-%m-%d} 到期"
    return len(checked.ring), f"{until}{f'，{due} 把须更换，已告警' if due else ''}"


def _stamps(stamping: Stamping) -> tuple[int, str]:
    """What waits, and the newest that is had. Raises RefusedHere when one has waited too long."""
    with stamping.store.begin() as work:
        waiting, newest, now = stamps.waiting(work), stamps.newest(work), work.now
    said = [] if is_agreed(stamping) else ["未配置"]
    if waiting is not None:
        said.append(f"{waiting.count} 枚待补，{waiting.since:%Y-%m-%d %H:%M} 起")
    said.append(f"最近一枚 {newest:%Y-%m-%d %H:%M}" if newest else "尚无时间戳")
    if waiting is not None and now - waiting.since >= ALARM_AFTER:
        raise RefusedHere(Code.STAMP_WAITING, detail="，".join(said))
    return waiting.count if waiting else 0, "，".join(said)


def _banks(checked: Checked) -> Iterator[CheckResult]:
    for bank in checked.banks.values():
        yield _tried(f"银行 {bank.profile.name}", partial(_bank, bank))
    if checked.settlement is not None:
        yield _tried("结算平台", partial(_platform, checked.settlement))


def _bank(bank: Bank) -> tuple[int, str]:
    return 1, bank.wire.check()


def _platform(platform: Platform) -> tuple[int, str]:
    return 1, platform.line.check()


def _core(checked: Checked) -> Iterator[CheckResult]:
    yield _tried(
        "核心系统接口", lambda: (checked.core.check(checked.interface), "列与权限均与约定相符")
    )


def _tried(item: str, check: Callable[[], tuple[int, str]]) -> CheckResult:
    try:
        examined, detail = check()
    except GatewayError as error:
        return CheckResult(item, False, 0, str(error))
    return CheckResult(item, True, examined, detail)


_CHECKS: dict[str, Callable[[Checked], Iterator[CheckResult]]] = {
    "kernel": _kernel,
    BANK.name: _banks,
    CORE_SYSTEM.name: _core,
}
