"""How a key stands at a moment, and when its end must be warned of. 密钥期限"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

from gateway.signing.keys.keyring import OURS, Key

# Days before the end at which a warning begins anew.
WARNINGS = (60, 30, 7, 1)
# An end that nobody has followed is told for so long; who wants it to be silent revokes the key.
_RINGS_ON = timedelta(days=30)


class Standing(Enum):
    """What a key may do now."""

    WAITING = "待启用"
    SIGNING = "使用中"
    VERIFYING = "仅验签"
    ENDED = "已停用"
    REVOKED = "已吊销"


def standing_of(key: Key, at: datetime) -> Standing:
    """How the key stands; a counterparty's key in force verifies, that is all it does here."""
    if key.revoked(at):
        return Standing.REVOKED
    if at < key.not_before:
        return Standing.WAITING
    if not key.verifies(at):
        return Standing.ENDED
    return Standing.SIGNING if key.purpose in OURS and at < key.ends else Standing.VERIFYING


def days_left(key: Key, at: datetime) -> int:
    """Whole days until it must have been replaced; negative afterwards."""
    return (key.ends - at) // timedelta(days=1)


def warning(end: datetime, at: datetime) -> int | None:
    """Which of WARNINGS is due: the least number of days that is still enough; 0 after the end."""
    if at >= end:
        return 0
    due = [days for days in WARNINGS if end - at <= timedelta(days=days)]
    return min(due, default=None)


def watched(keys: Sequence[Key], at: datetime) -> list[Key]:
    """The keys whose end matters: not revoked, not long out of use, and none follows in time."""
    uses: dict[tuple[object, str], list[Key]] = {}
    for key in keys:
        if not key.revoked(at) and at < key.verify_until + _RINGS_ON:
            uses.setdefault((key.purpose, key.holder), []).append(key)
    return [_last(uses[use], at) for use in sorted(uses, key=str)]


def _last(keys: list[Key], at: datetime) -> Key:
    """The key with which the unbroken cover ends: one that begins after a gap follows nobody."""
    begun = [key for key in keys if key.not_before <= at]
    last = max(begun or keys[:1], key=lambda key: key.ends)
    for key in sorted(keys, key=lambda key: key.not_before):
        if key.not_before <= last.ends < key.ends:
            last = key
    return last
