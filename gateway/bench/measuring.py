"""Measuring: calls per second of processor time, and what openssl does on the same core. 计量"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from gateway.errors import Code, NotConfigured

_BATCH = 16
_OPENSSL_SECONDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a second something was done, or how many megabytes, by processor time."""

    name: str
    per_second: float
    unit: str = "次/秒"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two figures of the same run; `ratio` is ours over theirs, `target` what is asked of it."""

    name: str
    ours: float
    theirs: float
    unit: str
    target: float | None = None

    @property
    def ratio(self) -> float:
        """Ours over theirs."""
        return self.ours / self.theirs


def stay_on_one_core() -> int | None:
    """Keep this process and its children on one core; which one, None where that is not to be had.

    Both sides of a ratio then meet the same core, its clock and its neighbours.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def per_second(call: Callable[[], object], seconds: float) -> float:
    """Calls per second of processor time, for at least `seconds` of it."""
    done, begun = 0, time.process_time()
    while (spent := time.process_time() - begun) < seconds:
        for _ in range(_BATCH):
            call()
        done += _BATCH
    return done / spent


def per_second_of_waiting(call: Callable[[], object], seconds: float) -> float:
    """Calls per second by the clock on the wall: for what goes over a line and back."""
    done, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < seconds:
        call()
        done += 1
    return done / spent


def openssl_sm2() -> tuple[float, float]:
    """Signatures and verifications per second of processor time, as `openssl speed` counts them.

    Raises NotConfigured when there is no openssl, or it cannot do SM2.
    """
    program = shutil.which("openssl")
    if program is None:
        raise NotConfigured(Code.PLATFORM_UNFIT, detail="openssl")
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours
            [program, "speed", "-seconds", "1", "-mr", "sm2"],
            capture_output=True,
            timeout=_OPENSSL_SECONDS_MAX,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as failed:
        raise NotConfigured(Code.PLATFORM_UNFIT, detail="openssl speed sm2") from failed
    # its -mr form: +F7:0:256:CurveSM2:signatures per second:verifications per second
    line = next(
        (li for li in done.stdout.decode("ascii", "replace").splitlines() if "CurveSM2" in li), None
    )
    if line is None:
        raise NotConfigured(Code.PLATFORM_UNFIT, detail="openssl speed sm2")
    signed, verified = line.split(":")[-2:]
    return float(signed), float(verified)


class Stages:
    """Seconds by stage, in the order they came."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Time what happens within."""
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begun, 3)


def cpu_of_server(data: Path) -> float:
    """Processor seconds that an embedded PostgreSQL has used so far, its ended children too."""
    pid = int((data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
    postmaster = psutil.Process(pid)
    spent = sum(postmaster.cpu_times()[:4])
    for child in postmaster.children():
        with suppress(psutil.NoSuchProcess):
            spent += sum(child.cpu_times()[:2])
    return spent


def peak_mib() -> int:
    """The most memory this process has had (VmHWM), in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024
