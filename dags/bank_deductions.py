"""批量扣款: every ten minutes: build once a day, then bring on what is open. Deductions."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag, task

RUNBOOK = Path(__file__).parents[1] / "docs" / "runbooks" / "bank_deductions.md"
# The next run is never far; a task tries again only for a worker that died.
AGAIN = {"retries": 1, "retry_delay": timedelta(seconds=15)}
FORM = {
    "business_date": Param(None, type=["null", "string"], format="date", title="业务日期",
        description_md="留空为今天，每个专户每天编制一次。填日期则按现在的数据重编未发送的批次。"),
    "banks": Param(None, type=["null", "array"], items={"type": "string"}, title="银行",
        description_md="六位节点号，每行一个。留空为全部银行。"),
}  # fmt: skip


@dag(
    dag_display_name="批量扣款", tags=["银行", "扣款"], doc_md=RUNBOOK.read_text(encoding="utf-8"),
    description="编制、提请复核；已复核的发送，已发的查询、取结果、分解。不等人，也不等银行",
    schedule="*/10 6-20 * * *", start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False, max_active_runs=1, params=FORM, default_args=AGAIN,
)  # fmt: skip
def bank_deductions():
    """What waits for people is asked in runs of its own; this one ends."""

    @task(task_display_name="有扣款的银行")
    def banks() -> list[str]:
        from gateway.airflow_ext.deductions import banks_of_run

        return banks_of_run()

    @task(task_display_name="编制并提请复核", map_index_template="{{ bank }}")
    def build(bank: str) -> dict[str, int]:
        from gateway.airflow_ext.deductions import build_batches

        return build_batches(bank)

    @task(trigger_rule="all_done", task_display_name="发送至分解", map_index_template="{{ bank }}")
    def bring_on(bank: str) -> dict[str, int]:
        from gateway.airflow_ext.deductions import bring_on

        return bring_on(bank)

    @task(task_display_name="等人办理的", trigger_rule="all_done")
    def questions() -> list[dict[str, object]]:
        from gateway.airflow_ext.deductions import questions

        return questions()

    found, asked = banks(), questions()
    build.expand(bank=found) >> bring_on.expand(bank=found) >> asked
    TriggerDagRunOperator.partial(task_id="ask", task_display_name="提问", logical_date=None,
        trigger_dag_id="approvals", skip_when_already_exists=True).expand_kwargs(asked)  # fmt: skip


bank_deductions()
