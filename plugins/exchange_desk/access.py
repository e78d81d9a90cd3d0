"""Who may look at the desk: signed in, and with the permission. 访问权限"""

from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Depends, HTTPException, status

from gateway.airflow_ext.roles import DESK

ManagerDep = Annotated[BaseAuthManager, Depends(get_auth_manager)]


def require_desk(user: GetUserDep, manager: ManagerDep) -> None:
    """401 for a stranger, 403 for a user whose role has not the desk's permission."""
    if not manager.is_authorized_custom_view(method="GET", resource_name=DESK, user=user):
        raise HTTPException(status.HTTP_403_FORBIDDEN)
