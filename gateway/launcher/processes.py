"""Processes of ours: started in sessions of their own, written down, stopped exactly. 进程"""

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway.retrying import pause
from gateway.wiring.places import ROOT

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TERM_SECONDS = 20
_KILL_SECONDS = 5
_LOOK_SECONDS = 0.1
# In /proc/PID/stat, counted behind the command's closing bracket.
_SESSION_FIELD, _START_FIELD, _STATE_FIELD = 3, 19, 0


@dataclass(frozen=True, slots=True)
class Record:
    """One process as it was started: enough to know it again, and not to mistake another for it."""

    name: str
    pid: int
    started_ticks: int
    boot_id: str
    directory: str

    def is_running(self) -> bool:
        """Whether this very process still runs: same boot, same pid, same start time."""
        stat = _stat(self.pid)
        return (
            self.boot_id == _boot_id()
            and stat is not None
            and int(stat[_START_FIELD]) == self.started_ticks
            and stat[_STATE_FIELD] != "Z"
        )

    def session(self) -> Sequence[int]:
        """Every live process of its session: itself and whatever it started.

        Our sessions begin in the program's directory; a pid that another boot or another program
        has taken since is left alone.
        """
        if self.boot_id != _boot_id():
            return []
        taken_over = _stat(self.pid) is not None and not self.is_running()
        return [] if taken_over else [pid for pid in _pids() if self._is_mine(pid)]

    def _is_mine(self, pid: int) -> bool:
        stat = _stat(pid)
        if stat is None or stat[_STATE_FIELD] == "Z" or int(stat[_SESSION_FIELD]) != self.pid:
            return False
        try:
            return str(Path(f"/proc/{pid}/cwd").readlink()) == self.directory
        except OSError:
            return False


def start(
    run: Path, name: str, command: Sequence[str], environ: Mapping[str, str], log: Path
) -> Record:
    """Start a process in a session of its own, its output in a log, and write it down."""
    log.parent.mkdir(parents=True, exist_ok=True)
    run.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - the commands are ours
            command,
            env=dict(environ),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    stat = _stat(process.pid)
    ticks = int(stat[_START_FIELD]) if stat else 0
    record = Record(name, process.pid, ticks, _boot_id(), str(ROOT))
    _path(run, name).write_text(json.dumps(asdict(record)), encoding="utf-8")
    return record


def recorded(run: Path) -> Sequence[Record]:
    """Every process written down, in the order of their names; a damaged note is dropped."""
    return [record for path in sorted(run.glob("*.process.json")) for record in _read(path)]


def stop(run: Path, records: Sequence[Record]) -> Sequence[str]:
    """Stop the sessions of these processes and forget them; the names of those that had to be.

    First politely, all at once, then by force; returns when none of them lives any more.
    """
    stopped = [record.name for record in records if record.session()]
    for record in records:
        if record.is_running():
            _signal([record.pid], signal.SIGTERM)
    _wait(records, _TERM_SECONDS)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        _signal([pid for record in records for pid in record.session()], sign)
        _wait(records, _KILL_SECONDS)
    for record in records:
        _path(run, record.name).unlink(missing_ok=True)
    return stopped


def _wait(records: Sequence[Record], seconds: float) -> None:
    for _ in range(int(seconds / _LOOK_SECONDS)):
        _reap()
        if not any(record.session() for record in records):
            return
        pause(_LOOK_SECONDS)


def _reap() -> None:
    """Collect our own dead children, so that they do not stay as zombies."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _signal(pids: Sequence[int], sign: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            continue


def _read(path: Path) -> Iterator[Record]:
    try:
        yield Record(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        path.unlink(missing_ok=True)


def _path(run: Path, name: str) -> Path:
    return run / f"{name}.process.json"


def _boot_id() -> str:
    return _BOOT_ID.read_text(encoding="ascii").strip()


def _pids() -> Iterator[int]:
    return (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())


def _stat(pid: int) -> Sequence[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
