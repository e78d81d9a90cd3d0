"""DAG tasks over delinquency: which accounts, and one account's assessment. 逾期评估任务"""

from datetime import date

from airflow.sdk import get_current_context

from connectors.bank.flows.delinquency import assess
from gateway.airflow_ext.stages import as_airflow_says
from gateway.errors import GatewayError
from gateway.flows.opening import day_of_run
from gateway.wiring import build


def accounts_of_run() -> list[str]:
    """Every account of every bank with the run's business date, as labels."""
    gateway, context = build(), get_current_context()
    asked = context["params"]["business_date"]
    moment = context.get("logical_date") or gateway.clock.now()
    day = date.fromisoformat(asked) if asked else day_of_run(moment)
    return [
        f"{code}/{own.id}/{day.isoformat()}"
        for code, bank in sorted(gateway.banks.items())
        for own in bank.profile.accounts
    ]


def assess_account(label: str) -> dict[str, int]:
    """Assess one account; the counts become the task's result."""
    code, account, day = label.split("/")
    get_current_context()["label"] = label
    try:
        counts = assess(build().bank(code), account, date.fromisoformat(day))
    except GatewayError as error:
        raise as_airflow_says(error) from None
    return {"examined": counts.examined, **counts.counts}
