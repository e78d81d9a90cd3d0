"""Purging: what is past its period goes, everything else is left alone. 到期清理"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from stat import S_ISREG

from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.flows.retention import Act, Material, Retention
from gateway.flows.shredding import Why, finish, past_their_period, shred, unfinished
from gateway.store.unit_of_work import Store

# At most so many of a kind in one run: the next run goes on.
_PAYLOADS_MAX, _LOGS_MAX = 1_000, 10_000
_FINISHED_WITHIN = timedelta(days=30)
_LOG_SUFFIX = ".log"
_SUBJECT = "retention"


@dataclass(frozen=True, slots=True)
class Purging:
    """What a purge works on; `logs` is None where somebody else keeps the logs."""

    store: Store
    rules: Retention
    logs: Path | None
    user: str


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge removed, or would; `in_use` payloads are past their period and stay."""

    payloads: tuple[str, ...]
    logs: int
    in_use: int

    @property
    def counts(self) -> dict[str, int]:
        """The same as numbers."""
        return {"payloads": len(self.payloads), "logs": self.logs, "in_use": self.in_use}


def purge(on: Purging, *, dry_run: bool = False) -> Purged:
    """Remove what is past its period by the rules: payloads' keys, and technical logs.

    Says what was removed; raises NotConfigured when a log cannot be.
    Rows stay: journal, messages, lines, and the inbox, by which a file that comes again is known.
    """
    rule = on.rules[Material.PAYLOAD]
    with on.store.begin() as work:
        now = work.now
        past = past_their_period(work, rule, _PAYLOADS_MAX)
        left = unfinished(work, now - _FINISHED_WITHIN)
    free = past.free if rule.act is Act.SHRED else ()
    logs = list(islice(_old_logs(on, now), _LOGS_MAX))
    found = Purged(tuple(free), len(logs), past.in_use)
    if dry_run:
        return found
    removed = _remove(on, found, logs)
    for digest in left:
        finish(on.store, digest)
    return removed


def _remove(on: Purging, found: Purged, logs: list[Path]) -> Purged:
    for path in logs:
        try:
            path.unlink(missing_ok=True)
        except OSError as refused:
            detail = f"logs: {refused.strerror}"
            raise NotConfigured(Code.SETTING_INVALID, detail=detail) from refused
    gone = tuple(digest for digest in found.payloads if _shredded(on, digest))
    removed = replace(found, payloads=gone)
    if gone or logs:
        with on.store.begin() as work:
            work.note("retention_purged", _SUBJECT, user=on.user, **removed.counts)
    return removed


def _shredded(on: Purging, digest: str) -> bool:
    """Shred it; False for what has come into use, or anew, since it was found."""
    try:
        shred(on.store, on.rules[Material.PAYLOAD], digest, Why("retention_over", on.user))
    except RefusedHere:
        return False
    return True


def _old_logs(on: Purging, now: datetime) -> Iterator[Path]:
    """Log files not written to since the period began; links are neither followed nor removed."""
    rule = on.rules[Material.TECHNICAL_LOG]
    if on.logs is None or rule.act is not Act.DELETE:
        return
    past = rule.past(now).timestamp()
    for folder, _, names in os.walk(on.logs):
        for name in sorted(names):
            path = Path(folder) / name
            if name.endswith(_LOG_SUFFIX) and _is_older(path, past):
                yield path


def _is_older(path: Path, past: float) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:  # another purge was faster
        return False
    return S_ISREG(found.st_mode) and found.st_mtime < past
