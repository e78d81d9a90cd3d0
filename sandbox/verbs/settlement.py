"""``settlement prepare``, ``settlement serve``, ``settlement push``. 结算平台命令."""

import argparse
import asyncio
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.settlement.messages import GENERATIONS, V1

if TYPE_CHECKING:
    from sandbox.verbs.arguments import Verbs

ROWS = 12


def add_to(verbs: "Verbs") -> None:
    """Add the verbs of the settlement platform."""
    parser = verbs.add_parser("settlement", help="the settlement platform 结算平台")
    parts = parser.add_subparsers(required=True)
    making = parts.add_parser("prepare", help="make the key both sides install, once")
    serving = parts.add_parser("serve", help="serve TCP on 127.0.0.1 until SIGTERM")
    pushing = parts.add_parser("push", help="push bookings (SBDC100) to a listener")
    for one in (making, serving, pushing):
        one.add_argument("--root", required=True, type=Path)
    for one in (serving, pushing):
        one.add_argument("--generation", choices=GENERATIONS, default=V1)
        one.add_argument("--rows", type=int, default=ROWS, help="bookings an account and day")
    serving.add_argument("--port", required=True, type=int, help="0 takes any free port")
    pushing.add_argument("--to", required=True, type=int, help="the listener's port")
    pushing.add_argument("--account", required=True)
    pushing.add_argument("--date", required=True, type=date.fromisoformat)
    pushing.add_argument("--first", type=int, default=1, help="from this booking of the day on")
    pushing.add_argument("--last", type=int, default=ROWS, help="up to this one")
    pushing.add_argument("--seq-no", required=True)
    making.set_defaults(run=_prepare)
    serving.set_defaults(run=_serve)
    pushing.set_defaults(run=_push)


def _prepare(args: argparse.Namespace) -> None:
    from sandbox.settlement.serve import prepare

    prepare(args.root)


def _serve(args: argparse.Namespace) -> None:
    from sandbox.settlement.serve import serve

    asyncio.run(serve(args.root, args.port, args.generation, args.rows))


def _push(args: argparse.Namespace) -> None:
    from sandbox.settlement.push import Notice, push

    notice = Notice(args.account, args.date, args.rows, args.first, args.last, args.seq_no)
    for became in push(args.root, args.to, args.generation, notice):
        print(became)
