"""The exchange desk as Airflow sees it: one app, one nav entry, one tab of a run. 对账台插件

Airflow loads plugins in every process, that of each task too. So the pages are put together only
when somebody opens one, which happens in the api server alone.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from airflow.plugins_manager import AirflowPlugin
from anyio import to_thread

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/exchange-desk"
_ROOT = str(Path(__file__).resolve().parents[2])

# Airflow runs this file by its path and knows the folder `plugins`, not the one above it. With that
# one too, the pages have the same full name here, in tests and in the import contracts.
if _ROOT not in sys.path:
    sys.path.append(_ROOT)


class LateApp:
    """The pages as an ASGI app that is built at its first request."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if self._app is None:
            self._app = await to_thread.run_sync(_build)
        await self._app(scope, receive, send)


def _build() -> "ASGIApp":
    from plugins.exchange_desk.app import build

    return build()


class ExchangeDeskPlugin(AirflowPlugin):  # type: ignore[misc]
    """What is registered with Airflow."""

    name = "exchange_desk"
    fastapi_apps: ClassVar = [{"app": LateApp(), "url_prefix": PREFIX, "name": "exchange-desk"}]
    external_views: ClassVar = [
        {
            "name": "对账台",
            "href": f"{PREFIX}/",
            "destination": "nav",
            "nav_top_level": True,
            "url_route": "exchange-desk",
            "icon": f"{PREFIX}/icon.svg",
            "icon_dark_mode": f"{PREFIX}/icon-dark.svg",
        },
        {
            "name": "对账台",
            "href": f"{PREFIX}/runs?dag_id={{DAG_ID}}&run_id={{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "exchange-desk-run",
            "icon": f"{PREFIX}/icon.svg",
            "icon_dark_mode": f"{PREFIX}/icon-dark.svg",
        },
    ]
