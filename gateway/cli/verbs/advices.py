"""`gateway advices take | fetch`: what was pushed, or is asked for, becomes bookings. 到账通知"""

import argparse
from datetime import datetime, time, timedelta

from connectors.bank.flows.fetching import fetch_details
from connectors.bank.flows.pushes import take_pushes
from connectors.bank.rules.windows import Window
from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers, add_night, night_key
from gateway.dates import SHANGHAI
from gateway.errors import Code, NotConfigured
from gateway.ports import StageCount
from gateway.wiring import build

_TO_THE_LAST_SECOND = timedelta(days=1, seconds=-1)


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parsers."""
    found = verbs.add_parser("advices", help="到账通知：推送入库；向平台查询一天的明细补齐")
    parts = found.add_subparsers(required=True, metavar="take | fetch")
    taking = parts.add_parser("take", parents=[every], help="待处理的推送全部入库；可重复执行")
    taking.set_defaults(run=take)
    fetching = parts.add_parser("fetch", parents=[every], help="查询一天的明细（BDC113），缺的补上")
    add_night(fetching)
    fetching.set_defaults(run=fetch)


def take(parsed: argparse.Namespace) -> Answer:
    """Take every push that waits."""
    return _answer(take_pushes(build().platform()))


def fetch(parsed: argparse.Namespace) -> Answer:
    """Ask the platform for every booking of one account and day, and store those not known yet."""
    gateway = build()
    platform, key = gateway.platform(), night_key(gateway, parsed)
    own = gateway.bank(key.bank).profile.account(key.account)
    if own is None:
        raise NotConfigured(Code.SETTING_MISSING, detail=f"{key.bank} {key.account}")
    begins = datetime.combine(key.business_date, time(), SHANGHAI)
    window = Window(begins, begins + _TO_THE_LAST_SECOND)
    return _answer(fetch_details(platform, own.number, window))


def _answer(counts: StageCount) -> Answer:
    return Answer([counts.line()], {"examined": counts.examined, **counts.counts})
