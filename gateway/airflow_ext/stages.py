"""A DAG task over one stage of a night: which error means wait, which means a person. 阶段任务"""

from datetime import date

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from connectors.bank.flows.receiving import open_nights
from connectors.bank.model import NightKey
from gateway.errors import Code, GatewayError, TransportError
from gateway.flows import sending, watching
from gateway.flows.bank_night import STAGES
from gateway.flows.opening import day_of_run, nights_due
from gateway.log import Log
from gateway.wiring import build

_LOG = Log("airflow")
# What time may cure; everything else waits for a person and is not tried again by Airflow.
_CURED_BY_TIME = frozenset({Code.FILE_NOT_YET, Code.CLAIMED_ELSEWHERE})


def open_nights_of_run() -> list[str]:
    """Open the nights the run's form asks for (default: all that are due, all banks); their labels.

    What an earlier night could not send is sent first. Without a date, earlier nights that are not
    proved yet are tried again: a file that came at nine is not left lying. Labels hold no personal
    data: what a task returns is read by everybody who may see the run.
    """
    gateway, context = build(), get_current_context()
    watching.watch_calendar(gateway.store, gateway.calendar)
    sending.sweep(gateway.sending)
    asked, chosen = context["params"]["business_date"], context["params"]["banks"]
    banks = [gateway.bank(code) for code in chosen or sorted(gateway.banks)]
    if asked:
        keys = [key for bank in banks for key in open_nights(bank, date.fromisoformat(asked))]
    else:
        day = day_of_run(context.get("logical_date") or gateway.clock.now())
        keys = [key for bank in banks for key in nights_due(bank, day)]
    _LOG.info("stage_done", stage="nights", expected=len(keys))
    return [key.label for key in keys]


def run_stage(stage: str, label: str) -> dict[str, int]:
    """Run one stage of one night; the counts become the task's result and its label in the UI."""
    try:
        gateway = build()
        counts = STAGES[stage].run(gateway.night(_key(label)))
    except GatewayError as error:
        _LOG.warning("stage_refused", stage=stage, night=label, code=error.code.name)
        raise as_airflow_says(error) from None
    get_current_context()["label"] = f"{label} · {counts.examined}"
    _LOG.info("stage_done", night=label, line=counts.line())
    return {"examined": counts.examined, **counts.counts}


def as_airflow_says(error: GatewayError) -> Exception:
    """An error as Airflow takes it: try again where time may cure it, else wait for a person."""
    curable = isinstance(error, TransportError) or error.code in _CURED_BY_TIME
    kind: type[Exception] = AirflowException if curable else AirflowFailException
    return kind(str(error))


def _key(label: str) -> NightKey:
    bank, account, day = label.split("/")
    return NightKey(bank, account, date.fromisoformat(day))
