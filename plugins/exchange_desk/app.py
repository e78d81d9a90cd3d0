"""The desk's app: all behind Airflow's sign-in, each page behind the desk's permission. 应用"""

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI

from plugins.exchange_desk import failures
from plugins.exchange_desk.access import require_desk
from plugins.exchange_desk.pages import (
    approvals,
    assets,
    breaks,
    codes,
    days,
    morning,
    night,
    overdue,
    overview,
    people,
    runbooks,
    runs,
    things,
)

_PAGES = (
    overview, morning, night, breaks, days, approvals, overdue, things, people, codes, runbooks,
    runs,
)  # fmt: skip


def build() -> FastAPI:
    """Put the app together; nothing is read or connected yet."""
    app = FastAPI(
        title="exchange desk",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(get_user)],
    )
    failures.add_to(app)
    for part in _PAGES:
        app.include_router(part.router, dependencies=[Depends(require_desk)])
    # whoever may not see the desk is told so in the same style
    app.include_router(assets.router)
    return app
