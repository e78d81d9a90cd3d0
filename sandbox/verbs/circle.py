"""``circle close``: the banks' files of days that went by without a batch. 当日扣款命令."""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.world.banks import CIRCLE_BANKS

if TYPE_CHECKING:
    from sandbox.verbs.arguments import Verbs


def add_to(verbs: "Verbs") -> None:
    """Add the verb."""
    parts = verbs.add_parser("circle", help="batches of the real day 当日扣款").add_subparsers(
        required=True
    )
    closing = parts.add_parser("close", help="put down the files of earlier days without a batch")
    closing.add_argument("--root", required=True, type=Path)
    closing.add_argument("--date", required=True, type=date.fromisoformat, help="up to before it")
    closing.set_defaults(run=_close)


def _close(args: argparse.Namespace) -> None:
    from sandbox.circle.day import close_days

    for bank in CIRCLE_BANKS:
        for day in close_days(args.root, bank, args.date):
            print(f"{bank.code} {day}")
