"""`gateway day status|close|reopen`: the days of an account. 日结"""

import argparse

from connectors.bank.flows import closing
from connectors.bank.flows.closing import DayStatus
from connectors.bank.rules.day import DayState
from connectors.bank.store import days
from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers, a_day, a_reason, night_key
from gateway.errors import Code, RefusedHere
from gateway.wiring import build

_LISTED = 30


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parsers."""
    group = verbs.add_parser("day", help="日结：状态、日结、重开 / days of an account")
    below = group.add_subparsers(required=True, metavar="VERB")
    for name, told, run in (
        ("status", "每日状态，以及还缺什么", run_status),
        ("close", "依次日结所有条件齐备之日；给出 --date 则只结该日", run_close),
        ("reopen", "提请重开已日结之日；两人同意后再执行一次即重开", run_reopen),
    ):
        found = below.add_parser(name, parents=[every], help=told)
        found.add_argument("--bank", required=True, help="六位节点号")
        found.add_argument("--account", help="专户编号，只有一个时可省略")
        found.add_argument(
            "--date", type=a_day, required=name == "reopen", help="业务日期 YYYY-MM-DD"
        )
        if name == "reopen":
            found.add_argument("--as", dest="person", required=True, help="提请人登录名")
            found.add_argument("--reason", required=True, type=a_reason, help="理由")
        found.set_defaults(run=run)


def run_status(parsed: argparse.Namespace) -> Answer:
    """List the days, newest first."""
    gateway = build()
    key = night_key(gateway, parsed)
    found = closing.status(gateway.store, (key.bank, key.account), _LISTED)
    lines = [_line(each) for each in found] or ["尚无夜间对账 / no days"]
    return Answer(lines, {"days": [_data(each) for each in found]})


def run_close(parsed: argparse.Namespace) -> Answer:
    """Close one day, or all that can be closed."""
    gateway = build()
    key = night_key(gateway, parsed)
    bank = gateway.bank(key.bank)
    if parsed.date is None:
        closed = closing.close_all(bank, key.account)
    else:
        closing.close(bank, key)
        closed = [key]
    lines = [f"✓ {each.label} 已日结 / closed" for each in closed] or ["没有可日结之日"]
    return Answer(lines, {"closed": [each.label for each in closed]})


def run_reopen(parsed: argparse.Namespace) -> Answer:
    """Open the day again where two have agreed; else ask them."""
    gateway = build()
    key = night_key(gateway, parsed)
    bank = gateway.bank(key.bank)
    approval = closing.ask_to_reopen(bank, key, parsed.person, parsed.reason)
    try:
        stale = closing.reopen(bank, key)
    except RefusedHere as refused:
        if refused.code is not Code.APPROVAL_MISSING:
            raise
        line = f"已提请重开 {key.label}，待两人复核：{approval}"
        return Answer([line], {"approval": approval, "day": days.day_id(key)})
    lines = [f"✓ {key.label} 已重开 / reopened", *(f"  {each.label} 待重证" for each in stale)]
    return Answer(lines, {"reopened": key.label, "stale": [each.label for each in stale]})


def _line(each: DayStatus) -> str:
    mark = "✓" if each.day.state is DayState.CLOSED else "·"
    lacking = f"：{'；'.join(each.hindrances)}" if each.hindrances else ""
    return f"{mark} {each.day.key.label} {each.day.state.value}{lacking}"


def _data(each: DayStatus) -> dict[str, object]:
    return {
        "day": each.day.key.label,
        "state": each.day.state.name,
        "hindrances": list(each.hindrances),
    }
