"""The whole of it, Airflow included: killed again and again, then run to its end. 全流程"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.launcher.processes import recorded
from gateway.launcher.server import start_embedded
from gateway.store.database import connect
from gateway.wiring.places import ROOT
from sandbox.world import business_days, night
from tests.branch import BANKS, LAST_DAY, free_port

pytestmark = pytest.mark.demo
SEED = "20260228"
_SECONDS = 240


@dataclass
class Demo:
    """`make demo` with directories and ports of its own."""

    var: Path
    environ: dict[str, str]

    def start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "gateway.launcher", "demo"],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def until(self, process: subprocess.Popen, pattern: str) -> str:
        """Everything it has printed up to a line with the pattern; fails when it ends before."""
        said = ""
        for line in process.stdout:
            said += line
            if re.search(pattern, line):
                return said
        pytest.fail(f"ended before {pattern!r}:\n{said}")

    def record(self, name: str):
        return next(record for record in recorded(self.var / "run") if record.name == name)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    var = tmp_path_factory.mktemp("demo")
    ports = {
        "GATEWAY_UI_PORT": str(free_port()),
        "GATEWAY_SFTP_PORT": str(free_port()),
        "GATEWAY_TSA_PORT": str(free_port()),
    }
    demo = Demo(var, {**os.environ, "GATEWAY_VAR": str(var), **ports})
    yield demo
    subprocess.run(
        [sys.executable, "-m", "gateway.launcher", "down"],
        cwd=ROOT, env=demo.environ, check=False, capture_output=True, timeout=60,
    )  # fmt: skip


@pytest.fixture(scope="module")
def finished(demo: Demo) -> str:
    """Starts that are cut off, each elsewhere, then one that runs to its end.

    A start takes a minute: the scheduler dies only where there is time for it (make shadow).
    """
    first = demo.start()
    demo.until(first, "✓ 收件")
    # while rows with people in them are being written
    postmaster = int((demo.var / "postgres" / "postmaster.pid").read_text().split("\n")[0])
    os.kill(postmaster, signal.SIGKILL)
    first.communicate(timeout=_SECONDS)
    assert first.returncode == 1

    second = demo.start()
    demo.until(second, "✓ 检查并回执")
    second.kill()  # the launcher itself: everything it started is left running
    second.wait()

    if os.environ.get("GATEWAY_DEMO_KILLS") == "all":
        third = demo.start()
        demo.until(third, "✓ 逐笔勾对")
        os.kill(demo.record("airflow-scheduler").pid, signal.SIGKILL)
        rest, _ = third.communicate(timeout=_SECONDS)
        assert third.returncode == 1
        assert "airflow-scheduler 已退出" in rest

    last = demo.start()
    out, _ = last.communicate(timeout=_SECONDS)
    assert last.returncode == 0, out
    assert "遗留的进程" in out or os.environ.get("GATEWAY_DEMO_KILLS") == "all"
    return out


def test_after_kills_anywhere_the_demo_ends_with_every_bank_proved(finished):
    assert finished.count("结论：等式全部成立，核平") == len(BANKS)
    assert "最慢的一步" in finished


def test_the_banks_saw_each_receipt_once_and_accept_every_signature(demo, finished):
    for bank in BANKS:
        lines = (demo.var / "sandbox/bank/received" / f"{bank}.jsonl").read_text().splitlines()
        receipts = [r for r in map(json.loads, lines) if r["event"] == "receipt"]
        assert Counter(r["name"] for r in receipts).most_common(1)[0][1] == 1
        assert {(r["conclusion"], r["signature"]) for r in receipts} == {("A", "ok")}
        assert len(receipts) == 2


def test_nothing_of_it_is_left_running(demo, finished):
    time.sleep(1)
    left = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            mine = f"GATEWAY_VAR={demo.var}".encode() in path.read_bytes()
        except OSError:
            continue
        if mine and path.parent.name != str(os.getpid()):
            left.append((path.parent / "cmdline").read_text())
    assert not left
    assert not (demo.var / "postgres" / "postmaster.pid").exists()


@pytest.fixture(scope="module")
def databases(demo, finished):
    """The demo's databases, its server started once more."""
    server = start_embedded(demo.var)
    yield lambda name: connect(server.admin(name))
    server.stop()


def test_the_core_system_was_asked_once_for_each_posting(databases):
    with databases("core_system").connect() as core:
        times = core.execute(text("select count(*) from ledger.posting_attempt group by mdj"))
        assert set(times.scalars()) == {1}
        posted = core.execute(text("select count(*) from exchange.posting_result where jgdm='00'"))
        assert posted.scalar_one() == _posted_in_truth()


def _posted_in_truth() -> int:
    nights = [night(SEED, bank, LAST_DAY) for bank in BANKS]
    return sum(one.taken_fen > 0 for each in nights for one in each.instructions)


def people() -> set[str]:
    """Everything that would give a person away, of every night of the sandbox."""
    found = set()
    for bank in BANKS:
        for day in business_days():
            for one in night(SEED, bank, day).instructions:
                loan = one.loan
                found |= {loan.payer_account, loan.loan_no, loan.borrower.id_number}
                found |= {loan.payer_name, loan.borrower.name}
    # a name that stands within a bank's own name gives nobody away
    return {each for each in found if each not in "沙箱甲银行沙箱乙银行沙箱丙银行"}


def test_no_log_holds_a_person(demo, finished):
    secrets = people()
    logs = [path for path in (demo.var / "logs").rglob("*") if path.is_file()]
    assert len(logs) > 20
    for path in [*logs, demo.var / "postgres" / "log"]:
        content = path.read_text(encoding="utf-8", errors="replace")
        assert not [each for each in secrets if each in content], path


def test_neither_xcom_nor_rendered_templates_nor_any_metadata_hold_a_person(databases):
    secrets = people()
    with databases("airflow").connect() as airflow:
        tables = airflow.execute(
            text("select tablename from pg_tables where schemaname = 'public'")
        ).scalars()
        examined = 0
        for table in sorted(tables):
            rows = airflow.execute(text(f'select t::text from "{table}" t')).scalars()
            for row in rows:
                examined += 1
                assert not [each for each in secrets if each in row], table
    assert examined > 100


def test_the_journal_holds_no_person_and_verifies(demo, databases):
    secrets = people()
    with databases("gateway").connect() as ours:
        for table in ("journal", "message", "alarm", "bank_file", "bank_break", "inbox_item"):
            # a break's loan is kept as its lines keep it: no reader of the desk may see the column
            rows = f"select (to_jsonb(t) - 'loan_no')::text from {table} t"
            for row in ours.execute(text(rows)).scalars():
                assert not [each for each in secrets if each in row], table
