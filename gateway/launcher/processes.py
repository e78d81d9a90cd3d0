"""Processes of ours: started in sessions of their own, written down, stopped exactly. 进程"""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway.retrying import pause
from gateway.wiring.places import ROOT
from gateway.wiring.private_files import write_private

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TERM_SECONDS = 20
# For what is left of a session whose first is gone: Airflow's orphaned workers ignore a SIGTERM.
_LEFT_SECONDS = 3
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

    def is_there(self) -> bool:
        """Whether its number is still its own: same boot, same pid, same start time."""
        stat = _stat(self.pid)
        return (
            self.boot_id == _boot_id()
            and stat is not None
            and int(stat[_START_FIELD]) == self.started_ticks
        )

    def is_running(self) -> bool:
        """Whether this very process still runs, and has not only left its number behind."""
        stat = _stat(self.pid)
        return self.is_there() and stat is not None and stat[_STATE_FIELD] != "Z"

    def session(self) -> Sequence[int]:
        """Every live process of its session: itself and whatever it started.

        While the first of them is there, dead or alive, nobody else can have its number. After
        that a session may be another program's: ours begin in the program's directory. A number
        that another boot or another program has taken since is left alone.
        """
        there = self.is_there()
        taken = _stat(self.pid) is not None and not there
        if taken or self.boot_id != _boot_id():
            return []
        return [pid for pid in _pids() if self._is_mine(pid, sure=there)]

    def _is_mine(self, pid: int, *, sure: bool) -> bool:
        stat = _stat(pid)
        if stat is None or stat[_STATE_FIELD] == "Z" or int(stat[_SESSION_FIELD]) != self.pid:
            return False
        try:
            return sure or str(Path(f"/proc/{pid}/cwd").readlink()) == self.directory
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
    # whole or not at all: a damaged note would leave a process that nobody knows of
    write_private(_path(run, name), json.dumps(asdict(record)).encode())
    return record


def recorded(run: Path) -> Sequence[Record]:
    """Every process written down, in the order of their names; a damaged note is dropped."""
    return [record for path in sorted(run.glob("*.process.json")) for record in _read(path)]


def stop(
    run: Path, records: Sequence[Record], patience_seconds: float = _TERM_SECONDS
) -> Sequence[str]:
    """Stop the sessions of these processes and forget them; the names of those that had to be.

    First politely, all at once, then by force. What nobody can end is not forgotten.
    """
    sessions = [_Session(record) for record in records]
    stopped = [session.record.name for session in sessions if session.alive()]
    for session in sessions:
        # the first of a session stops what it started itself, if it still can
        first = [session.record.pid] if session.record.is_running() else session.alive()
        _signal(first, signal.SIGTERM)
    _wait(sessions, _Session.is_led, patience_seconds)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        _signal([pid for session in sessions for pid in session.alive()], sign)
        _wait(sessions, _Session.alive, _LEFT_SECONDS)
    for session in sessions:
        if not session.alive():
            _path(run, session.record.name).unlink(missing_ok=True)
    return stopped


class _Session:
    """Everything that was once seen in a session stays known, wherever it has gone since."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._seen: dict[int, str] = {}

    def alive(self) -> Sequence[int]:
        for pid in self.record.session():
            stat = _stat(pid)
            if stat is not None:
                self._seen[pid] = stat[_START_FIELD]
        return [pid for pid, started in self._seen.items() if _lives(pid, started)]

    def is_led(self) -> bool:
        """Whether somebody is there still who stops the others; also takes note of those."""
        return bool(self.alive()) and self.record.is_running()


def _lives(pid: int, started: str) -> bool:
    stat = _stat(pid)
    return stat is not None and stat[_START_FIELD] == started and stat[_STATE_FIELD] != "Z"


def _wait(
    sessions: Sequence[_Session], are_there: Callable[[_Session], object], seconds: float
) -> None:
    for _ in range(int(seconds / _LOOK_SECONDS)):
        for session in sessions:
            _reap(session.record)
        there = [are_there(session) for session in sessions]
        if not any(there):
            return
        pause(_LOOK_SECONDS)


def _reap(record: Record) -> None:
    """Collect a dead child of ours, so that it does not stay as a zombie; nobody else's."""
    if not record.is_running() and record.is_there():
        with suppress(ChildProcessError):
            os.waitpid(record.pid, os.WNOHANG)


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
