"""Airflow as processes: metadata made ready, four components, started and watched. 启动 Airflow"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.errors import Code, NotConfigured
from gateway.launcher import processes
from gateway.launcher.airflow_api import AirflowApi
from gateway.launcher.databases import Access
from gateway.launcher.options import DATABASE_VARIABLE, Options
from gateway.launcher.ports import LOOPBACK
from gateway.launcher.processes import Record
from gateway.launcher.secret_files import ui_users
from gateway.retrying import pause
from gateway.wiring.places import ROOT, SECRETS_VARIABLE

_METADATA_SECONDS = 300
_HEALTHY_SECONDS = 180
_LOOK_SECONDS = 0.5

# Log servers are not needed on one machine, and would listen on every address.
COMPONENTS: dict[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}


def environ(options: Options, access: Access) -> dict[str, str]:
    """The environment of every Airflow process; what differs from airflow.cfg stands here."""
    url = f"http://{LOOPBACK}:{options.ui_port}"
    metadata = access.url("airflow", "airflow").render_as_string(hide_password=False)
    own = {
        "AIRFLOW_HOME": str(ROOT),
        # psycopg 3 serves the synchronous and the asynchronous engine
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": metadata,
        "AIRFLOW__API__PORT": str(options.ui_port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "GATEWAY_VAR": str(options.var),
        SECRETS_VARIABLE: str(options.secrets),
        # the sandbox's UI speaks to nobody outside
        "no_proxy": "*",
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
    }
    ours_alone = (*(name for name in os.environ if name.startswith("AIRFLOW_")), DATABASE_VARIABLE)
    kept = {name: value for name, value in os.environ.items() if name not in ours_alone}
    return kept | own


def make_metadata_ready(options: Options, access: Access) -> None:
    """Migrate Airflow's metadata, bring roles in step, and the users with their passwords.

    Raises NotConfigured with the last line of the program's output when it fails.
    """
    log = options.logs / "airflow-metadata.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "gateway.airflow_ext.metadata"],
        env=environ(options, access),
        cwd=ROOT,
        input=json.dumps(ui_users(options.secrets)),
        capture_output=True,
        text=True,
        timeout=_METADATA_SECONDS,
        check=False,
    )
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        raise NotConfigured(Code.PROCESS_FAILED, detail=f"Airflow 元数据未就绪，见 {log}")


def start(options: Options, access: Access) -> Sequence[Record]:
    """Start the four components; they are not ready yet."""
    surroundings = environ(options, access)
    program = str(Path(sys.executable).parent / "airflow")
    return [
        processes.start(
            options.run,
            f"airflow-{name}",
            [program, *arguments],
            surroundings,
            options.logs / f"airflow-{name}.log",
        )
        for name, arguments in COMPONENTS.items()
    ]


def wait_until_healthy(options: Options, records: Sequence[Record], api: AirflowApi) -> None:
    """Return when all four components say they are healthy.

    Raises NotConfigured, naming the log to read, when one has died or the time is over.
    """
    for _ in range(int(_HEALTHY_SECONDS / _LOOK_SECONDS)):
        if api.is_healthy():
            return
        for record in records:
            require_running(options, record)
        pause(_LOOK_SECONDS)
    raise NotConfigured(Code.PROCESS_FAILED, detail=f"Airflow，见 {options.logs}")


def require_running(options: Options, record: Record) -> None:
    """Raise NotConfigured, naming the log to read, when a process of ours has died."""
    if not record.is_running():
        log = options.logs / f"{record.name}.log"
        raise NotConfigured(Code.PROCESS_FAILED, detail=f"{record.name} 已退出，见 {log}")


def addresses(options: Options) -> Mapping[str, str]:
    """Where a person finds things in the browser."""
    base = f"http://{LOOPBACK}:{options.ui_port}"
    return {"Airflow": base, "对账台": f"{base}/plugin/exchange-desk"}
