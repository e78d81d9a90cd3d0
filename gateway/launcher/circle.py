"""The deduction circle of the real day, opened and kept on its day. 当日扣款"""

from datetime import date

from gateway.clock import SystemClock
from gateway.launcher import counterparties
from gateway.launcher.night import wait_for_dag
from gateway.launcher.options import Options
from gateway.launcher.start import Running

_DAG = "bank_deductions"


def open_circle(options: Options, up: Running) -> date:
    """Let the core system stand on today and the day's batches be built; returns the day.

    After the sandbox's own nights: what fell due in them bears penalty from now on.
    """
    today = SystemClock().today()
    counterparties.open_day(options, up.access, today)
    wait_for_dag(up, _DAG)
    up.api.trigger(_DAG, f"launcher__{SystemClock().now():%Y%m%dT%H%M%S}", {})
    return today


def next_day(options: Options, up: Running, day: date) -> date:
    """Open the core's next business date when midnight has passed; returns the day it is."""
    today = SystemClock().today()
    if today != day:
        counterparties.open_day(options, up.access, today)
    return today
