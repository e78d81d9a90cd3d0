"""Time-stamps taken now, or waited for: what cannot be stamped now is asked again. 盖时间戳"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.errors import Code, GatewayError, IllegalTransition
from gateway.ports import TimeAuthority
from gateway.signing.keys.anchors import RingAnchors
from gateway.signing.keys.keyring import KeyRing, Purpose
from gateway.signing.seals.timestamps import SKEW, Imprint, Stamp, Terms, check_stamp, take_stamp
from gateway.store import alarms, stamps
from gateway.store.stamps import Kept, Waiting
from gateway.store.unit_of_work import Store, UnitOfWork, keep_bytes
from gateway.web.time_authority import NoTimeAuthority

# After the first, second, … attempt that brought nothing. The last is less than the hour between
# two rounds of housekeeping: what waits for a whole hour would be asked for every second time only.
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 45))
# A stamp a few hours late proves what it should; one that never comes does not.
ALARM_AFTER = timedelta(hours=24)
_ROUND = 50
# One authority, one bell: a thousand waiting stamps are one piece of news.
ABOUT = "time-authority"
# What an authority must be told of at once; a line that is down may come up by itself.
_TELLING = (
    Code.STAMP_UNREADABLE,
    Code.STAMP_NOT_OURS,
    Code.STAMP_UNTRUSTED,
    Code.STAMP_CLOCK_WRONG,
    Code.STAMP_REFUSED,
)


@dataclass(frozen=True, slots=True)
class Stamping:
    """What stamps are taken with.

    `policies` are the authority's policies agreed on, dotted; none means any.
    """

    store: Store
    ring: KeyRing
    authority: TimeAuthority
    policies: frozenset[str] = frozenset()
    skew: timedelta = SKEW


@dataclass(frozen=True, slots=True)
class Round:
    """What one round over the waiting ones brought, and what waits on: None when nothing does."""

    asked: int
    taken: int
    waiting: Waiting | None


@dataclass(slots=True)
class _Listening:
    """The authority, with its last answer kept: what is not believed is evidence all the same."""

    authority: TimeAuthority
    reply: bytes = field(default=b"", repr=False)

    def ask(self, request: bytes) -> bytes:
        """Ask, and remember the answer."""
        self.reply = self.authority.ask(request)
        return self.reply


def is_agreed(stamping: Stamping) -> bool:
    """Whether the site has agreed on an authority at all."""
    return not isinstance(stamping.authority, NoTimeAuthority)


def stamp_or_wait(stamping: Stamping, subject: str, imprint: Imprint) -> Stamp | None:
    """The stamp over this digest of this thing: had already, taken now, or None: it is waited for.

    The authority is asked once here, and from then on by `stamp_waiting`. Never raises for what an
    authority does: that rings.
    """
    with stamping.store.begin() as work:
        kept = stamps.enter(work, subject, imprint)
    if kept.token_digest is not None:
        return _kept_stamp(stamping, kept)
    return None if kept.attempts else _ask(stamping, kept)[0]


def stamp_now(stamping: Stamping, subject: str, imprint: Imprint) -> Stamp | None:
    """The stamp, or None: for what leaves the house now, which a later stamp would not reach.

    Never raises for what an authority does; an answer that is not believed is kept, and rings.
    """
    listening = _Listening(stamping.authority)
    try:
        return _taken(stamping, listening, imprint)
    except GatewayError as failed:
        with stamping.store.begin() as work:
            _tell(stamping.store, work, subject, failed.code, listening.reply)
        return None


def stamp_of(stamping: Stamping, subject: str, imprint: Imprint) -> Stamp | None:
    """The stamp that is had of this digest of this thing; None when there is none yet.

    Verified again, as `check_stamp` does.
    """
    with stamping.store.begin() as work:
        every = stamps.of_subject(work, subject)
    found = next((one for one in every if one.imprint == imprint and one.token_digest), None)
    return None if found is None else _kept_stamp(stamping, found)


def stamp_waiting(stamping: Stamping, *, by_hand: bool = False) -> Round:
    """Ask again for what is due, 50 at most; ring when one has waited for a day, clear when none.

    Once one is had, the line is up again: all that waits is asked for, due or not, and so it is
    when somebody asks `by_hand`. The round ends at the first line that is down: the others are as
    down as it was.
    """
    with stamping.store.begin() as work:
        first = stamps.every_waiting(work) if by_hand else stamps.due(work, _ROUND)
    asked, taken = _ask_each(stamping, first)
    if taken:
        with stamping.store.begin() as work:
            rest = [each for each in stamps.every_waiting(work) if each not in set(first)]
        more = _ask_each(stamping, rest)
        asked, taken = asked + more[0], taken + more[1]
    with stamping.store.begin() as work:
        waiting = _watch(work)
    return Round(asked, taken, waiting)


def _ask_each(stamping: Stamping, stamp_ids: Sequence[str]) -> tuple[int, int]:
    """Ask for one after the other, until the line is down; how many were asked for, and had."""
    asked = taken = 0
    for stamp_id in stamp_ids:
        with stamping.store.begin() as work:
            kept = stamps.find(work, stamp_id)
        stamp, code = _ask(stamping, kept)
        asked, taken = asked + 1, taken + (stamp is not None)
        if code is Code.STAMP_UNREACHABLE:
            break
    return asked, taken


def _ask(stamping: Stamping, kept: Kept) -> tuple[Stamp | None, Code | None]:
    """One attempt: the wire first, then one transaction with what came of it."""
    listening = _Listening(stamping.authority)
    try:
        stamp = _taken(stamping, listening, kept.imprint)
    except GatewayError as failed:
        with stamping.store.begin() as work:
            _put_off(stamping.store, work, kept, failed.code, listening.reply)
        return None, failed.code
    with stamping.store.begin() as work:
        mine = _take(stamping.store, work, kept, stamp)
        now_kept = stamps.find(work, kept.stamp_id)
    return (stamp if mine else _kept_stamp(stamping, now_kept)), None


def _taken(stamping: Stamping, listening: _Listening, imprint: Imprint) -> Stamp:
    """Ask, by our clock of this moment. Raises as `take_stamp` does."""
    with stamping.store.begin() as work:
        now = work.now
    return take_stamp(listening, imprint, _terms(stamping, now), now)


def _terms(stamping: Stamping, now: datetime) -> Terms:
    """What is agreed with the authority; its key counts if it was in force at the stamp's time."""
    anchors = RingAnchors(stamping.ring, Purpose.TIME_STAMP, now)
    return Terms(anchors, stamping.policies, stamping.skew)


