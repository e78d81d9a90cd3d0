"""The sandbox's counterparties: prepared, filled, started, all by their own commands. 沙箱对接方"""

import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from gateway.errors import Code, NotConfigured
from gateway.launcher import circle_site, processes, sandbox_command, sandbox_site
from gateway.launcher.databases import Access
from gateway.launcher.options import Options
from gateway.launcher.ports import LOOPBACK, answers
from gateway.launcher.processes import Record
from gateway.launcher.sandbox_command import command, surroundings
from gateway.launcher.sandbox_site import FIRST_DAY, LAST_DAY
from gateway.retrying import pause
from gateway.wiring.places import SECRETS_VARIABLE

_READY_SECONDS = 30
_LOOK_SECONDS = 0.2
_CORE_ROLE = "core_exchange"
_LOANS = "40"


def prepare_banks(options: Options) -> None:
    """The banks make their directories and keys."""
    sandbox_command.run("bank", "prepare", "--root", str(options.sandbox), "--seed", options.seed)


def prepare_time_authority(options: Options) -> None:
    """The time-stamping authority makes its key and has it certified."""
    sandbox_command.run("tsa", "prepare", "--root", str(options.sandbox))


def prepare_platform(options: Options) -> None:
    """The settlement platform makes the key that both sides install."""
    sandbox_command.run("settlement", "prepare", "--root", str(options.sandbox))


def publish_nights(options: Options) -> None:
    """The banks publish every night of their calendar; what is published already stays."""
    for number in range((LAST_DAY - FIRST_DAY).days + 1):
        _publish(options, FIRST_DAY + timedelta(days=number))


def _publish(options: Options, day: date) -> None:
    root, seed = str(options.sandbox), options.seed
    sandbox_command.run(
        "bank", "publish", "--root", root, "--seed", seed, "--date", day.isoformat()
    )


def fill_core_system(options: Options, access: Access) -> None:
    """The core system creates its ledger and its exchange interface and fills them."""
    _at_the_core(access, "core", "fill", "--seed", options.seed, "--exchange-role", _CORE_ROLE)


def fill_circle(options: Options, access: Access) -> None:
    """The core system has loans at the banks of the circle, with instalments of these weeks."""
    first = circle_site.first_due(options).isoformat()
    for bank in sandbox_site.CIRCLE_BANKS:
        _at_the_core(
            access,
            *("months", "fill", "--seed", options.seed, "--exchange-role", _CORE_ROLE),
            *("--bank", bank.code, "--first", first, "--nights", "1", "--loans", _LOANS),
        )


def open_day(options: Options, access: Access, day: date) -> None:
    """The core system opens the business date; the banks close the days that went by before it."""
    root = str(options.sandbox)
    sandbox_command.run("circle", "close", "--root", root, "--date", day.isoformat())
    _at_the_core(access, "core", "advance", "--date", day.isoformat())


def _at_the_core(access: Access, *verb: str) -> None:
    url = access.url("core_system", "core_owner")
    host = url.host or url.query["host"]
    dsn = f"host={host} port={url.port or 5432} user={url.username} dbname={url.database}"
    # the password not on the command line, where every user of the machine could read it
    sandbox_command.run(*verb, "--dsn", dsn, environ={"PGPASSWORD": url.password or ""})


def start_banks(options: Options) -> Record:
    """Start the banks' SFTP server and wait until it listens. Raises as `_start` does."""
    return _start(options, "bank", options.sftp_port)


def start_time_authority(options: Options) -> Record:
    """Start the time-stamping authority and wait until it listens. Raises as `_start` does."""
    return _start(options, "tsa", options.tsa_port)


def start_platform(options: Options) -> Record:
    """Start the settlement platform and wait until it listens. Raises as `_start` does."""
    return _start(options, "settlement", options.platform_port)


def start_listener(options: Options) -> Record:
    """Start our own `gateway listen`, which takes what the platform pushes. Raises as `_start`."""
    program = [str(Path(sys.executable).parent / "gateway"), "listen"]
    environ = surroundings() | {SECRETS_VARIABLE: str(options.secrets)}
    return _started(options, "gateway-listen", program, environ, options.listen_port)


def _start(options: Options, name: str, port: int) -> Record:
    """Start `sandbox NAME serve`. Raises NotConfigured, naming its log, when it does not listen."""
    serve = (name, "serve", "--root", str(options.sandbox), "--port", str(port))
    return _started(options, f"sandbox-{name}", command(serve), surroundings(), port)


def _started(
    options: Options, name: str, program: Sequence[str], environ: Mapping[str, str], port: int
) -> Record:
    log = options.logs / f"{name}.log"
    record = processes.start(options.run, name, program, environ, log)
    for _ in range(int(_READY_SECONDS / _LOOK_SECONDS)):
        if answers(port):
            return record
        if not record.is_running():
            break
        pause(_LOOK_SECONDS)
    raise NotConfigured(Code.PROCESS_FAILED, detail=f"{LOOPBACK}:{port}，见 {log}")
