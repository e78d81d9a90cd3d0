"""`gateway shred DIGEST|FILE_ID`: destroy a payload's keys, keep its digest. 销毁原件"""

import argparse

from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers, system_user
from gateway.flows.retention import Material
from gateway.flows.shredding import REASONS, Why, shred
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser(
        "shred", parents=[every], help="销毁一件归档原件的密钥；摘要与流水保留，不可恢复"
    )
    found.add_argument("what", help="六十四位摘要，或 file-… 编号 / digest or file id")
    found.add_argument(
        "--reason",
        required=True,
        choices=REASONS,
        help="；".join(f"{code} {title}" for code, title in REASONS.items()),
    )
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Shred it; RefusedHere when it is too young or still in use."""
    gateway, why = build(), Why(parsed.reason, system_user())
    rule = gateway.retention[Material.PAYLOAD]
    digest, keys = shred(gateway.store, rule, parsed.what, why)
    line = f"✓ 已销毁 {digest[:12]}… 的密钥 {keys} 份，摘要与流水保留 / shredded"
    return Answer([line], {"digest": digest, "keys": keys})
