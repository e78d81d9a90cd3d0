"""The sandbox's counterparties: prepared, filled, started, all by their own commands. 沙箱对接方"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from gateway.errors import Code, NotConfigured
from gateway.launcher import processes
from gateway.launcher.databases import Access
from gateway.launcher.options import DATABASE_VARIABLE, Options
from gateway.launcher.ports import LOOPBACK, answers
from gateway.launcher.processes import Record
from gateway.launcher.sandbox_site import FIRST_DAY, LAST_DAY
from gateway.retrying import pause
from gateway.wiring.places import ROOT

_COMMAND_SECONDS = 120
_READY_SECONDS = 30
_LOOK_SECONDS = 0.2


def prepare_banks(options: Options) -> None:
    """The banks make their directories and keys."""
    _sandbox("bank", "prepare", "--root", str(options.sandbox), "--seed", options.seed)


def publish_nights(options: Options) -> None:
    """The banks publish every night of their calendar; what is published already stays."""
    for number in range((LAST_DAY - FIRST_DAY).days + 1):
        _publish(options, FIRST_DAY + timedelta(days=number))


def _publish(options: Options, day: date) -> None:
    root, seed = str(options.sandbox), options.seed
    _sandbox("bank", "publish", "--root", root, "--seed", seed, "--date", day.isoformat())


def fill_core_system(options: Options, access: Access) -> None:
    """The core system creates its ledger and its exchange interface and fills them."""
    url = access.url("core_system", "core_owner")
    host = url.host or url.query["host"]
    dsn = f"host={host} port={url.port or 5432} user={url.username} dbname={url.database}"
    _sandbox(
        *("core", "fill", "--dsn", dsn, "--seed", options.seed),
        *("--exchange-role", "core_exchange"),
        # not on the command line, where every user of the machine could read it
        environ={"PGPASSWORD": url.password or ""},
    )


def start_banks(options: Options) -> Record:
    """Start the banks' SFTP server and wait until it listens.

    Raises NotConfigured when it does not; its log says why.
    """
    serve = ("bank", "serve", "--root", str(options.sandbox), "--port", str(options.sftp_port))
    log = options.logs / "sandbox-bank.log"
    record = processes.start(options.run, "sandbox-bank", _command(serve), _environ(), log)
    for _ in range(int(_READY_SECONDS / _LOOK_SECONDS)):
        if answers(options.sftp_port):
            return record
        if not record.is_running():
            break
        pause(_LOOK_SECONDS)
    raise NotConfigured(Code.PROCESS_FAILED, detail=f"{LOOPBACK}:{options.sftp_port}，见 {log}")


def _sandbox(*arguments: str, environ: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(  # noqa: S603 - the commands are ours
        _command(arguments),
        env=_environ() | dict(environ or {}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_COMMAND_SECONDS,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["—"])[-1]
        raise NotConfigured(Code.PROCESS_FAILED, detail=f"sandbox {arguments[0]}: {last}")


def _command(arguments: Sequence[str]) -> Sequence[str]:
    return [sys.executable, "-m", "sandbox", *arguments]


def _environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != DATABASE_VARIABLE}
    return {**kept, "PYTHONUNBUFFERED": "1"}
