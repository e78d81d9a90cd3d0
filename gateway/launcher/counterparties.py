"""The sandbox's counterparties: prepared, filled, started, all by their own commands. 沙箱对接方"""

from datetime import date, timedelta

from gateway.errors import Code, NotConfigured
from gateway.launcher import processes, sandbox_command
from gateway.launcher.databases import Access
from gateway.launcher.options import Options
from gateway.launcher.ports import LOOPBACK, answers
from gateway.launcher.processes import Record
from gateway.launcher.sandbox_command import command, surroundings
from gateway.launcher.sandbox_site import FIRST_DAY, LAST_DAY
from gateway.retrying import pause

_READY_SECONDS = 30
_LOOK_SECONDS = 0.2


def prepare_banks(options: Options) -> None:
    """The banks make their directories and keys."""
    sandbox_command.run("bank", "prepare", "--root", str(options.sandbox), "--seed", options.seed)


def prepare_time_authority(options: Options) -> None:
    """The time-stamping authority makes its key and has it certified."""
    sandbox_command.run("tsa", "prepare", "--root", str(options.sandbox))


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
    url = access.url("core_system", "core_owner")
    host = url.host or url.query["host"]
    dsn = f"host={host} port={url.port or 5432} user={url.username} dbname={url.database}"
    sandbox_command.run(
        *("core", "fill", "--dsn", dsn, "--seed", options.seed),
        *("--exchange-role", "core_exchange"),
        # not on the command line, where every user of the machine could read it
        environ={"PGPASSWORD": url.password or ""},
    )


def start_banks(options: Options) -> Record:
    """Start the banks' SFTP server and wait until it listens. Raises as `_start` does."""
    return _start(options, "bank", options.sftp_port)


def start_time_authority(options: Options) -> Record:
    """Start the time-stamping authority and wait until it listens. Raises as `_start` does."""
    return _start(options, "tsa", options.tsa_port)


def _start(options: Options, name: str, port: int) -> Record:
    """Start `sandbox NAME serve`. Raises NotConfigured, naming its log, when it does not listen."""
    serve = (name, "serve", "--root", str(options.sandbox), "--port", str(port))
    log = options.logs / f"sandbox-{name}.log"
    record = processes.start(options.run, f"sandbox-{name}", command(serve), surroundings(), log)
    for _ in range(int(_READY_SECONDS / _LOOK_SECONDS)):
        if answers(port):
            return record
        if not record.is_running():
            break
        pause(_LOOK_SECONDS)
    raise NotConfigured(Code.PROCESS_FAILED, detail=f"{LOOPBACK}:{port}，见 {log}")
