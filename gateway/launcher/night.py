"""One night through Airflow: triggered, followed, its sheets printed. 触发并跟踪一晚对账"""

from datetime import date

from connectors.bank import sheets
from connectors.bank.flows.proving import sheet_of
from connectors.bank.model import NightKey
from gateway.clock import SystemClock
from gateway.errors import Code, GatewayError, NotConfigured, RefusedHere
from gateway.flows.anchoring import anchor
from gateway.launcher.options import Options
from gateway.launcher.progress import Progress
from gateway.launcher.start import Running
from gateway.retrying import pause
from gateway.store import heads
from gateway.wiring import Places, build

_DAG = "bank_reconciliation"
_PARSED_SECONDS, _RUN_SECONDS, _LOOK_SECONDS = 90, 600, 1.0
_OVER = frozenset({"success", "failed"})


def run_night(up: Running, day: date, progress: Progress) -> None:
    """Reconcile one business date for every bank through Airflow.

    Raises RefusedHere when the run did not succeed; what it did is said before.
    """
    wait_for_dag(up, _DAG)
    left = up.api.fail_unfinished_runs(_DAG, up.since)
    if left:
        progress.say(f"  上次中断的运行已了结：{len(left)} 个")
    run_id = f"launcher__{day.isoformat()}__{SystemClock().now():%Y%m%dT%H%M%S}"
    up.api.trigger(_DAG, run_id, {"business_date": day.isoformat()})
    state = _follow(up, run_id, progress)
    if state != "success":
        raise RefusedHere(Code.NIGHT_UNPROVED, detail=f"{_DAG} {run_id}")


def wait_for_dag(up: Running, dag_id: str) -> None:
    """Return when Airflow has parsed the DAG. Raises NotConfigured when it takes too long."""
    for _ in range(int(_PARSED_SECONDS / _LOOK_SECONDS)):
        if up.api.has_dag(dag_id):
            return
        pause(_LOOK_SECONDS)
    raise NotConfigured(Code.PROCESS_FAILED, detail=f"Airflow 尚未识别 {dag_id}")


def _follow(up: Running, run_id: str, progress: Progress) -> str:
    """Say once how each task ended, or that it will be tried again; the run's final state."""
    told: set[tuple[str, str, str]] = set()
    for _ in range(int(_RUN_SECONDS / _LOOK_SECONDS)):
        up.watch.look()
        state = up.api.run_state(_DAG, run_id)
        for task in up.api.tasks(_DAG, run_id):
            line = (task.task_id, task.label, task.state)
            if task.state in _MARKS and line not in told:
                told.add(line)
                title = _TITLES.get(task.task_id, task.task_id)
                progress.say(f"    {_MARKS[task.state]} {title}  {task.label}")
        if state in _OVER:
            return state
        pause(_LOOK_SECONDS)
    raise NotConfigured(Code.PROCESS_FAILED, detail=f"{run_id} 未在限时内结束")


_TITLES = {
    "nights": "开立当晚对账",
    "night.receive": "收件",
    "night.check": "检查并回执",
    "night.match": "逐笔勾对",
    "night.post": "入账",
    "night.prove": "核对",
}
_MARKS = {
    "success": "✓",
    "failed": "✗",
    "upstream_failed": "—",
    "skipped": "—",
    "up_for_retry": "↻ 稍后重试",
}


def print_sheets(options: Options, day: date, progress: Progress) -> int:
    """Print the proof sheet of every bank that owes the date its files; how many are proved."""
    gateway = build(Places(options.secrets))
    proved = 0
    owing = (b for b in gateway.banks.values() if any(o.first <= day for o in b.profile.owes))
    for bank in owing:
        for own in bank.profile.accounts:
            try:
                sheet = sheet_of(bank, NightKey(bank.profile.code, own.id, day))
            except GatewayError as error:
                progress.say(str(error))
                continue
            progress.say(sheets.to_text(sheets.masked(sheet)))
            proved += sheet.proved
    return proved


def anchor_journal(options: Options, progress: Progress) -> None:
    """Put what has happened under a head, and say how it is proved and where it is published."""
    gateway = build(Places(options.secrets))
    anchor(gateway.anchoring())
    with gateway.store.begin() as work:
        head = heads.newest(work)
    if head is not None:
        stamped = "已盖时间戳" if head.stamp else "时间戳待补"
        place = gateway.site.journal.publication
        progress.say(f"流水树根 {head.root}（{head.size} 条）")
        progress.say(f"  已签名（{head.kid}）、{stamped}、已公布于 {place}/{head.head_id}.json")
