"""`gateway reveal FILE_ID LINE FIELD --reason …`: one field of one line. 查看一处内容"""

import argparse

from connectors.bank.store.people import REVEALABLE
from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers, add_reason, system_user
from gateway.flows.revealing import Asked, reveal
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser("reveal", parents=[every], help="显示一行的一处原文；记入流水")
    found.add_argument("file", help="file-… 编号（全）")
    found.add_argument("line", type=int, help="文件中的行号，自 1 起")
    found.add_argument("field", choices=REVEALABLE, help="、".join(REVEALABLE))
    add_reason(found, required=True)
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Show it to whoever has a shell on this machine; the journal keeps who and why."""
    asked = Asked(parsed.file, parsed.line, parsed.field, parsed.reason, system_user())
    value = reveal(build().store, asked)
    data = {"file": asked.file_id, "line": asked.line, "field": asked.field, "value": value}
    return Answer([value], data)
