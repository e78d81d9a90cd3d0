"""夜间对账: every calendar night, per bank × account × business date. Nightly reconciliation."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from airflow.sdk import Param, dag, task, task_group

RUNBOOK = Path(__file__).parents[1] / "docs" / "runbooks" / "bank_reconciliation.md"
# Every stage may run twice, so a dead worker or a line that is down is tried again, soon at first;
# what waits for a file is tried from 02:00 until the last due time, 08:00, and some.
# fmt: off
AGAIN = {"retries": 5, "retry_delay": timedelta(seconds=15),
    "retry_exponential_backoff": True, "max_retry_delay": timedelta(minutes=10)}
FORM = {
    "business_date": Param(None, type=["null", "string"], format="date", title="业务日期",
        description_md="留空为昨天及未核平的各晚。重跑是安全的：已完成的步骤不会再做。"),
    "banks": Param(None, type=["null", "array"], items={"type": "string"}, title="银行",
        description_md="六位节点号，每行一个。留空为全部银行。"),
}
# fmt: on


@dag(
    dag_display_name="夜间对账", tags=["银行", "对账"], doc_md=RUNBOOK.read_text(encoding="utf-8"),
    description="收件、检查、勾对、入账、核对：一家银行一个专户一个业务日一条线",
    schedule="0 2 * * *", start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False, max_active_runs=1, params=FORM, default_args=AGAIN,
)  # fmt: skip
def bank_reconciliation():
    """One task a stage and night; every stage may run twice, also at the same time."""

    @task(task_display_name="开立当晚对账")
    def nights() -> list[str]:
        from gateway.airflow_ext.stages import open_nights_of_run

        return open_nights_of_run()

    def stage(name: str, title: str, **how: object):
        @task(task_id=name, task_display_name=title, map_index_template="{{ label }}", **how)
        def run(night: str) -> dict[str, int]:
            from gateway.airflow_ext.stages import run_stage

            return run_stage(name, night)

        return run

    @task_group
    def night(label: str):
        receive = stage("receive", "收件", retries=45)(label)
        check = stage("check", "检查并回执", trigger_rule="all_done")(label)
        match = stage("match", "逐笔勾对")(label)
        post = stage("post", "入账")(label)
        prove = stage("prove", "核对", trigger_rule="all_done")(label)
        receive >> check >> match >> post >> prove

    night.expand(label=nights())


bank_reconciliation()
