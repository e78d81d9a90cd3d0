"""The tab of an Airflow run: the nights that this run worked on. 运行页签"""

import json
from collections.abc import Iterator
from typing import Annotated

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
from fastapi import APIRouter, Depends, HTTPException, Query, Request, status
from fastapi.responses import Response
from sqlalchemy import select

from connectors.bank.model import NightKey
from gateway.flows.overview import overview
from plugins.exchange_desk.access import ManagerDep
from plugins.exchange_desk.bells import bells
from plugins.exchange_desk.desk import DeskDep
from plugins.exchange_desk.labels import key_of
from plugins.exchange_desk.pages.overview import rows_of
from plugins.exchange_desk.rendering import page

router = APIRouter()
# The task whose result is the labels of the run's nights.
_TASK, _KEY = "nights", "return_value"
_NIGHTS_MAX = 300
Id = Annotated[str, Query(min_length=1, max_length=250)]


def require_xcoms(user: GetUserDep, manager: ManagerDep, dag_id: Id) -> None:
    """403 for a user who may not read what this DAG's tasks returned."""
    may = manager.is_authorized_dag(
        method="GET",
        access_entity=DagAccessEntity.XCOM,
        details=DagDetails(id=dag_id),
        user=user,
    )
    if not may:
        raise HTTPException(status.HTTP_403_FORBIDDEN)


def labels_of_run(dag_id: Id, run_id: Id) -> object:
    """What the run's first task returned, as Airflow keeps it."""
    query = select(XComModel.value).where(
        XComModel.dag_id == dag_id,
        XComModel.run_id == run_id,
        XComModel.task_id == _TASK,
        XComModel.key == _KEY,
    )
    with create_session() as session:
        return session.execute(query.limit(1)).scalar_one_or_none()


@router.get("/runs", dependencies=[Depends(require_xcoms)])
def show_run(
    request: Request,
    desk: DeskDep,
    run_id: Id,
    labels: Annotated[object, Depends(labels_of_run)],
) -> Response:
    """The nights of one run, as they stand now."""
    keys = list(_keys(labels))
    found = overview(desk.store, _NIGHTS_MAX)
    nights = [night for night in found.nights if night.key in keys]
    with desk.store.begin() as work:
        ringing = bells(work)
    known = {night.key for night in nights}
    return page(
        request,
        "run.html",
        desk=desk,
        run_id=run_id,
        rows=rows_of(desk, nights, ringing),
        others=[key for key in keys if key not in known],
    )


def _keys(labels: object) -> Iterator[NightKey]:
    """The nights behind the labels; what is no label is passed over."""
    listed = json.loads(labels) if isinstance(labels, str) else labels
    for label in listed[:_NIGHTS_MAX] if isinstance(listed, list) else []:
        key = key_of(str(label))
        if key is not None:
            yield key
