"""`gateway explain LINE`: which pass, which key, what else was considered. 勾对说明"""

import argparse

from connectors.bank.flows.explaining import Explained, explain_line, place_of
from connectors.bank.model.books import Side
from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers
from gateway.identity import mask_text
from gateway.wiring import build

_SIDES = {
    Side.INSTRUCTION: "指令",
    Side.RESULT: "结果",
    Side.STATEMENT: "对账单",
    Side.EXPECTED: "应到款",
    Side.LEDGER: "入账",
    Side.DUE: "应还",
    Side.OFFSET: "冲还贷",
}


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser("explain", parents=[every], help="一行何以这样勾对：轮次、依据、候选")
    found.add_argument("line", metavar="LINE", help="file-…:行号，或 break-… 编号")
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Explain it; nothing is decided and nothing is written."""
    gateway = build()
    place = place_of(gateway.store, parsed.line)
    found = explain_line(gateway.bank(place.key.bank), place)
    data = {
        "night": place.key.label,
        "stage": found.stage,
        "evidence": found.evidence.name if found.evidence else None,
        "automatic": found.automatic,
        "considered": [
            {"stage": one.stage, "side": one.side.value, "item": one.item, "why": one.why.name}
            for one in found.considered
        ],
    }
    return Answer(_lines(found), data)


def _lines(found: Explained) -> list[str]:
    lines = [f"{found.place.key.label}　{_end(found)}"]
    lines += [
        f"  第{one.stage}轮 {_SIDES[one.side]} {mask_text(one.item)}：{one.why.value}"
        for one in found.considered
    ]
    return lines if found.considered else [*lines, "  没有看过其他候选 / nothing else considered"]


def _end(found: Explained) -> str:
    if found.stage is None or found.evidence is None:
        return "没有勾对，列为不平账项 / not matched"
    how = "自动" if found.automatic else "建议，须由人认定"
    return f"第{found.stage}轮：{found.evidence.value}（{how}）"
