"""`gateway proof --bank B --date D`: the night's proof sheet. 核对表"""

import argparse
import json

from connectors.bank import sheets
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.proving import sheet_of
from connectors.bank.model import NightKey
from gateway.cli.output import Answer, WrongUse
from gateway.cli.verbs.arguments import (
    Subparsers,
    add_night,
    add_reason,
    night_key,
    system_user,
)
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser("proof", parents=[every], help="打印一晚的核对表")
    add_night(found)
    found.add_argument("--reveal", action="store_true", help="显示完整姓名与账号；记入流水")
    add_reason(found, required=False)
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Print the newest sheet; revealing people is an act that the journal keeps."""
    if parsed.reveal and not parsed.reason:
        raise WrongUse("--reveal 须用 --reason 说明理由")
    gateway = build()
    key = night_key(gateway, parsed)
    bank = gateway.bank(key.bank)
    if parsed.reveal:
        with gateway.store.begin() as work:
            work.note("sheet_revealed", key.night_id, reason=parsed.reason, user=system_user())
    return sheet_answer(bank, key, reveal=parsed.reveal)


def sheet_answer(bank: Bank, key: NightKey, *, reveal: bool) -> Answer:
    """A night's sheet as text and as JSON; without `reveal` nobody's name is in either."""
    sheet = sheet_of(bank, key)
    shown = sheet if reveal else sheets.masked(sheet)
    data = json.loads(sheets.to_json(shown))
    return Answer([sheets.to_text(shown)], {"night": key.night_id, "sheet": data})
