"""DAG tasks over the deduction circle: build, bring on, and what to ask people. 扣款任务"""

from datetime import date

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

from gateway.airflow_ext.stages import as_airflow_says
from gateway.errors import GatewayError
from gateway.flows import approvals, bank_deductions
from gateway.wiring import build


def banks_of_run() -> list[str]:
    """The banks that take batches: those the run's form names, or all."""
    gateway = build()
    chosen = get_current_context()["params"]["banks"] or sorted(gateway.banks)
    return [code for code in chosen if gateway.bank(code).profile.deductions is not None]


def build_batches(bank: str) -> dict[str, int]:
    """Build the business date's batches, today's or the form's; with a date of the form anew."""
    try:
        gateway, context = build(), get_current_context()
        asked = context["params"]["business_date"]
        day = date.fromisoformat(asked) if asked else gateway.clock.today()
        built = bank_deductions.build(gateway.circle(bank), day, anew=bool(asked))
    except GatewayError as error:
        raise as_airflow_says(error) from None
    return {"batches": sum(len(each.batches) for each in built.values())}


def bring_on(bank: str) -> dict[str, int]:
    """Bring every open batch of a bank one step on; what cannot go on is tried again next time."""
    try:
        counts = bank_deductions.advance(build().circle(bank))
    except GatewayError as error:
        # not again in this run: the next one comes soon, and looks at everything anew
        raise AirflowFailException(str(error)) from None
    return {"examined": counts.examined, **counts.counts}


def questions() -> list[dict[str, object]]:
    """One run of the approvals DAG for each thing and round that waits; ids alone, no content."""
    return [
        {
            "trigger_run_id": f"{one.approval_id}-{one.round}",
            "conf": {"approval": one.approval_id},
        }
        for one in approvals.waiting(build().store)
    ]
