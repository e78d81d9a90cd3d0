"""The record of everything the partner did to one bank: append-only, flushed. 银行侧流水."""

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

Detail = str | int | bool | None


class Record:
    """One JSON object a line: ``seq`` from 1 without gap, ``time``, ``event``, details."""

    def __init__(self, path: Path) -> None:
        """Continue where an earlier process stopped."""
        self._path = path
        self._seq = _last_seq(path)

    def add(self, event: str, **details: Detail) -> None:
        """Write one event down and return only when the disk has it."""
        self._seq += 1
        entry = {"seq": self._seq, "time": _now(), "event": event, **details}
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, line.encode("utf-8"))
            os.fsync(handle)
        finally:
            os.close(handle)


def _last_seq(path: Path) -> int:
    """Return the last number used; a line torn by a power cut was never promised to anyone."""
    data = path.read_bytes() if path.exists() else b""
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        os.truncate(path, len(whole))
    lines = whole.splitlines()
    return int(json.loads(lines[-1])["seq"]) if lines else 0


def _now() -> str:
    return datetime.now(SHANGHAI).isoformat(timespec="milliseconds")
