"""`gateway morning`: the whole branch on one page, what needs a person first. 早间总表"""

import argparse
import json

from pydantic import TypeAdapter

from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers, a_day
from gateway.cli.verbs.printed import add_file, require_both, write
from gateway.errors import Code, NotConfigured
from gateway.flows import morning as flow
from gateway.flows.morning import Branch, Morning
from gateway.flows.morning_report import conclusion, morning_report
from gateway.wiring import build

_ADAPTER = TypeAdapter(Morning)


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser("morning", parents=[every], help="早间总表：全部银行与专户，先办什么")
    found.add_argument("--date", type=a_day, help="业务日期，缺省为最近一晚 / business date")
    add_file(found)
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Tell the newest business date, or the one that was asked for."""
    require_both(parsed)
    gateway = build()
    day = parsed.date or flow.latest(gateway.store)
    if day is None:
        raise NotConfigured(Code.NOT_FOUND, detail="还没有任何一晚")
    names = {code: bank.profile.name for code, bank in gateway.banks.items()}
    told = flow.read(Branch(gateway.store, names, gateway.calendar), day)
    as_json = _ADAPTER.dump_json(told, indent=1)
    written = []
    if parsed.to:
        write(parsed, morning_report(told, gateway.site.name), as_json)
        written = [f"已写 {parsed.to}"]
    return Answer([*_lines(told), *written], {"morning": json.loads(as_json)})


def _lines(told: Morning) -> list[str]:
    return [
        f"早间总表  {told.day}  {conclusion(told)}",
        *(f"  ◆ {one.what}  {one.about}  {one.act}" for one in told.todo),
        *(
            f"  {one.key.label}  {one.bank_name}  {one.state.value}"
            f"  在办账项 {one.live}，停扣 {one.blocking}"
            for one in told.accounts
        ),
    ]
