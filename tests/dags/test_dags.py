"""Every DAG: parses, speaks Chinese, has its runbook, catches nothing up. DAG 约定"""

import json
import os
import subprocess
import sys

import pytest

from gateway.wiring.places import ROOT

# Airflow is imported in a process of its own: tests stay free of it, and of its settings.
_PROBE = """
import json, sys
from pathlib import Path
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
root = Path(sys.argv[1])
bag = DagBag(dag_folder=str(root / "dags"), bundle_path=root / "dags", bundle_name="dags")
found = {}
for dag_id, dag in bag.dags.items():
    DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    found[dag_id] = {
        "display": dag.dag_display_name, "doc": dag.doc_md or "", "catchup": dag.catchup,
        "tags": sorted(dag.tags), "max_active_runs": dag.max_active_runs,
        "timezone": str(dag.timezone), "params": sorted(dag.params),
        "tasks": {
            task.task_id: {
                "retries": task.retries,
                "delays": f"{task.retry_delay.total_seconds()} "
                f"{(task.max_retry_delay or task.retry_delay).total_seconds()} "
                f"{bool(task.retry_exponential_backoff)}",
                "rule": getattr(task.trigger_rule, "value", task.trigger_rule),
                "before": sorted(task.upstream_task_ids), "mapped": task.is_mapped,
                "group": task.task_group.group_id or "",
            }
            for task in dag.tasks
        },
    }
print("FOUND " + json.dumps({"errors": bag.import_errors, "dags": found}, ensure_ascii=False))
"""


@pytest.fixture(scope="module")
def bag(access) -> dict:
    """What Airflow makes of the folder."""
    url = access.url("airflow", "airflow").render_as_string(hide_password=False)
    environ = {
        **os.environ,
        "AIRFLOW_HOME": str(ROOT),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": url,
        "AIRFLOW__CORE__FERNET_KEY": "",
        "AIRFLOW__API__SECRET_KEY": "x" * 32,
        "AIRFLOW__API_AUTH__JWT_SECRET": "x" * 64,
        "GATEWAY_VAR": "/nonexistent",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": "/tmp/airflow-probe",
    }
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, str(ROOT)],
        env=environ, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    assert lines, done.stderr[-2000:]
    return json.loads(lines[0].removeprefix("FOUND "))


def test_no_dag_fails_to_import_and_there_is_one_a_file(bag):
    assert bag["errors"] == {}
    files = {path.stem for path in (ROOT / "dags").glob("*.py")} - {"__init__"}
    assert set(bag["dags"]) == files


def test_every_dag_says_in_chinese_what_it_is_and_how_to_act(bag):
    for dag_id, dag in bag["dags"].items():
        assert any("一" <= c <= "龥" for c in dag["display"]), dag_id
        runbook = (ROOT / "docs" / "runbooks" / f"{dag_id}.md").read_text(encoding="utf-8")
        assert dag["doc"].strip() == runbook.strip()
        assert not dag["catchup"]
        assert dag["tags"]
        assert dag["timezone"] == "Asia/Shanghai"


def test_a_dead_worker_is_replaced_soon_and_a_late_file_waited_for_until_it_is_due(bag):
    """Tasks are retried because each is safe to run twice; who must not is failed by its error."""
    tasks = bag["dags"]["bank_reconciliation"]["tasks"]
    retries = {name: task["retries"] for name, task in tasks.items()}
    assert retries.pop("night.receive") == 45
    assert set(retries.values()) == {5}
    assert {task["delays"] for task in tasks.values()} == {"15.0 600.0 True"}


def test_the_night_is_five_stages_mapped_over_bank_account_and_date(bag):
    tasks = bag["dags"]["bank_reconciliation"]["tasks"]
    stages = ["receive", "check", "match", "post", "prove"]
    assert set(tasks) == {"nights", *(f"night.{stage}" for stage in stages)}
    always = {name for name, task in tasks.items() if task["rule"] == "all_done"}
    assert always == {"night.check", "night.prove"}


def test_no_duty_of_the_house_waits_for_another_but_the_head_comes_last(bag):
    tasks = bag["dags"]["housekeeping"]["tasks"]
    assert {name for name, task in tasks.items() if task["rule"] == "all_done"} == {"anchoring"}
    assert {name for name, task in tasks.items() if task["before"]} == {"anchoring"}
    assert set(tasks["anchoring"]["before"]) == set(tasks) - {"anchoring"}


def test_a_dag_reads_like_a_table_of_contents():
    for path in (ROOT / "dags").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 60, path.name


def test_no_run_waits_for_a_person_but_those_made_for_asking(bag):
    """The deductions' run asks in runs of their own and ends, whatever a step of it said."""
    tasks = bag["dags"]["bank_deductions"]["tasks"]
    assert {name: task["before"] for name, task in tasks.items()} == {
        "banks": [],
        "build": ["banks"],
        "bring_on": ["banks", "build"],
        "questions": ["bring_on"],
        "ask": ["questions"],
    }
    always = {name for name, task in tasks.items() if task["rule"] == "all_done"}
    assert always == {"bring_on", "questions"}


def test_two_people_are_asked_one_after_the_other(bag):
    dag = bag["dags"]["approvals"]
    assert set(dag["tasks"]) == {"release", "approve"}
    assert dag["tasks"]["approve"]["before"] == ["release"]
    assert "approval" in dag["params"]


def test_whoever_approves_may_answer_where_the_question_is_asked():
    """Bug: FAB refused the approver's answer, because it asks for the right on the DAG as well."""
    probe = "import json; from gateway.airflow_ext.roles import ROLES; print(json.dumps(ROLES))"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT
    )
    roles = json.loads(done.stdout.splitlines()[-1])
    for role, rights in (("operator", "DAGs"), ("approver", "DAG:approvals")):
        assert ["can_edit", rights] in roles[role]
        assert ["can_edit", "HITL Detail"] in roles[role]
