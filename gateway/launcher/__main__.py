"""`python -m gateway.launcher demo | up | prepare | down`, as the Makefile calls it. 启动命令"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace

from gateway.errors import GatewayError
from gateway.launcher import airflow, preflight, processes
from gateway.launcher.alone import alone, end_the_other
from gateway.launcher.circle import next_day, open_circle
from gateway.launcher.night import anchor_journal, print_sheets, run_night
from gateway.launcher.options import Options
from gateway.launcher.progress import Progress
from gateway.launcher.sandbox_site import LAST_DAY
from gateway.launcher.secret_files import ui_users
from gateway.launcher.server import start_embedded
from gateway.launcher.signals import end_in_order
from gateway.launcher.start import (
    Running,
    prepare_sandbox,
    running,
    running_database,
    stop_leftovers,
)
from gateway.log import configure
from gateway.retrying import pause

_WATCH_SECONDS = 5.0


def demo(options: Options, progress: Progress) -> int:
    """Start everything, reconcile the sandbox's last business day, print the sheets, stop."""
    progress.say(f"沙箱最后一个业务日：{LAST_DAY.isoformat()}（周六，调休上班日）")
    with running(options, progress) as started:
        _reconcile(options, started, progress)
    progress.say(progress.summary())
    return 0


def _reconcile(options: Options, started: Running, progress: Progress) -> None:
    with progress.step("夜间对账（在 Airflow 中运行）"):
        try:
            run_night(started, LAST_DAY, progress)
        finally:
            print_sheets(options, LAST_DAY, progress)
    with progress.step("流水树根"):
        anchor_journal(options, progress)


def up(options: Options, progress: Progress) -> int:
    """Start everything, reconcile once, open the real day's deductions, and stay up.

    Until stopped, or an essential part dies.
    """
    options = replace(options, circle=True)
    with running(options, progress) as started:
        _reconcile(options, started, progress)
        with progress.step("当日扣款：核心系统换日，编制批次，提请双人复核"):
            day = open_circle(options, started)
        for title, address in airflow.addresses(options).items():
            progress.say(f"{title}：{address}")
        for name, password in ui_users(options.secrets).items():
            progress.say(f"  用户 {name}  口令 {password}")
        progress.say("按 Ctrl-C 停止，或在别处 make down。")
        while True:
            started.watch.look()
            day = next_day(options, started, day)
            pause(_WATCH_SECONDS)


def prepare(options: Options, progress: Progress) -> int:
    """Make secrets, databases and the sandbox ready, without starting anything that stays."""
    with alone(options.run):
        stop_leftovers(options, progress)
        with running_database(options, progress) as access:
            prepare_sandbox(options, access, progress)
    return 0


def down(options: Options, progress: Progress) -> int:
    """Stop a launcher that runs, and what a killed one left running, the embedded server too."""
    if end_the_other(options.run):
        progress.say("  正在运行的启动程序已停止。")
    with alone(options.run):
        stop_leftovers(options, progress)
        if (options.var / "postgres" / "postmaster.pid").exists():
            start_embedded(options.var).stop()
    progress.say(f"仍在运行：{len([r for r in processes.recorded(options.run) if r.is_running()])}")
    return 0


VERBS: dict[str, Callable[[Options, Progress], int]] = {
    "demo": demo,
    "up": up,
    "prepare": prepare,
    "down": down,
}


def main() -> int:
    """Run one verb; on failure say which step, why, and what to do."""
    parser = argparse.ArgumentParser(prog="python -m gateway.launcher", description=__doc__)
    parser.add_argument("verb", choices=VERBS)
    verb = parser.parse_args().verb
    unfit = preflight.reason()  # type: ignore[no-untyped-call]
    if unfit:
        sys.exit(unfit)
    configure(sys.stderr)
    os.umask(0o027)
    end_in_order()
    progress = Progress()
    try:
        return VERBS[verb](Options.from_environment(), progress)
    except GatewayError as error:
        progress.say(f"✗ 失败于：{progress.current or verb}\n  {error}")
        return 1
    except KeyboardInterrupt:
        progress.say("已停止。")
        return 130
    except Exception:
        progress.say(f"✗ 失败于：{progress.current or verb}，错误未曾料到，请连同下文报开发人员：")
        raise


if __name__ == "__main__":
    sys.exit(main())
