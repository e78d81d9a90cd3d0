"""``bank prepare``, ``bank serve``, ``bank publish``. 银行方命令."""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.files import Fault
from sandbox.verbs.arguments import add_night, add_scale, add_seed, banks_of
from sandbox.world import night

if TYPE_CHECKING:
    from sandbox.verbs.arguments import Verbs


def add_to(verbs: "Verbs") -> None:
    """Add the verbs of the banks."""
    banks = verbs.add_parser("bank", help="the three banks 银行方").add_subparsers(required=True)
    _add_prepare(banks)
    _add_serve(banks)
    _add_publish(banks)


def _add_prepare(banks: "Verbs") -> None:
    parser = banks.add_parser("prepare", help="make keys and directories, once")
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--algorithms", help="ed25519 (all banks) or 990001=ed25519,990003=none")
    add_seed(parser)
    parser.set_defaults(run=_prepare)


def _add_serve(banks: "Verbs") -> None:
    parser = banks.add_parser("serve", help="serve SFTP on 127.0.0.1 until SIGTERM")
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--port", required=True, type=int, help="0 takes any free port")
    parser.set_defaults(run=_serve)


def _add_publish(banks: "Verbs") -> None:
    parser = banks.add_parser("publish", help="put a night's files into outgoing")
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--version", type=int, default=1, help="2 for a corrected file")
    parser.add_argument("--only", choices=("result", "statement"))
    parser.add_argument(
        "--fault", action="append", default=[], choices=[one.value for one in Fault]
    )
    add_seed(parser)
    add_scale(parser)
    add_night(parser)
    parser.set_defaults(run=_publish)


def _prepare(args: argparse.Namespace) -> None:
    from sandbox.bank.prepare import prepare

    prepare(args.root, args.seed, args.algorithms)


def _serve(args: argparse.Namespace) -> None:
    from sandbox.bank.serve import serve

    asyncio.run(serve(args.root, args.port))


def _publish(args: argparse.Namespace) -> None:
    from sandbox.bank.publish import order_of, publish

    order = order_of(args.version, args.fault, args.only)
    for bank in banks_of(args):
        told = night(args.seed, bank, args.date, args.scale)
        for name in publish(args.root, args.seed, told, order):
            print(f"{bank.code} {name}")
