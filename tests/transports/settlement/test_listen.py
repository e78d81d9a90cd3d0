"""`gateway listen` as a process, killed and started again; what Airflow hears. 监听进程"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from connectors.bank.flows.fetching import fetch_details
from connectors.bank.rules.windows import Window
from connectors.bank.store import details, pushes
from gateway.dates import SHANGHAI
from gateway.launcher.secret_files import provide_secrets
from gateway.wiring import Places, build
from gateway.wiring.places import ROOT
from tests.transports.settlement.ground import ACCOUNT, BANK, DAY

MIDNIGHT = datetime(DAY.year, DAY.month, DAY.day, tzinfo=SHANGHAI)
# The trigger as the triggerer runs it, then the task of the DAG; Airflow in a process of its own.
AIRFLOW = """
import asyncio, json
from gateway.airflow_ext.advices import PUSHES, PushInboxTrigger, take_waiting
(watcher,) = PUSHES.watchers
classpath, kwargs = watcher.trigger.serialize()
assert classpath == "gateway.airflow_ext.advices.PushInboxTrigger"
async def first():
    async for event in PushInboxTrigger(**kwargs).run():
        return event.payload
print("FOUND", json.dumps([asyncio.run(asyncio.wait_for(first(), 20)), take_waiting()]))
"""


@pytest.fixture
def site(tmp_path, access, engine, second):
    """A site of one bank, carried in by hand, and the platform."""
    secrets = tmp_path / "secrets"
    provide_secrets(secrets)
    (tmp_path / "folder").mkdir()
    settings = {
        "name": "沙箱", "environment": "sandbox", "archive": str(tmp_path / "archive"),
        "journal": {"publication": str(tmp_path / "publication")},
        "banks": [{
            "code": BANK, "name": "沙箱甲银行", "connection": "folder",
            "accounts": [{"id": "ZH01", "number": ACCOUNT}],
            "layouts": {"deduction_result": "generic-pipe-result",
                        "account_statement": "generic-pipe-statement",
                        "file_receipt": "generic-pipe-receipt"},
            "evidence": "channel", "owes": [],
        }],
        "settlement": {
            "connection": "settlement", "node": "C99010", "unit_no": "990100000000000",
            "platform": "D00000", "generation": "v2", "cipher": "sm4-sandbox",
            "key_file": "settlement.key", "details_layout": "settlement-113",
            "listener": {"host": "127.0.0.1", "port": 0},
        },
    }  # fmt: skip
    connections = {
        "folder": {"conn_type": "fs", "extra": {"path": str(tmp_path / "folder")}},
        "settlement": {"conn_type": "tcp", "host": "127.0.0.1", "port": second.port},
        "gateway_db": _database(access, "gateway", "gateway_app"),
        "gateway_desk": _database(access, "gateway", "gateway_desk"),
        "core_system": _database(access, "core_system", "core_exchange"),
    }
    for name, data in (
        ("settings.json", settings), ("connections.json", connections), ("keyring.json", []),
    ):  # fmt: skip
        (secrets / name).write_text(json.dumps(data))
    key = second.root / "settlement" / "installed.key"
    (secrets / "settlement.key").write_bytes(key.read_bytes())
    return secrets


def _database(access, database, user) -> dict:
    url = access.url(database, user)
    host = url.host or url.query["host"]
    return {"conn_type": "postgres", "host": host, "port": url.port, "login": user,
            "password": url.password, "schema": url.database}  # fmt: skip


def _environ(secrets: Path) -> dict[str, str]:
    return {**os.environ, "GATEWAY_SECRETS_DIR": str(secrets)}


@contextmanager
def listening(secrets: Path):
    """The listener as a process, and its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli.main", "listen"],
        cwd=ROOT, env=_environ(secrets), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said = process.stdout.readline()
        assert said.startswith("gateway listen ready on port "), said
        yield process, int(said.rsplit(" ", 1)[1])
    finally:
        process.kill()
        process.wait(10)


def waiting(platform):
    with platform.store.begin() as work:
        return pushes.waiting(work, "SBDC100", 10)


def test_a_listener_killed_and_started_again_has_every_push_once_and_airflow_takes_it(site, second):
    platform = build(Places(site)).platform()
    assert fetch_details(platform, ACCOUNT, Window(MIDNIGHT, MIDNIGHT)).examined == 0
    with listening(site) as (process, port):
        assert second.push(port, "1", "--last", "5") == ["acknowledged"]
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert second.push(port, "2", "--last", "7")[0].startswith("no answer")
    with listening(site) as (process, port):
        assert second.push(port, "1", "--last", "5") == ["acknowledged"]
        assert second.push(port, "2", "--last", "7") == ["acknowledged"]
        assert [push.seq_no for push in waiting(platform)] == ["1", "2"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert "stopped" in process.stdout.read()
    event, counts = _airflow(site)
    assert event["arrival"] > 0
    assert counts == {"examined": 2, "taken": 2, "quarantined": 0, "bookings": 7}
    with platform.store.begin() as work:
        assert len(details.of_day(work, BANK, "ZH01", DAY)) == 7
    assert _command(site, "advices", "fetch", "--bank", BANK, "--date", str(DAY)) == {
        "examined": 12, "queries": 1, "bookings": 5,
    }  # fmt: skip
    assert _command(site, "advices", "take")["examined"] == 0


def _command(secrets: Path, *words: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli.main", *words, "--json"],
        cwd=ROOT, env=_environ(secrets), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return json.loads(done.stdout)


def _airflow(secrets: Path) -> list[dict]:
    done = subprocess.run(
        [sys.executable, "-c", AIRFLOW], cwd=ROOT, env=_environ(secrets), capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    found = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    assert found, done.stderr[-2000:]
    return json.loads(found[0].removeprefix("FOUND "))


def test_a_port_that_is_taken_is_told_and_not_waited_for(site):
    with listening(site) as (_, port):
        settings = json.loads((site / "settings.json").read_text())
        settings["settlement"]["listener"]["port"] = port
        (site / "settings.json").write_text(json.dumps(settings))
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", "listen", "--json"],
            cwd=ROOT, env=_environ(site), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (5, "SETTING_INVALID")
    assert time.monotonic() - begun < 30
