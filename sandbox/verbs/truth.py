"""``truth``: what really happened, as JSON. 事实."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from sandbox.verbs.arguments import add_night, add_scale, add_seed, banks_of
from sandbox.world import night
from sandbox.world.truth import truth_of

if TYPE_CHECKING:
    from sandbox.verbs.arguments import Verbs


def add_to(verbs: "Verbs") -> None:
    """Add the verb."""
    parser = verbs.add_parser("truth", help="print what really happened, as JSON 事实")
    add_seed(parser)
    add_scale(parser)
    add_night(parser)
    parser.set_defaults(run=_truth)


def _truth(args: argparse.Namespace) -> None:
    nights = [night(args.seed, bank, args.date, args.scale) for bank in banks_of(args)]
    told = {"seed": args.seed, "banks": [truth_of(one) for one in nights]}
    json.dump(told, sys.stdout, ensure_ascii=False, indent=1)
    print()
