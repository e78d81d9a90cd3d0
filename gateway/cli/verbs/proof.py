"""`gateway proof --bank B --date D`: the night's proof sheet, printed or as a file. 核对表"""

import argparse
import json

from connectors.bank import sheets
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.proving import sheet_of
from connectors.bank.model import NightKey
from connectors.bank.printed.night import night_report
from connectors.bank.sheets import ProofSheet
from gateway.cli.output import Answer, WrongUse
from gateway.cli.verbs.arguments import (
    Subparsers,
    add_night,
    add_reason,
    night_key,
    system_user,
)
from gateway.cli.verbs.printed import add_file, require_both, write
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser("proof", parents=[every], help="打印一晚的核对表")
    add_night(found)
    found.add_argument("--reveal", action="store_true", help="显示完整姓名与账号；记入流水")
    add_reason(found, required=False)
    add_file(found)
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Tell the newest sheet; revealing people is an act that the journal keeps."""
    if parsed.reveal and not parsed.reason:
        raise WrongUse("--reveal 须用 --reason 说明理由")
    require_both(parsed)
    gateway = build()
    key = night_key(gateway, parsed)
    bank = gateway.bank(key.bank)
    if parsed.reveal:
        with gateway.store.begin() as work:
            work.note("sheet_revealed", key.night_id, reason=parsed.reason, user=system_user())
    if parsed.to:
        return _written(parsed, key, _shown(bank, key, reveal=parsed.reveal))
    return sheet_answer(bank, key, reveal=parsed.reveal)


def _written(parsed: argparse.Namespace, key: NightKey, sheet: ProofSheet) -> Answer:
    report = night_report(sheet, revealed=parsed.reveal)
    size = write(parsed, report, sheets.to_json(sheet))
    about = "含个人信息" if parsed.reveal else "已脱敏"
    facts = {"night": key.night_id, "file": str(parsed.to), "bytes": size}
    return Answer([f"已写 {parsed.to}（{about}）"], facts)


def sheet_answer(bank: Bank, key: NightKey, *, reveal: bool) -> Answer:
    """A night's sheet as text and as JSON; without `reveal` nobody's name is in either."""
    shown = _shown(bank, key, reveal=reveal)
    data = json.loads(sheets.to_json(shown))
    return Answer([sheets.to_text(shown)], {"night": key.night_id, "sheet": data})


def _shown(bank: Bank, key: NightKey, *, reveal: bool) -> ProofSheet:
    sheet = sheet_of(bank, key)
    return sheet if reveal else sheets.masked(sheet)
