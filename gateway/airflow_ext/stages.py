"""A DAG task over one stage of a night: which error means wait, which means a person. 阶段任务"""

from datetime import date, timedelta

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from connectors.bank.flows.receiving import open_nights, unfinished_nights
from connectors.bank.model import NightKey
from gateway.errors import Code, GatewayError, TransportError
from gateway.flows import sending, watching
from gateway.flows.bank_night import STAGES
from gateway.log import Log
from gateway.wiring import build

_LOG = Log("airflow")
_DAY = timedelta(days=1)
# an older unfinished night is a person's business
_LOOK_BACK = timedelta(days=14)
# What time may cure; everything else waits for a person and is not tried again by Airflow.
_CURED_BY_TIME = frozenset({Code.FILE_NOT_YET, Code.CLAIMED_ELSEWHERE})


def open_nights_of_run() -> list[str]:
    """Open the nights the run's form asks for (default: yesterday, all banks); their labels.

    What an earlier night could not send is sent first. Without a date, earlier nights that are not
    proved yet are tried again: a file that came at nine is not left lying. Labels hold no personal
    data: what a task returns is read by everybody who may see the run.
    """
    gateway, params = build(), get_current_context()["params"]
    watching.watch_calendar(gateway.store, gateway.calendar)
    sending.sweep(gateway.sending)
    asked = params["business_date"]
    day = date.fromisoformat(asked) if asked else gateway.clock.today() - _DAY
    chosen = params["banks"] or sorted(gateway.banks)
    keys: list[NightKey] = []
    for code in chosen:
        bank = gateway.bank(code)
        keys += [] if asked else unfinished_nights(bank, day - _LOOK_BACK, day)
        keys += open_nights(bank, day)
    _LOG.info("stage_done", stage="nights", expected=len(keys), date=day.isoformat())
    return [key.label for key in keys]


def run_stage(stage: str, label: str) -> dict[str, int]:
    """Run one stage of one night; the counts become the task's result and its label in the UI."""
    try:
        gateway = build()
        counts = STAGES[stage].run(gateway.night(_key(label)))
    except GatewayError as error:
        _LOG.warning("stage_refused", stage=stage, night=label, code=error.code.name)
        if isinstance(error, TransportError) or error.code in _CURED_BY_TIME:
            raise AirflowException(str(error)) from None
        raise AirflowFailException(str(error)) from None
    get_current_context()["label"] = f"{label} · {counts.examined}"
    _LOG.info("stage_done", night=label, line=counts.line())
    return {"examined": counts.examined, **counts.counts}


def _key(label: str) -> NightKey:
    bank, account, day = label.split("/")
    return NightKey(bank, account, date.fromisoformat(day))
