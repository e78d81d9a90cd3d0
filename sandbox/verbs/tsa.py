"""``tsa prepare``, ``tsa serve``. 时间戳服务命令."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.verbs.arguments import Verbs


def add_to(verbs: "Verbs") -> None:
    """Add the verbs of the time-stamping authority."""
    parser = verbs.add_parser("tsa", help="the time-stamping authority 时间戳服务")
    authority = parser.add_subparsers(required=True)
    making = authority.add_parser("prepare", help="make keys and certificates, once")
    making.add_argument("--root", required=True, type=Path)
    making.set_defaults(run=_prepare)
    serving = authority.add_parser("serve", help="serve HTTP on 127.0.0.1 until SIGTERM")
    serving.add_argument("--root", required=True, type=Path)
    serving.add_argument("--port", required=True, type=int, help="0 takes any free port")
    serving.set_defaults(run=_serve)


def _prepare(args: argparse.Namespace) -> None:
    from sandbox.tsa.credentials import credentials_of

    credentials_of(args.root)


def _serve(args: argparse.Namespace) -> None:
    from sandbox.tsa.serve import serve

    serve(args.root, args.port)
