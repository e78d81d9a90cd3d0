"""Airflow's metadata made ready: migrated, roles in step, users there. Airflow 元数据

Run as a program, `python -m gateway.airflow_ext.metadata`, because importing Airflow takes seconds
and its settings come from the environment. Users come as JSON {name: password} on standard input.
"""

import json
import sys
from typing import Any

from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow.utils.db import initdb

from gateway.airflow_ext.roles import ROLES


def make_ready(users: dict[str, str]) -> None:
    """Migrate, then bring roles and users in step; a user's role is its name."""
    initdb()
    with get_application_builder() as builder:
        manager = builder.sm
        manager.bulk_sync_roles([{"role": role, "perms": perms} for role, perms in ROLES.items()])
        for name, password in users.items():
            _provide_user(manager, name, password)


def _provide_user(manager: Any, name: str, password: str) -> None:
    found = manager.find_user(username=name)
    if found is None:
        role = manager.find_role(name)
        manager.add_user(name, name, "-", f"{name}@sandbox.invalid", role, password=password)
    else:
        manager.reset_password(found.id, password)


if __name__ == "__main__":
    make_ready(json.load(sys.stdin))
