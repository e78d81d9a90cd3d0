"""The push inbox as an asset that is watched, and the task over it. 推送资产与任务

The triggerer looks into our own database with the desk's role, which only looks; the listener knows
nothing of Airflow. An event says that something waits, never what: one event may stand for many
pushes and one push for several events, so the task takes whatever waits.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import cached_property
from typing import Any

from airflow.sdk import Asset, AssetWatcher
from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from connectors.bank.flows.pushes import take_pushes
from connectors.bank.store.pushes import newest_waiting
from gateway.airflow_ext.stages import as_airflow_says
from gateway.errors import GatewayError
from gateway.store.database import connect
from gateway.wiring import Places, build
from gateway.wiring.connections import DESK, Connections


class PushInboxTrigger(BaseEventTrigger):  # type: ignore[misc]
    """Fires when a push waits that did not wait at the last look."""

    def __init__(self, look_seconds: float = 2.0) -> None:
        super().__init__()
        self.look_seconds = look_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """How Airflow makes it again in the triggerer."""
        classpath = f"{type(self).__module__}.{type(self).__qualname__}"
        return classpath, {"look_seconds": self.look_seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look for ever; a database that is away for a while is looked at again."""
        look = _Look()
        seen: int | None = None
        while True:
            try:
                newest = await asyncio.to_thread(look.newest)
            except (DBAPIError, GatewayError):
                newest = seen
            if newest is not None and newest != seen:
                yield TriggerEvent({"arrival": newest})
            seen = newest
            await asyncio.sleep(self.look_seconds)


class _Look:
    """A look into our own database, opened at the first and kept."""

    @cached_property
    def _engine(self) -> Engine:
        return connect(Connections(Places.from_environment().secrets).database(DESK))

    def newest(self) -> int | None:
        """The number of the newest push that waits."""
        with self._engine.connect() as connection:
            return newest_waiting(connection)


PUSHES = Asset(
    name="push_inbox",
    uri="gateway://push_inbox",
    watchers=[AssetWatcher(name="push_inbox", trigger=PushInboxTrigger())],
)


def take_waiting() -> dict[str, int]:
    """Take every push that waits; the counts become the task's result."""
    try:
        counts = take_pushes(build().platform())
    except GatewayError as error:
        raise as_airflow_says(error) from None
    return {"examined": counts.examined, **counts.counts}
