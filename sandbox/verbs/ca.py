"""``ca prepare``, ``ca issue``: the certificate authority. 证书机构命令."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.disk import write_whole
from sandbox.keys.authority import BEGIN, LEAF_DAYS, issue, prepare_authority
from sandbox.keys.certificates import USAGES

if TYPE_CHECKING:
    from sandbox.verbs.arguments import Verbs


def add_to(verbs: "Verbs") -> None:
    """Add the verbs of the certificate authority."""
    authority = verbs.add_parser("ca", help="the certificate authority 证书机构")
    parts = authority.add_subparsers(required=True)
    prepare = parts.add_parser("prepare", help="make the roots, once")
    prepare.add_argument("--root", required=True, type=Path)
    prepare.set_defaults(run=lambda args: prepare_authority(args.root))
    _add_issue(parts)


def _add_issue(parts: "Verbs") -> None:
    parser = parts.add_parser("issue", help="a certificate for a request (PKCS#10, PEM or DER)")
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--request", required=True, type=Path)
    parser.add_argument("--usage", required=True, choices=USAGES)
    parser.add_argument("--out", required=True, type=Path, help="the chain in PEM, leaf first")
    parser.add_argument("--not-before", type=_day, default=BEGIN, metavar="YYYY-MM-DD")
    parser.add_argument("--days", type=int, default=LEAF_DAYS)
    parser.set_defaults(run=_issue)


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _issue(args: argparse.Namespace) -> None:
    request = args.request.read_bytes()
    write_whole(args.out, issue(args.root, request, args.usage, args.not_before, args.days))
