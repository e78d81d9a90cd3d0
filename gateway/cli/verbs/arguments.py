"""Arguments several verbs take. 公共参数"""

import argparse
import os
import pwd
from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from connectors.bank.model import NightKey
from gateway.errors import Code, NotConfigured
from gateway.identity import mask_text
from gateway.wiring import Gateway

_REASON_MIN, _REASON_MAX = 4, 100
_YEARS = range(2000, 2100)


class Subparsers(Protocol):
    """What argparse gives back for a set of verbs; its own class is private."""

    def add_parser(self, name: str, **how: Any) -> argparse.ArgumentParser:  # noqa: ANN401
        """Add the parser of one verb."""


def a_day(text: str) -> date:
    """A date of this century as it is typed; argparse shows the sentence of what is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} 不是日期，应为 YYYY-MM-DD") from None
    if day.year not in _YEARS:
        raise argparse.ArgumentTypeError(f"{text} 不在本世纪")
    return day


def add_account(parser: argparse.ArgumentParser) -> None:
    """`--bank` and, where a bank has several, `--account`."""
    parser.add_argument("--bank", required=True, help="六位节点号 / node number")
    parser.add_argument("--account", help="专户编号，只有一个时可省略 / our account's id")


def add_night(parser: argparse.ArgumentParser) -> None:
    """`--bank`, `--date` and, where a bank has several, `--account`."""
    add_account(parser)
    parser.add_argument("--date", required=True, type=a_day, help="业务日期 YYYY-MM-DD")


def night_key(gateway: Gateway, parsed: argparse.Namespace) -> NightKey:
    """The night that was asked for. Raises NotConfigured when the bank or account is not ours."""
    return NightKey(*own_account(gateway, parsed), parsed.date)


def own_account(gateway: Gateway, parsed: argparse.Namespace) -> tuple[str, str]:
    """The bank and account that were asked for. Raises NotConfigured when they are not ours."""
    _require(f"没有银行 {parsed.bank}", parsed.bank, list(gateway.banks))
    accounts = [own.id for own in gateway.bank(parsed.bank).profile.accounts]
    account = parsed.account or (accounts[0] if len(accounts) == 1 else "")
    wanted = f"没有专户 {account}" if account else "请用 --account 指明专户"
    _require(f"银行 {parsed.bank} {wanted}", account, accounts)
    return parsed.bank, account


def _require(complaint: str, wanted: str, configured: Sequence[str]) -> None:
    """Raises NotConfigured, naming what there is, when what is wanted is not among it."""
    if wanted not in configured:
        known = "、".join(configured) or "（无）"
        raise NotConfigured(Code.SETTING_MISSING, detail=f"{complaint}；已配置：{known}")


def a_reason(typed: str) -> str:
    """Why somebody wants to see a person: it goes into the journal, so numbers are masked."""
    reason = " ".join(typed.split())
    if not _REASON_MIN <= len(reason) <= _REASON_MAX:
        raise argparse.ArgumentTypeError(f"理由须 {_REASON_MIN} 至 {_REASON_MAX} 字")
    return mask_text(reason)


def add_reason(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """`--reason`, which the journal keeps."""
    told = "理由或案由编号，记入流水；不写姓名账号 / why, kept in the journal"
    parser.add_argument("--reason", required=required, type=a_reason, help=told)


def system_user() -> str:
    """Who runs this, by the system's word: the environment says whatever it is told to."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
