"""Purging: what is past its period goes, everything else is left alone. 到期清理"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from stat import S_ISREG

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
    if not dry_run:
        _remove(on, found, logs)
        for digest in left:
            finish(on.store, digest)
    return found


def _remove(on: Purging, found: Purged, logs: list[Path]) -> None:
    for digest in found.payloads:
        shred(on.store, on.rules[Material.PAYLOAD], digest, Why("retention_over", on.user))
    for path in logs:
        path.unlink(missing_ok=True)
    if found.payloads or logs:
        with on.store.begin() as work:
            work.note("retention_purged", _SUBJECT, user=on.user, **found.counts)


def _old_logs(on: Purging, now: datetime) -> Iterator[Path]:
    """Log files not written to since the period began; links are neither followed nor removed."""
    rule = on.rules[Material.TECHNICAL_LOG]
    if on.logs is None or rule.act is not Act.DELETE:
        return
    past = rule.past(now).timestamp()
    for folder, _, names in os.walk(on.logs):
        for name in sorted(names):
            path = Path(folder) / name
            found = path.lstat()
            if name.endswith(_LOG_SUFFIX) and S_ISREG(found.st_mode) and found.st_mtime < past:
                yield path
