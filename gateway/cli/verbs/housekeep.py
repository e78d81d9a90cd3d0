"""`gateway housekeep`: every duty of the hour now, without Airflow. 巡检"""

import argparse

from gateway.cli.output import Answer, Exit, answer_of
from gateway.cli.verbs.arguments import Subparsers
from gateway.errors import GatewayError
from gateway.flows.housekeeping import DUTIES, Done, keep_house
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser(
        "housekeep", parents=[every], help="巡检：自检、日历、待发、清理、流水树根，逐项做完"
    )
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Do every duty; the exit code is that of the first that could not be done."""
    done = keep_house(build().house())
    failed = [each.end for each in done if isinstance(each.end, GatewayError)]
    data = {"ok": not failed, "duties": [_data(each) for each in done]}
    return Answer([_line(each) for each in done], data, _exit(failed))


def _exit(failed: list[GatewayError]) -> Exit:
    return answer_of(failed[0]).exit if failed else Exit.OK


def _line(done: Done) -> str:
    title = DUTIES[done.name].title
    if isinstance(done.end, GatewayError):
        return f"✗ {title}  {done.end}"
    counts = "  ".join(f"{name} {count}" for name, count in done.end.counts.items())
    note = f"  {done.end.note}" if done.end.note else ""
    return f"✓ {title}（查 {done.end.examined}）  {counts}{note}"


def _data(done: Done) -> dict[str, object]:
    if isinstance(done.end, GatewayError):
        return {"duty": done.name, "error": done.end.code.name, "detail": done.end.detail}
    counts = dict(done.end.counts)
    told = {"duty": done.name, "examined": done.end.examined, "counts": counts}
    return told | ({"note": done.end.note} if done.end.note else {})
