"""`gateway listen`: take what the settlement platform pushes, until SIGTERM. 推送监听"""

import argparse
import asyncio
import sys

from connectors.bank.flows.listening import PushDesk
from connectors.bank.transport import Door, Listener
from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser(
        "listen", parents=[every], help="监听结算平台推送：验帧、归档、记流水、应答，不做别的"
    )
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Listen until told to stop. Raises NotConfigured when the address is not ours to take."""
    platform = build().platform()
    of = platform.profile.listener
    door = Door(of.host, of.port, of.connections_max, of.frame_seconds, of.frame_bytes_max)
    desk = PushDesk(platform)
    asyncio.run(Listener(door, desk.take, desk.refuse).serve(_say_ready))
    return Answer(["已停止监听 stopped"], {"stopped": True})


def _say_ready(port: int) -> None:
    sys.stdout.write(f"gateway listen ready on port {port}\n")
    sys.stdout.flush()
