"""`gateway reconcile --bank B --date D`: the night's flow without Airflow. 对账"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.bank.flows.receiving import open_nights
from gateway.cli.output import Answer, answer_of
from gateway.cli.verbs.arguments import Subparsers, add_night, night_key
from gateway.cli.verbs.proof import sheet_answer
from gateway.errors import GatewayError
from gateway.flows.bank_night import STAGES, Night
from gateway.ports import StageCount
from gateway.wiring import build


@dataclass(frozen=True, slots=True)
class _Ran:
    """A stage that was run: what it counted, or why it could not go on."""

    stage: str
    end: StageCount | GatewayError

    def line(self) -> str:
        """For people."""
        if isinstance(self.end, GatewayError):
            return f"{self.stage} 未完成 {self.end.code.name}"
        return self.end.line()

    def data(self) -> dict[str, object]:
        """For programs: counts, or the code."""
        if isinstance(self.end, GatewayError):
            return {"stage": self.stage, "error": self.end.code.name}
        return {"stage": self.stage, "examined": self.end.examined, **self.end.counts}


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
    ran = _run(gateway.night(key))
    sheet = sheet_answer(bank, key, reveal=False)
    lines = [*(each.line() for each in ran), *sheet.lines]
    data = {"stages": [each.data() for each in ran], **sheet.data}
    errors = [each.end for each in ran if isinstance(each.end, GatewayError)]
    if not errors:
        return Answer(lines, data)
    failed = answer_of(errors[0])
    return Answer([*lines, *failed.lines], {**data, **failed.data}, failed.exit)


def _run(night: Night) -> Sequence[_Ran]:
    """The stages in order, by the rule of `bank_night.run`; what ran before an error is kept."""
    ran: list[_Ran] = []
    for name, stage in STAGES.items():
        stopped = any(isinstance(each.end, GatewayError) for each in ran)
        if stopped and not stage.always:
            continue
        try:
            ran.append(_Ran(name, stage.run(night)))
        except GatewayError as error:
            ran.append(_Ran(name, error))
    return ran
