"""Watching what was started: what may be missing is told once, all else ends the run. 看守进程"""

from collections.abc import Mapping, Sequence

from gateway.launcher.airflow import require_running
from gateway.launcher.options import Options
from gateway.launcher.processes import Record
from gateway.launcher.progress import Progress

# What the site goes on without, and what a person is told of it. All other parts are essential.
SPARED: Mapping[str, str] = {
    "sandbox-tsa": "时间戳服务已退出，签名照常，时间戳稍后补；重新启动须 make down 后再 make up",
    "sandbox-settlement": "结算平台已退出，批次等它恢复；重新启动须 make down 后再 make up",
    "gateway-listen": "推送监听已退出，漏收的明细可用 gateway advices fetch 补齐；"
    "重新启动须 make down 后再 make up",
}


class Watch:
    """The processes of one start; remembers which of the spared ones it has told of."""

    def __init__(self, options: Options, records: Sequence[Record], progress: Progress) -> None:
        self._options, self._records, self._progress = options, records, progress
        self._told: set[str] = set()

    def look(self) -> None:
        """Look once at every process.

        Raises NotConfigured, naming the log to read, when one has died that is essential.
        """
        for record in self._records:
            if record.name not in SPARED:
                require_running(self._options, record)
            elif record.name not in self._told and not record.is_running():
                self._told.add(record.name)
                log = self._options.logs / f"{record.name}.log"
                self._progress.say(f"  {SPARED[record.name]}（见 {log}）")
