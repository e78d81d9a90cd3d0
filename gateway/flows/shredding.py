"""Shredding: a payload's keys are destroyed, its digest and its history stay. 销毁原件"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text, update

from gateway.dates import SHANGHAI
from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.flows.retention import Act, Rule
from gateway.store.messages import MESSAGE_STATES
from gateway.store.tables import INBOX, PAYLOAD
from gateway.store.unit_of_work import Store, UnitOfWork

# Why a payload is shredded: what stands in the journal, and what it means.
REASONS = {
    "retention_over": "留存期满",
    "erasure_request": "本人请求删除且期限已过",
    "received_in_error": "误收且期限已过",
}

# Every payload that may hold people, and whether what refers to it still goes on. What is not
# here (heads of the journal, stamps, decisions) holds nobody and is proof: it is never shredded.
_REFERRED = """
    select f.digest, n.state <> 'PROVED' as used
        from bank_file f join bank_night n using (night_id)
    union all select digest, false from inbox_item
    union all select i.digest, p.state = 'RECEIVED'
        from push_inbox p join inbox_item i using (item_id)
    union all select ledger_digest, state <> 'PROVED' from bank_night
    union all select d.books_digest, n.state <> 'PROVED'
        from night_decision d join bank_night n using (night_id)
    union all select s.digest, n.state <> 'PROVED'
        from proof_sheet s join bank_night n using (night_id)
    union all select digest, state <> all(:finals) from message
    union all select a.signed_digest, m.state <> all(:finals)
        from attempt a join message m using (message_id)
    union all select a.reply_digest, m.state <> all(:finals)
        from attempt a join message m using (message_id)
"""
_USE = text(f"select bool_or(used) from ({_REFERRED}) as r where digest = :digest")  # noqa: S608
_PAST = text(f"""
    select p.digest, bool_or(r.used) from payload p join ({_REFERRED}) as r using (digest)
    where p.shredded_at is null and coalesce(p.kept_again_at, p.archived_at) < :past
    group by p.digest order by bool_or(r.used), p.digest limit :most
""")  # noqa: S608 - ours
_FINALS = [state.name for state in MESSAGE_STATES.finals]


@dataclass(frozen=True, slots=True)
class Why:
    """Why something is destroyed, one of REASONS, and who wanted it."""

    reason: str
    user: str


@dataclass(frozen=True, slots=True)
class Past:
    """Payloads past their period: those that may go, and how many are still in use."""

    free: Sequence[str]
    in_use: int


def shred(store: Store, rule: Rule, wanted: str, why: Why) -> tuple[str, int]:
    """Shred a payload by its digest, or a file's by the file's id: (digest, keys destroyed).

    The intention is committed before a key is gone; a process that dies between leaves a payload
    marked as shredded, and doing it again destroys the keys. Raises RefusedHere when it is too
    young, in use or no payload of people, NotConfigured when there is none.
    """
    with store.begin() as work:
        digest = _digest_of(work, wanted)
        if _locked(work, digest).shredded_at is None:
            _require_free(work, digest, rule)
            _mark(work, digest, why)
    return digest, finish(store, digest)


def finish(store: Store, digest: str) -> int:
    """Destroy the keys of a payload that is marked; none when it was kept again meanwhile."""
    with store.begin() as work:
        if _locked(work, digest).shredded_at is None:
            return 0
        return store.archive.shred(digest)


def past_their_period(work: UnitOfWork, rule: Rule, most: int) -> Past:
    """Payloads of people, not shredded yet, whose period is over; at most `most`."""
    values = {"past": rule.past(work.now), "most": most, "finals": _FINALS}
    rows = work.connection.execute(_PAST, values).all()
    return Past([row[0] for row in rows if not row[1]], sum(row[1] for row in rows))


def unfinished(work: UnitOfWork, since: datetime) -> Sequence[str]:
    """Payloads marked since then, whose keys a dead process may have left."""
    query = select(PAYLOAD.c.digest).where(PAYLOAD.c.shredded_at >= since)
    return work.connection.execute(query.order_by(PAYLOAD.c.digest)).scalars().all()


@dataclass(frozen=True, slots=True)
class _Row:
    kept_at: datetime
    shredded_at: datetime | None


def _digest_of(work: UnitOfWork, wanted: str) -> str:
    query = select(INBOX.c.digest).where(INBOX.c.item_id == wanted)
    return work.connection.execute(query).scalar_one_or_none() or wanted


def _locked(work: UnitOfWork, digest: str) -> _Row:
    """The payload's row, locked: who keeps it again waits until we are done."""
    kept_at = func.coalesce(PAYLOAD.c.kept_again_at, PAYLOAD.c.archived_at)
    query = select(kept_at, PAYLOAD.c.shredded_at).where(PAYLOAD.c.digest == digest)
    row = work.connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise NotConfigured(Code.NOT_FOUND, detail=digest)
    return _Row(row[0], row[1])


def _require_free(work: UnitOfWork, digest: str, rule: Rule) -> None:
    used = work.connection.execute(_USE, {"digest": digest, "finals": _FINALS}).scalar_one()
    kept_at = _locked(work, digest).kept_at
    refusals = (
        (used is None, "不是含个人信息的原件"),
        (rule.act is not Act.SHRED, "规则不许销毁"),
        (bool(used), "所属对账或报文尚未了结"),
        (kept_at >= rule.past(work.now), f"{_day(kept_at)} 存入，须留存 {rule.keep_months} 个月"),
    )
    for refused, because in refusals:
        if refused:
            raise RefusedHere(Code.RETENTION_FORBIDS, detail=because, subject=digest)


def _day(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).date().isoformat()


def _mark(work: UnitOfWork, digest: str, why: Why) -> None:
    marked = update(PAYLOAD).where(PAYLOAD.c.digest == digest)
    work.connection.execute(marked.values(shredded_at=work.now))
    work.note("payload_shredded", digest, reason=why.reason, user=why.user)
