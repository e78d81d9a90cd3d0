"""Who may sign in: Airflow's FAB manager with the branch's roles. 登录与角色"""

from typing import Any

from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager


class GatewayAuthManager(FabAuthManager):  # type: ignore[misc]
    """FAB's own manager; people are assigned to questions by the name they sign in with."""

    def is_authorized_hitl_task(self, *, assigned_users: set[str], user: Any) -> bool:  # noqa: ANN401
        """Whether a question is this person's; FAB's own id is a number of its database."""
        return user.username in assigned_users
