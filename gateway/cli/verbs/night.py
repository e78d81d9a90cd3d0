"""`gateway night replay …`: a past night under today's rules, and what would change. 重演"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from connectors.bank.flows.filling import policy_in_force
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.replaying import Asking, Replayed, decided_nights, replay
from connectors.bank.model.books import Policy
from connectors.bank.rules.replaying import Difference
from gateway.cli.output import Answer, WrongUse
from gateway.cli.verbs.arguments import Subparsers, a_day, system_user
from gateway.wiring import Gateway, build

# as many nights as anybody reads the differences of
_NIGHTS_MAX = 1_000
_LINES_MAX = 200
# what a person may try out: whole numbers of the policy, each within reason
_TRIED = {"window": range(31), "subset_max": range(1, 17), "return_days": range(61)}


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser and that of its part."""
    found = verbs.add_parser("night", help="重演过去的夜晚")
    parts = found.add_subparsers(required=True, metavar="WHAT")
    again = parts.add_parser(
        "replay", parents=[every], help="按现行规则从原件重演，只列不同，不改动任何数据"
    )
    again.add_argument("--date", required=True, type=a_day, help="业务日期 YYYY-MM-DD")
    again.add_argument("--until", type=a_day, help="连续重演到这一天 / last day of a span")
    again.add_argument("--bank", help="六位节点号，缺省为各行 / node number")
    again.add_argument("--account", help="专户编号，缺省为全部 / our account's id")
    again.add_argument(
        "--try", dest="tried", action="append", default=[], type=a_rule, metavar="RULE=N",
        help=f"试一条规则：{'、'.join(_TRIED)} / try a rule",
    )  # fmt: skip
    again.set_defaults(run=run)


def a_rule(text: str) -> tuple[str, int]:
    """A rule of the policy and the number to try."""
    name, _, number = text.partition("=")
    if name not in _TRIED or not number.isascii() or not number.isdigit():
        raise argparse.ArgumentTypeError(f"{text} 应为 {'、'.join(_TRIED)} 之一=整数")
    if int(number[:9]) not in _TRIED[name]:
        raise argparse.ArgumentTypeError(
            f"{name} 应在 {_TRIED[name][0]} 至 {_TRIED[name][-1]} 之间"
        )
    return name, int(number)


def run(parsed: argparse.Namespace) -> Answer:
    """Replay every decided night of the span; the journal keeps that it was done."""
    last: date = parsed.until or parsed.date
    if last < parsed.date:
        raise WrongUse("--until 不得早于 --date")
    gateway = build()
    asking = Asking(system_user(), _policy(parsed.tried))
    done = [
        replay(bank, key, asking)
        for bank, account in _accounts(gateway, parsed)
        for key in decided_nights(bank, account, (parsed.date, last))[:_NIGHTS_MAX]
    ]
    return Answer(_lines(done), _facts(done))


def _policy(tried: Sequence[tuple[str, int]]) -> Policy | None:
    return replace(policy_in_force(), **dict(tried)) if tried else None  # type: ignore[arg-type]


def _accounts(gateway: Gateway, parsed: argparse.Namespace) -> Iterator[tuple[Bank, str]]:
    banks = [gateway.bank(parsed.bank)] if parsed.bank else list(gateway.banks.values())
    for bank in banks:
        for own in bank.profile.accounts:
            if parsed.account in (None, own.id):
                yield bank, own.id


def _lines(done: Sequence[Replayed]) -> Sequence[str]:
    shown = [line for each in done for line in _night(each)]
    more = len(shown) - _LINES_MAX
    rest = [f"……另有 {more} 行，全部见 --json"] if more > 0 else []
    count = sum(len(each.differences) for each in done)
    return [*shown[:_LINES_MAX], *rest, f"重演 {len(done)} 晚，{count} 处不同 / differences"]


def _night(each: Replayed) -> Iterator[str]:
    yield f"{each.key.label}  {len(each.differences)} 处不同"
    yield from (f"  {_line(one)}" for one in each.differences)


def _line(one: Difference) -> str:
    return f"{one.of.value}  {one.item}  {one.before or '—'} → {one.after or '—'}"


def _facts(done: Sequence[Replayed]) -> dict[str, object]:
    nights = [
        {
            "night": each.key.label,
            "differences": [
                {"of": one.of.name, "item": one.item, "before": one.before, "after": one.after}
                for one in each.differences
            ],
        }
        for each in done
    ]
    return {"nights": nights, "differences": sum(len(each.differences) for each in done)}
