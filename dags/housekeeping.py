"""巡检: every hour, each duty a task of its own. Housekeeping."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from airflow.sdk import dag, task

RUNBOOK = Path(__file__).parents[1] / "docs" / "runbooks" / "housekeeping.md"
# What fails for good is looked at again in an hour anyway.
AGAIN = {"retries": 2, "retry_delay": timedelta(minutes=2)}


@dag(
    dag_display_name="巡检", tags=["巡检", "凭据"], doc_md=RUNBOOK.read_text(encoding="utf-8"),
    description="自检、日历、待发、清理、流水树根：一件事不成，不影响其余",
    schedule="7 * * * *", start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False, max_active_runs=1, default_args=AGAIN,
)  # fmt: skip
def housekeeping():
    """No duty waits for another, but the head of the journal covers what all of them wrote."""

    def duty(name: str, title: str, **how: object):
        @task(task_id=name, task_display_name=title, **how)
        def run() -> dict[str, int]:
            from gateway.airflow_ext.duties import run_duty

            return run_duty(name)

        return run()

    looked = [
        duty("checks", "自检"),
        duty("calendar", "工作日历"),
        duty("certificates", "密钥与证书期限"),
        duty("outbox", "待发报文"),
        duty("resolutions", "已复核的账项处理"),
        duty("stamps", "待补时间戳"),
        duty("replays", "防重放记录"),
        duty("people", "补个人信息标记"),
        duty("retention", "到期清理"),
    ]
    looked >> duty("anchoring", "流水树根", trigger_rule="all_done")


housekeeping()
