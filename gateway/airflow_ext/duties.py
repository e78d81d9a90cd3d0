"""A DAG task over one duty of housekeeping. 巡检任务"""

from gateway.airflow_ext.stages import as_airflow_says
from gateway.errors import GatewayError
from gateway.flows.housekeeping import perform
from gateway.wiring import build


def run_duty(name: str) -> dict[str, int]:
    """Do one duty; its counts become the task's result."""
    try:
        counts = perform(build().house(), name)
    except GatewayError as error:
        raise as_airflow_says(error) from None
    return {"examined": counts.examined, **counts.counts}
