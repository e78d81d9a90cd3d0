"""What the launcher's tests stand on: a server, processes that end with the test. 启停夹具"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from gateway.launcher import processes
from gateway.launcher.processes import Record
from gateway.launcher.server import start_embedded

PATIENCE_SECONDS = 10


def wait_until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether a process is there, and not only its number."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="session")
def var(tmp_path_factory) -> Iterator[Path]:
    """A directory with a server in it that belongs to these tests alone."""
    place = tmp_path_factory.mktemp("var")
    yield place
    start_embedded(place).stop()


@pytest.fixture
def own(var):
    """That server, running."""
    return start_embedded(var)


@pytest.fixture
def run(tmp_path) -> Path:
    """Where processes are written down."""
    return tmp_path / "run"


@pytest.fixture
def start(run, tmp_path) -> Iterator[Callable[..., Record]]:
    """Starts a Python program as a process; says when it has come as far as to print a line."""
    started = []

    def begin(code: str, name: str = "one", *, ready: bool = True) -> Record:
        log, environ = tmp_path / f"{name}.log", {"PYTHONUNBUFFERED": "1"}
        before = log.read_text() if log.exists() else ""
        record = processes.start(run, name, [sys.executable, "-c", code], environ, log)
        started.append(record)
        if ready:
            wait_until(lambda: "\n" in log.read_text()[len(before) :])
        return record

    yield begin
    processes.stop(run, started, 0.1)
