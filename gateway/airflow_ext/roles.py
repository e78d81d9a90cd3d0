"""The roles operator, approver, auditor, admin, and what each may do in the UI. 角色"""

from airflow.providers.fab.auth_manager.security_manager.override import (
    FabAirflowSecurityManagerOverride as Fab,
)

# What the exchange desk asks for; a role without it does not see the page.
DESK = "Exchange Desk"

_VIEW = [
    *Fab.VIEWER_PERMISSIONS,
    ("can_read", "Plugins"),
    ("can_read", DESK),
]

# Both answer questions; which ones are whose stands in our own settings (four_eyes).
_ANSWER = [("can_edit", "HITL Detail"), ("menu_access", "HITL Detail")]

# Nobody but admin may write XComs, mark tasks as done, or see connections: neither a task's state
# nor an XCom is evidence of anything, and nobody shall be tempted.
ROLES: dict[str, list[tuple[str, str]]] = {
    # 经办: starts runs, works on breaks, releases
    "operator": [
        *_VIEW,
        *_ANSWER,
        ("can_edit", DESK),
        ("can_edit", "DAGs"),
        ("can_create", "DAG Runs"),
    ],
    # 复核: approves what another has released; FAB asks for the right on the DAG too
    "approver": [*_VIEW, *_ANSWER, ("can_edit", DESK), ("can_edit", "DAG:approvals")],
    # 审计: reads everything, the audit log too
    "auditor": [*_VIEW, ("can_read", "Audit Logs"), ("menu_access", "Audit Logs")],
    # 系统管理: may do all that Airflow can
    "admin": [
        *_VIEW,
        *Fab.USER_PERMISSIONS,
        *Fab.OP_PERMISSIONS,
        *Fab.ADMIN_PERMISSIONS,
        ("can_read", "Audit Logs"),
        ("menu_access", "Audit Logs"),
    ],
}
