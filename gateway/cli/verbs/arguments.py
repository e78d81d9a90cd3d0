"""Arguments several verbs take. 公共参数"""

import argparse
from datetime import date
from typing import Any, Protocol

from connectors.bank.model import NightKey
from gateway.errors import Code, NotConfigured
from gateway.wiring import Gateway


class Subparsers(Protocol):
    """What argparse gives back for a set of verbs; its own class is private."""

    def add_parser(self, name: str, **how: Any) -> argparse.ArgumentParser:  # noqa: ANN401
        """Add the parser of one verb."""


def a_day(text: str) -> date:
    """A date as it is typed; argparse shows the sentence of what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} 不是日期，应为 YYYY-MM-DD") from None


def add_night(parser: argparse.ArgumentParser) -> None:
    """`--bank`, `--date` and, where a bank has several, `--account`."""
    parser.add_argument("--bank", required=True, help="六位节点号 / node number")
    parser.add_argument("--date", required=True, type=a_day, help="业务日期 YYYY-MM-DD")
    parser.add_argument("--account", help="专户编号，只有一个时可省略 / our account's id")


def night_key(gateway: Gateway, parsed: argparse.Namespace) -> NightKey:
    """The night that was asked for. Raises NotConfigured when the bank or account is not ours."""
    accounts = [own.id for own in gateway.bank(parsed.bank).profile.accounts]
    account = parsed.account or (accounts[0] if len(accounts) == 1 else "")
    if account not in accounts:
        raise NotConfigured(
            Code.SETTING_MISSING, detail=f"{parsed.bank} --account {'|'.join(accounts)}"
        )
    return NightKey(parsed.bank, account, parsed.date)
