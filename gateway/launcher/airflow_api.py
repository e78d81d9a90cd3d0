"""Airflow's REST API, the few calls the launcher needs. Airflow 接口"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.errors import Code, TransportError

_TIMEOUT_SECONDS = 10
_HEALTHY = ("metadatabase", "scheduler", "triggerer", "dag_processor")
# no proxy whatever the environment says: it is on this machine
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class TaskState:
    """One task instance as a person follows it."""

    task_id: str
    label: str
    state: str


class AirflowApi:
    """The API as one user."""

    def __init__(self, base_url: str, user: str, password: str) -> None:
        self._base, self._user, self._password = base_url, user, password
        self._token = ""

    def is_healthy(self) -> bool:
        """Whether every component says it is healthy."""
        try:
            health = self._call("GET", "/api/v2/monitor/health", signed_in=False)
        except TransportError:
            return False
        return all((health.get(part) or {}).get("status") == "healthy" for part in _HEALTHY)

    def has_dag(self, dag_id: str) -> bool:
        """Whether the DAG has been parsed."""
        try:
            self._call("GET", f"/api/v2/dags/{dag_id}")
        except TransportError:
            return False
        return True

    def fail_unfinished_runs(self, dag_id: str, before: datetime) -> Sequence[str]:
        """Mark runs queued before a moment and never finished as failed; their ids."""
        states = "state=running&state=queued"
        found = self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns?{states}&limit=100")
        ids = [
            str(run["dag_run_id"])
            for run in found["dag_runs"]
            if run["queued_at"] and datetime.fromisoformat(run["queued_at"]) < before
        ]
        for run_id in ids:
            self._call("PATCH", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}", {"state": "failed"})
        return ids

    def trigger(self, dag_id: str, run_id: str, conf: Mapping[str, object]) -> None:
        """Start a run."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)

    def run_state(self, dag_id: str, run_id: str) -> str:
        """queued, running, success or failed."""
        return str(self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def tasks(self, dag_id: str, run_id: str) -> Sequence[TaskState]:
        """The run's task instances."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=500"
        return [
            TaskState(
                str(task["task_id"]),
                str(task["rendered_map_index"] or ""),
                str(task["state"] or ""),
            )
            for task in self._call("GET", path)["task_instances"]
        ]

    def _call(
        self, method: str, path: str, body: object = None, *, signed_in: bool = True
    ) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if signed_in:
            headers["Authorization"] = f"Bearer {self._sign_in()}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own server, http on loopback
            self._base + path, data=data, headers=headers, method=method
        )
        try:
            with _OPENER.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                answered: dict[str, Any] = json.load(answer)
                return answered
        except (urllib.error.URLError, OSError, ValueError) as failed:
            raise TransportError(Code.NO_CONNECTION, detail=f"Airflow {path}") from failed

    def _sign_in(self) -> str:
        if not self._token:
            who = {"username": self._user, "password": self._password}
            answer = self._call("POST", "/auth/token", who, signed_in=False)
            self._token = str(answer["access_token"])
        return self._token
