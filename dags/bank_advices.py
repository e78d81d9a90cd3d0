"""到账通知: whenever the settlement platform has pushed something. Advices of the bank."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from airflow.sdk import dag, task

from gateway.airflow_ext.advices import PUSHES

RUNBOOK = Path(__file__).parents[1] / "docs" / "runbooks" / "bank_advices.md"
# Taking twice is safe; what waits after the last try is taken with the next push.
AGAIN = {"retries": 5, "retry_delay": timedelta(seconds=15),
    "retry_exponential_backoff": True, "max_retry_delay": timedelta(minutes=10)}  # fmt: skip


@dag(
    dag_display_name="到账通知", tags=["银行", "推送"], doc_md=RUNBOOK.read_text(encoding="utf-8"),
    description="结算平台推送的账户变动通知，逐笔去重入库；由收件表触发",
    schedule=[PUSHES], start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False, max_active_runs=1, default_args=AGAIN,
)  # fmt: skip
def bank_advices():
    """One task: everything that waits, whatever woke it."""

    @task(task_display_name="通知入库")
    def take() -> dict[str, int]:
        from gateway.airflow_ext.advices import take_waiting

        return take_waiting()

    take()


bank_advices()
