"""``core fill``, ``core reset``, ``core advance``. 核心系统命令."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from sandbox.verbs.arguments import add_scale, add_seed, banks_of
from sandbox.world import business_days

if TYPE_CHECKING:
    from sandbox.verbs.arguments import Verbs


def add_to(verbs: "Verbs") -> None:
    """Add the verbs of the core system."""
    core = verbs.add_parser("core", help="the core system 核心系统").add_subparsers(required=True)
    _add_fill(core)
    _add_reset(core)
    _add_advance(core)


def _add_fill(core: "Verbs") -> None:
    parser = core.add_parser("fill", help="create the ledger and fill in all nights")
    parser.add_argument("--dsn", required=True, help="as the owner of the core's database")
    parser.add_argument("--exchange-role", required=True, help="existing role of the gateway")
    parser.add_argument("--date", type=date.fromisoformat, help="one night only")
    parser.add_argument("--bank", help="one bank only")
    add_seed(parser)
    add_scale(parser)
    parser.set_defaults(run=_fill)


def _add_reset(core: "Verbs") -> None:
    parser = core.add_parser("reset", help="all instalments due again, no postings")
    parser.add_argument("--dsn", required=True, help="as the owner of the core's database")
    parser.set_defaults(run=_reset)


def _add_advance(core: "Verbs") -> None:
    parser = core.add_parser("advance", help="open the next business date 核心换日")
    parser.add_argument("--dsn", required=True, help="as the owner of the core's database")
    parser.add_argument("--date", required=True, type=date.fromisoformat)
    parser.set_defaults(run=_advance)


def _fill(args: argparse.Namespace) -> None:
    from sandbox.core.fill import Wanted, fill

    days = (args.date,) if args.date else business_days()
    wanted = Wanted(args.seed, args.scale, banks_of(args), days)
    with _told_in_a_line():
        count = fill(args.dsn, args.exchange_role, wanted)
    print(f"sandbox core filled: {count} instructions")


def _reset(args: argparse.Namespace) -> None:
    from sandbox.core.reset import reset

    with _told_in_a_line():
        reset(args.dsn)
    print("sandbox core reset")


def _advance(args: argparse.Namespace) -> None:
    from sandbox.core.acts import Acts

    with _told_in_a_line():
        Acts(args.dsn).advance(args.date)
    print(f"sandbox core stands on {args.date}")


@contextmanager
def _told_in_a_line() -> Iterator[None]:
    """Let what the database says become a refusal like any other."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise RuntimeError(str(error).strip()) from error
