"""`gateway evidence export | verify`: a case's evidence, for those who do not trust us. 证据包"""

import argparse
from dataclasses import asdict
from pathlib import Path

from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers, add_reason, system_user
from gateway.clock import SystemClock
from gateway.documents.timeline import Asked
from gateway.flows.evidence import Exported, check_evidence, export
from gateway.wiring import Places, build
from gateway.wiring.keys import load_ring


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parsers."""
    group = verbs.add_parser("evidence", help="证据包").add_subparsers(
        required=True, metavar="VERB"
    )
    out = group.add_parser("export", parents=[every], help="导出一案的证据包；记入流水")
    out.add_argument("id", help="night-… 或属于一晚的任何编号，可用前缀")
    out.add_argument("--to", required=True, type=Path, help="写到哪个文件 / .asice")
    add_reason(out, required=True)
    out.set_defaults(run=run_export)
    found = group.add_parser("verify", parents=[every], help="核验一个证据包")
    found.add_argument("file", type=Path)
    found.set_defaults(run=run_verify)


def run_export(parsed: argparse.Namespace) -> Answer:
    """Write the package; it is never written over another file."""
    target: Path = parsed.to
    gateway = build()
    asked = Asked(system_user(), gateway.clock.now(), parsed.reason)
    made = export(gateway.evidence(), parsed.id, asked, target)
    destroyed = f"，另 {made.destroyed} 行已销毁、仅存摘要" if made.destroyed else ""
    lines = [
        f"✓ 证据包 {target}  {made.size} 字节",
        f"  案件 {made.case_id}：流水 {made.entries} 条，原件 {made.payloads} 件{destroyed}",
        f"  SHA-256 {made.digest}",
        f"  {_stamped(made)}",
        "  内含个人信息，文件仅本人可读；已记入流水 / holds personal data, journaled",
    ]
    return Answer(lines, {"file": str(target), **asdict(made)})


def _stamped(made: Exported) -> str:
    if made.stamped:
        return "封装已盖时间戳 / stamped"
    return "封装尚无时间戳：时间戳机构未配置、未答复或答复不可信 / not stamped"


def run_verify(parsed: argparse.Namespace) -> Answer:
    """Check a package by our key ring; it needs no database."""
    ring = load_ring(Places.from_environment().secrets)
    checked = check_evidence(ring, parsed.file, SystemClock().now())
    lines = [
        f"✓ 证据包成立：{checked.case_id} / the package holds",
        *(f"  ✓ {line}" for line in checked.done),
        "  未核验 / not checked：",
        *(f"  · {line}" for line in checked.undone),
    ]
    data = {"case": checked.case_id, "checked": checked.done, "not_checked": checked.undone}
    return Answer(lines, data)
