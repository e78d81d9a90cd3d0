"""`gateway reconcile --bank B --date D`: the night's flow without Airflow. 对账"""

import argparse

from connectors.bank.flows.receiving import open_nights
from gateway.cli.output import Answer, answer_of
from gateway.cli.verbs.arguments import Subparsers, add_night, night_key
from gateway.cli.verbs.proof import sheet_answer
from gateway.errors import GatewayError
from gateway.flows import bank_night
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
    error: GatewayError | None = None
    try:
        counts = bank_night.run(gateway.night(key))
    except GatewayError as failed:
        counts, error = [], failed
    sheet = sheet_answer(bank, key, reveal=False)
    lines = [*(count.line() for count in counts), *sheet.lines]
    data = {
        "stages": [{"stage": c.stage, "examined": c.examined, **c.counts} for c in counts],
        **sheet.data,
    }
    if error is None:
        return Answer(lines, data)
    failed_answer = answer_of(error)
    return Answer(
        [*lines, *failed_answer.lines], {**data, **failed_answer.data}, failed_answer.exit
    )
