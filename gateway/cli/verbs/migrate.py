"""`gateway migrate`: bring our database to this version, as its owner. 升级表结构"""

import argparse

from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers
from gateway.store.database import connect, migrate
from gateway.wiring import Places
from gateway.wiring.connections import OWNER, Connections


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser("migrate", parents=[every], help="升级表结构（用所有者连接）")
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Migrate; the program itself never has the owner's rights, so it has a connection apart."""
    url = Connections(Places.from_environment().secrets).database(OWNER)
    revision = migrate(connect(url))
    return Answer([f"✓ 表结构版本 {revision}"], {"revision": revision})
