"""逾期评估: every morning after the nights, per bank × account. Delinquency."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from airflow.sdk import Param, dag, task

RUNBOOK = Path(__file__).parents[1] / "docs" / "runbooks" / "delinquency.md"
# Assessing twice is assessing once; what stays red waits for a person.
AGAIN = {"retries": 5, "retry_delay": timedelta(minutes=2)}
FORM = {
    "business_date": Param(None, type=["null", "string"], format="date", title="业务日期",
        description_md="留空为昨天。已评估的日期不会改写。"),
}  # fmt: skip


@dag(
    dag_display_name="逾期评估", tags=["银行", "逾期"], doc_md=RUNBOOK.read_text(encoding="utf-8"),
    description="谁逾期几期、该打电话、发函还是移交诉讼，逾期率多少",
    schedule="30 6 * * *", start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False, max_active_runs=1, params=FORM, default_args=AGAIN,
)  # fmt: skip
def delinquency():
    """One task an account; letters and calls are people's work and wait for nobody here."""

    @task(task_display_name="各专户")
    def accounts() -> list[str]:
        from gateway.airflow_ext.overdue import accounts_of_run

        return accounts_of_run()

    @task(task_display_name="评估逾期", map_index_template="{{ label }}")
    def assess(label: str) -> dict[str, int]:
        from gateway.airflow_ext.overdue import assess_account

        return assess_account(label)

    assess.expand(label=accounts())


delinquency()
