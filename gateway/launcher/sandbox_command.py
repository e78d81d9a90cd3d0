"""`python -m sandbox …` as the launcher runs it: a program of others. 沙箱命令"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from gateway.errors import Code, NotConfigured
from gateway.launcher.options import DATABASE_VARIABLE
from gateway.wiring.places import ROOT

_COMMAND_SECONDS = 120


def run(*arguments: str, environ: Mapping[str, str] | None = None) -> None:
    """Run a command to its end. Raises NotConfigured with the last line it said when it fails."""
    done = subprocess.run(  # noqa: S603 - the commands are ours
        command(arguments),
        env=surroundings() | dict(environ or {}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_COMMAND_SECONDS,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["—"])[-1]
        raise NotConfigured(Code.PROCESS_FAILED, detail=f"sandbox {arguments[0]}: {last}")


def command(arguments: Sequence[str]) -> Sequence[str]:
    """The command line."""
    return [sys.executable, "-m", "sandbox", *arguments]


def surroundings() -> dict[str, str]:
    """Our own environment but for the database's address, which is nobody's business."""
    kept = {name: value for name, value in os.environ.items() if name != DATABASE_VARIABLE}
    return {**kept, "PYTHONUNBUFFERED": "1"}
