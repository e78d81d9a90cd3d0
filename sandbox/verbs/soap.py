"""``soap prepare``, ``soap serve``: the SOAP peer. SOAP 对接方命令."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.keys.algorithms import ECDSA_P256, RSA_V1_5, SM2_SM3

if TYPE_CHECKING:
    from sandbox.verbs.arguments import Verbs


def add_to(verbs: "Verbs") -> None:
    """Add the verbs of the SOAP peer."""
    parts = verbs.add_parser("soap", help="a SOAP peer SOAP 对接方").add_subparsers(required=True)
    prepare = parts.add_parser("prepare", help="make its keys and certificates, once")
    prepare.add_argument("--root", required=True, type=Path)
    prepare.add_argument("--algorithm", choices=(RSA_V1_5, ECDSA_P256, SM2_SM3), default=SM2_SM3)
    prepare.set_defaults(run=_prepare)
    serve = parts.add_parser("serve", help="serve HTTP on 127.0.0.1 until SIGTERM")
    serve.add_argument("--root", required=True, type=Path)
    serve.add_argument("--port", required=True, type=int, help="0 takes any free port")
    serve.set_defaults(run=_serve)


def _prepare(args: argparse.Namespace) -> None:
    from sandbox.soap.places import prepare

    prepare(args.root, args.algorithm)


def _serve(args: argparse.Namespace) -> None:
    from sandbox.soap.serve import serve

    serve(args.root, args.port)
