"""``months fill``, ``months publish``, ``months truth``: whole months of nights. 月度沙箱命令."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.verbs.arguments import add_night, add_seed, banks_of
from sandbox.world.banks import Bank

if TYPE_CHECKING:
    from sandbox.months.bank import MonthBank
    from sandbox.verbs.arguments import Verbs


def add_to(verbs: "Verbs") -> None:
    """Add the verbs."""
    months = verbs.add_parser("months", help="whole months 月度").add_subparsers(required=True)
    filling = months.add_parser("fill", help="create the ledger with the loans of the months")
    filling.add_argument("--exchange-role", required=True, help="existing role of the gateway")
    filling.add_argument("--bank", help="one bank only")
    filling.set_defaults(run=_fill)
    publishing = months.add_parser("publish", help="put down what a bank delivers after a night")
    publishing.add_argument("--root", required=True, type=Path)
    publishing.set_defaults(run=_publish)
    telling = months.add_parser("truth", help="what must be found in a night, as JSON")
    telling.set_defaults(run=_truth)
    for parser in (filling, publishing, telling):
        _add_span(parser)
    for parser in (publishing, telling):
        add_night(parser)


def _add_span(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dsn", required=True, help="as the owner of the core's database")
    parser.add_argument("--first", required=True, type=date.fromisoformat, help="first night")
    parser.add_argument("--nights", required=True, type=int, help="how many working nights")
    parser.add_argument("--loans", type=int, default=40, help="loans a bank")
    add_seed(parser)


def _bank(args: argparse.Namespace, bank: Bank) -> "MonthBank":
    from sandbox.months.bank import MonthBank
    from sandbox.months.spans import Span

    return MonthBank(args.seed, bank, args.loans, Span(args.first, args.nights))


def _fill(args: argparse.Namespace) -> None:
    from sandbox.months import ledger

    banks = tuple(_bank(args, bank) for bank in banks_of(args))
    count = ledger.fill(args.dsn, args.exchange_role, banks)
    print(f"sandbox months filled: {count} loans")


def _publish(args: argparse.Namespace) -> None:
    from sandbox.months.replay import put_out, replay

    for bank in (_bank(args, one) for one in banks_of(args)):
        for name in put_out(args.root, bank, replay(args.dsn, bank, args.date)):
            print(name)


def _truth(args: argparse.Namespace) -> None:
    from sandbox.months.replay import replay

    told = {
        bank.bank.code: [asdict(one) for one in replay(args.dsn, bank, args.date)[-1].planted]
        for bank in (_bank(args, one) for one in banks_of(args))
    }
    json.dump(told, sys.stdout, ensure_ascii=False, indent=1, default=date.isoformat)
    print()
