"""Arguments that several verbs take. 公共参数."""

import argparse
from datetime import date
from typing import TYPE_CHECKING

from sandbox.world import BANKS, Bank, bank_of

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Take --seed: the same seed gives the same world."""
    parser.add_argument("--seed", required=True, help="the same seed gives the same world")


def add_scale(parser: argparse.ArgumentParser) -> None:
    """Take --scale: how many instructions a batch has."""
    parser.add_argument("--scale", type=int, metavar="N", help="N instructions a batch, 1-100000")


def add_night(parser: argparse.ArgumentParser) -> None:
    """Take --date and --bank."""
    parser.add_argument("--date", required=True, type=date.fromisoformat, help="business date")
    parser.add_argument("--bank", help="one bank's code; all three if not given")


def banks_of(args: argparse.Namespace) -> tuple[Bank, ...]:
    """Return the banks meant."""
    return (bank_of(args.bank),) if args.bank else BANKS
