"""One launcher at a time for one `var`: a lock that ends with whoever holds it. 单实例"""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.retrying import pause

# Longer than a launcher needs to stop everything it started.
_STOP_SECONDS = 90
_LOOK_SECONDS = 0.2


@contextmanager
def alone(run: Path) -> Iterator[None]:
    """Be the only launcher; the kernel gives the lock back however this process ends.

    Raises RefusedHere, naming the process, while another one holds it; NotConfigured where nothing
    can be written.
    """
    with _opened(run) as file:
        if not _locked(file.fileno()):
            raise RefusedHere(Code.LAUNCHER_RUNNING, detail=f"进程 {_holder(run)}")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _opened(run: Path) -> TextIO:
    try:
        run.mkdir(parents=True, exist_ok=True)
        return _lock_file(run).open("a+", encoding="ascii")
    except OSError as refused:
        why = f"{run} {refused.strerror}，用 GATEWAY_VAR=… 换一个目录"
        raise NotConfigured(Code.PLATFORM_UNFIT, detail=why) from refused


def end_the_other(run: Path) -> bool:
    """Ask a launcher that runs to stop, and wait until it has; whether there was one.

    Raises RefusedHere when it does not stop in time.
    """
    asked = False
    for number in range(int(_STOP_SECONDS / _LOOK_SECONDS)):
        try:
            with alone(run):
                return number > 0
        except RefusedHere:
            asked = asked or _ask_to_stop(run)
            pause(_LOOK_SECONDS)
    raise RefusedHere(Code.LAUNCHER_RUNNING, detail=f"进程 {_holder(run)}")


def _ask_to_stop(run: Path) -> bool:
    """Whether it was asked: a lock just taken has no number in it yet."""
    # the lock is held, so the number in it is its holder's
    holder = _holder(run)
    if not holder.isdigit():
        return False
    with suppress(ProcessLookupError):
        os.kill(int(holder), signal.SIGTERM)
    return True


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(run: Path) -> str:
    return _lock_file(run).read_text(encoding="ascii")


def _lock_file(run: Path) -> Path:
    return run / "launcher.lock"
