"""`gateway reconcile --bank B --date D`: the night's flow without Airflow. 对账"""

import argparse

from connectors.bank.flows.receiving import open_nights
from gateway.cli.output import Answer, answer_of
from gateway.cli.verbs.arguments import Subparsers, add_night, night_key
from gateway.cli.verbs.proof import sheet_answer
from gateway.errors import GatewayError
from gateway.flows.bank_night import Ran, attempt, first_error
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser(
        "reconcile", parents=[every], help="不经 Airflow 跑一晚对账；可重复执行"
    )
    add_night(found)
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Run all stages; on an error the sheet is printed all the same, and the error after it."""
    gateway = build()
    key = night_key(gateway, parsed)
    bank = gateway.bank(key.bank)
    if key not in open_nights(bank, key.business_date):
        # expected nothing, found nothing: that is in order
        return Answer([f"✓ {key.label}：无应收文件 nothing is owed"], {"night": None, "stages": []})
    ran = attempt(gateway.night(key))
    sheet = sheet_answer(bank, key, reveal=False)
    lines = [*map(_line, ran), *sheet.lines]
    data = {"stages": [_data(each) for each in ran], **sheet.data}
    error = first_error(ran)
    if error is None:
        return Answer(lines, data)
    failed = answer_of(error)
    return Answer([*lines, *failed.lines], {**data, **failed.data}, failed.exit)


def _line(ran: Ran) -> str:
    """For people: what was counted, or the code."""
    if isinstance(ran.end, GatewayError):
        return f"{ran.stage} 未完成 {ran.end.code.name}"
    return ran.end.line()


def _data(ran: Ran) -> dict[str, object]:
    """For programs: the same."""
    if isinstance(ran.end, GatewayError):
        return {"stage": ran.stage, "error": ran.end.code.name}
    return {"stage": ran.stage, "examined": ran.end.examined, **ran.end.counts}
