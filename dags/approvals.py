"""双人复核: one run for each thing that two people decide. Approvals."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from airflow.sdk import Param, dag

from gateway.airflow_ext.four_eyes import APPROVE, REASON, RELEASE, FourEyesOperator

RUNBOOK = Path(__file__).parents[1] / "docs" / "runbooks" / "approvals.md"
FORM = {
    "approval": Param(type="string", pattern="^approval-[0-9a-f]{20}$", title="编号",
        description_md="approval-… 编号；`gateway approvals list` 列出等人办理的。"),
}  # fmt: skip


@dag(
    dag_display_name="双人复核", tags=["复核"], doc_md=RUNBOOK.read_text(encoding="utf-8"),
    description="经办放行，另一人复核；凭本方记录，不凭任务状态",
    schedule=None, start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False, max_active_runs=64, params=FORM,
)  # fmt: skip
def approvals():
    """The second question comes when the first is answered, here or at the desk."""
    release = FourEyesOperator(
        task_id="release", task_display_name="经办", question=RELEASE, params=REASON,
    )  # fmt: skip
    approve = FourEyesOperator(
        task_id="approve", task_display_name="复核", question=APPROVE, params=REASON,
        trigger_rule="all_done",
    )  # fmt: skip
    release >> approve


approvals()