def _take(store: Store, work: UnitOfWork, kept: Kept, stamp: Stamp) -> bool:
    """Keep the stamp; False when another worker was first, whose stamp stays."""
    token = keep_bytes(store, work, stamp.token)
    mine = stamps.take(work, kept.stamp_id, token, stamp.gen_time)
    if mine:
        moment = stamp.gen_time.isoformat()
        work.note("stamp_taken", kept.subject, token=token, gen_time=moment, id=kept.stamp_id)
    for code in _TELLING:
        alarms.clear(work, code, ABOUT, "已取得可信时间戳")
    return mine


def _put_off(store: Store, work: UnitOfWork, kept: Kept, code: Code, reply: bytes) -> None:
    """Ask again later; an answer that is not believed is kept, and rings."""
    attempts = stamps.find(work, kept.stamp_id).attempts
    pause = _PAUSES[min(attempts, len(_PAUSES) - 1)]
    stamps.put_off(work, kept.stamp_id, work.now + pause)
    digest = _tell(store, work, kept.subject, code, reply)
    if digest is not None or not attempts:
        work.note("stamp_waits", kept.subject, code=code.name, reply=digest, id=kept.stamp_id)


def _tell(store: Store, work: UnitOfWork, subject: str, code: Code, reply: bytes) -> str | None:
    """Keep an answer that is not believed, and ring; its digest, None where nobody answered."""
    digest = keep_bytes(store, work, reply) if reply else None
    if code in _TELLING:
        alarms.ring(work, code, ABOUT, f"{subject} {digest}")
    return digest


def _watch(work: UnitOfWork) -> Waiting | None:
    """Ring while something has waited too long; what waits at all."""
    waiting = stamps.waiting(work)
    if waiting is not None and work.now - waiting.since >= ALARM_AFTER:
        alarms.ring(work, Code.STAMP_WAITING, ABOUT, f"{waiting.since:%Y-%m-%d %H:%M} 起")
    else:
        alarms.clear(work, Code.STAMP_WAITING, ABOUT, "无久候的时间戳")
    return waiting


def _kept_stamp(stamping: Stamping, kept: Kept) -> Stamp:
    """The stamp that is had, read from the archive and verified as of its own time."""
    if kept.token_digest is None or kept.gen_time is None:  # mypy cannot see the caller's question
        raise IllegalTransition(Code.TRANSITION_MISSING, subject=kept.stamp_id)
    token = stamping.store.archive.get(kept.token_digest)
    return check_stamp(token, kept.imprint, _terms(stamping, kept.gen_time))
