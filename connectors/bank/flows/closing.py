"""Closing the days of an account in order, and opening one again under four eyes. 日结与重开"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.bank.flows.missing import late_break
from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind, NightKey
from connectors.bank.rules.break_states import BreakState
from connectors.bank.rules.day import DayEvent, DayFacts, DayState, hindrances
from connectors.bank.rules.states import FileState, NightState
from connectors.bank.store import break_acts, days, files, nights
from connectors.bank.store.days import DayRow
from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.identity import idempotency_key
from gateway.store import approvals
from gateway.store.approvals import Ask
from gateway.store.unit_of_work import Store, UnitOfWork

REOPENING = "bank.reopen"
# Opening a day again touches every later one: no more than a person can oversee at once.
_LATER_MAX = 400


@dataclass(frozen=True, slots=True)
class DayStatus:
    """A day as it stands and why it cannot be closed now; nothing when it can, or is."""

    day: DayRow
    hindrances: tuple[str, ...]


def status(store: Store, of: tuple[str, str], most: int) -> Sequence[DayStatus]:
    """The days of an account (bank, account), newest first, each with what it lacks."""
    with store.begin() as work:
        return [_status(work, row) for row in days.listed(work, *of, most)]


def _status(work: UnitOfWork, row: DayRow) -> DayStatus:
    if row.state is DayState.CLOSED:
        return DayStatus(row, ())
    return DayStatus(row, tuple(hindrances(_facts(work, row.key))))


def _facts(work: UnitOfWork, key: NightKey) -> DayFacts:
    night, before = nights.find(work, key), nights.before(work, key)
    if night is None:
        raise NotConfigured(Code.NOT_FOUND, detail=key.label)
    used = {
        file.kind for file in files.of_night(work, key.night_id) if file.state is FileState.USED
    }
    missing = [kind for kind in nights.owed(work, key) if kind not in used]
    return DayFacts(
        before=None if before is None else days.state_of(work, before.key),
        night=night.state,
        missing=missing,
        excused=[kind for kind in missing if _is_excused(work, key, kind)],
        proved=night.state is NightState.PROVED,
    )


def _is_excused(work: UnitOfWork, key: NightKey, kind: FileKind) -> bool:
    identity = late_break(key, kind).break_id(key.bank, key.account)
    try:
        return break_acts.find(work, identity).state is BreakState.RESOLVED
    except NotConfigured:
        return False


def close(bank: Bank, key: NightKey) -> DayState:
    """Close a day. Raises RefusedHere naming all that it lacks."""
    with bank.store.begin() as work:
        row = days.day(work, key)
        if row.state is DayState.CLOSED:
            return row.state
        lacking = tuple(hindrances(_facts(work, key)))
        if lacking:
            raise RefusedHere(
                Code.DAY_HINDERED, detail="；".join(lacking), subject=days.day_id(key)
            )
        return days.advance(work, row, DayEvent.CLOSES)


def close_all(bank: Bank, account: str) -> Sequence[NightKey]:
    """Close every day that can be, the oldest first; also those to be proved again."""
    closed = []
    for each in reversed(status(bank.store, (bank.profile.code, account), _LATER_MAX)):
        if each.day.state is DayState.CLOSED:
            continue
        try:
            close(bank, each.day.key)
        except RefusedHere:
            break
        closed.append(each.day.key)
    return closed


def ask_to_reopen(bank: Bank, key: NightKey, person: str, reason: str) -> str:
    """Ask two people to open a closed day again; returns the approval's id.

    Raises RefusedHere for a day that is not closed.
    """
    with bank.store.begin() as work:
        row = _closed(work, key)
        after = days.later(work, key)
        touched = [each.key.business_date for each in after if each.state is not DayState.OPEN]
        lines = (
            f"账日 {key.label}",
            f"日结于 {row.state_at:%Y-%m-%d %H:%M}",
            f"其后 {len(touched)} 日须依次重证",
            f"理由 {reason}",
            f"提出 {person}",
        )
        digest = _digest(row)
        ask = Ask(REOPENING, days.day_id(key), digest, f"重开 {key.label}", lines)
        return approvals.ask(work, ask)


def reopen(bank: Bank, key: NightKey) -> Sequence[NightKey]:
    """Open a day again after two have agreed; returns the later days that are stale by it.

    Raises RefusedHere without the approval of exactly this.
    """
    with bank.store.begin() as work:
        row = _closed(work, key)
        approvals.require(work, REOPENING, days.day_id(key), _digest(row))
        days.advance(work, row, DayEvent.REOPENS)
        later = days.later(work, key)
        for each in later:
            days.advance(work, each, DayEvent.EARLIER_REOPENED)
        return [each.key for each in later if each.state is DayState.CLOSED]


def _closed(work: UnitOfWork, key: NightKey) -> DayRow:
    row = days.day(work, key)
    if row.state is not DayState.CLOSED:
        detail = f"{key.label} {row.state.value}"
        raise RefusedHere(Code.DAY_HINDERED, detail=detail, subject=days.day_id(key))
    return row


def _digest(row: DayRow) -> str:
    """Of this closing of this day: what was agreed for one closing opens no later one."""
    at = row.state_at.isoformat() if row.state_at else ""
    return idempotency_key("reopen", days.day_id(row.key), at)
