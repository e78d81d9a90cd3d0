"""``rest prepare``, ``rest serve``. REST 对接方命令."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.keys.algorithms import ALGORITHMS, SM2_SM3

if TYPE_CHECKING:
    from sandbox.verbs.arguments import Verbs


def add_to(verbs: "Verbs") -> None:
    """Add the verbs of the REST peer."""
    parser = verbs.add_parser("rest", help="the peer that signs HTTP messages REST 对接方")
    parts = parser.add_subparsers(required=True)
    making = parts.add_parser("prepare", help="make keys and certificates, once")
    serving = parts.add_parser("serve", help="serve HTTPS on 127.0.0.1 until SIGTERM")
    for one in (making, serving):
        one.add_argument("--root", required=True, type=Path)
        one.add_argument("--algorithm", choices=ALGORITHMS, default=SM2_SM3)
    serving.add_argument("--port", required=True, type=int, help="0 takes any free port")
    making.set_defaults(run=_prepare)
    serving.set_defaults(run=_serve)


def _prepare(args: argparse.Namespace) -> None:
    from sandbox.rest.serve import prepare

    prepare(args.root, args.algorithm)


def _serve(args: argparse.Namespace) -> None:
    from sandbox.rest.serve import serve

    serve(args.root, args.port, args.algorithm)
