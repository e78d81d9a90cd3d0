"""`gateway check [CONNECTOR]`: does everything we depend on answer? 自检"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from gateway.cli.output import Answer, Exit
from gateway.cli.verbs.arguments import Subparsers
from gateway.errors import GatewayError
from gateway.flows.checks import CONNECTORS, check_all
from gateway.ports import CheckResult
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser(
        "check", parents=[every], help="自检：数据库、流水、密钥、日历、对接方"
    )
    found.add_argument("connector", nargs="?", choices=CONNECTORS, help="只查一个连接器")
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Check everything, or one connector; fails when anything does."""
    try:
        results: Sequence[CheckResult] = check_all(build().checked(), parsed.connector)
    except GatewayError as error:
        results = [CheckResult("组装", False, 0, str(error))]
    lines = [f"{'✓' if r.ok else '✗'} {r.item}（查 {r.examined}）  {r.detail}" for r in results]
    ok = all(result.ok for result in results)
    data = {"ok": ok, "checks": [asdict(result) for result in results]}
    return Answer(lines, data, Exit.OK if ok else Exit.NOT_CONFIGURED)
