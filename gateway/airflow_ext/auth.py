"""Who may sign in: Airflow's FAB manager with the branch's roles. 登录与角色"""

from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager


class GatewayAuthManager(FabAuthManager):  # type: ignore[misc]
    """FAB's own manager; the name is ours so that what approvals need has its place."""
