"""`gateway journal verify`: is the history whole? 流水核验"""

import argparse

from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers
from gateway.flows.checks import shredded, verify_archive
from gateway.store import journal
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    group = verbs.add_parser("journal", help="流水").add_subparsers(required=True, metavar="VERB")
    found = group.add_parser("verify", parents=[every], help="逐条重算流水链，可连同归档原件")
    found.add_argument("--archive", action="store_true", help="也重算每件归档原件的摘要")
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Recompute the chain; SignatureInvalid at the first entry that is not as it was written."""
    gateway = build()
    with gateway.store.begin() as work:
        count, head = journal.verify(work.connection)
    payloads = verify_archive(gateway.store) if parsed.archive else None
    lines = [f"✓ 流水 {count} 条，链完整，末条摘要 {head}"]
    if payloads is not None:
        lines.append(f"✓ 归档原件 {payloads} 件，摘要相符；已销毁 {shredded(gateway.store)} 件")
    return Answer(lines, {"entries": count, "head": head, "payloads": payloads})
