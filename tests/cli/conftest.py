"""The command as a person runs it: a process of its own. 命令行夹具"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.wiring.places import ROOT


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    def json(self) -> dict:
        """Its answer as data."""
        return json.loads(self.out)


@pytest.fixture
def gateway_command(tmp_path: Path) -> Callable[..., Ran]:
    """Runs `gateway …` without any site, unless a secrets directory is given."""

    def run(*arguments: str, secrets: Path | None = None, typed: str = "") -> Ran:
        environ = {**os.environ, "GATEWAY_SECRETS_DIR": str(secrets or tmp_path / "none")}
        done = subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", *arguments],
            cwd=ROOT,
            env=environ,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run
