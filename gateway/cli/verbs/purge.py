"""`gateway purge [--dry-run]`: apply the retention rules. 到期清理"""

import argparse

from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers, system_user
from gateway.flows.purging import purge
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser("purge", parents=[every], help="按留存规则清理到期的原件与日志")
    found.add_argument("--dry-run", action="store_true", help="只列出，不清理 / list only")
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Remove what is past its period, or list it."""
    found = purge(build().purging(system_user()), dry_run=parsed.dry_run)
    done = "将清理" if parsed.dry_run else "✓ 已清理"
    lines = [
        f"{done} 原件 {len(found.payloads)} 件、日志 {found.logs} 个；"
        f"到期而仍在使用 {found.in_use} 件，不动",
        *(f"  {digest}" for digest in found.payloads),
    ]
    data = {**found.counts, "digests": list(found.payloads), "dry_run": parsed.dry_run}
    return Answer(lines, data)
