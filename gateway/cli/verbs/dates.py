"""`gateway dates add-working-days D N`: working days under the calendar in force. 工作日计算"""

import argparse
from datetime import date

from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers
from gateway.dates import Calendar
from gateway.wiring import Places, build
from gateway.wiring.agreed import load_years
from gateway.wiring.build import FILE


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    group = verbs.add_parser("dates", help="日期").add_subparsers(required=True, metavar="VERB")
    found = group.add_parser(
        "add-working-days", parents=[every], help="某日之后第 N 个工作日（当日不计）"
    )
    found.add_argument("day", type=date.fromisoformat, metavar="D")
    found.add_argument("count", type=int, metavar="N")
    found.add_argument(
        "--legal", action="store_true", help="法定时限：无日历年度按周历推算并注明暂定"
    )
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Count; strict by default, provisional for a legal clock."""
    calendar = _calendar()
    if parsed.legal:
        due = calendar.legal_due(parsed.day, parsed.count)
        day, provisional = due.day, due.provisional
    else:
        day, provisional = calendar.add_working_days(parsed.day, parsed.count), False
    note = "（暂定：该年度日历尚未导入 provisional）" if provisional else ""
    data = {
        "from": parsed.day.isoformat(),
        "working_days": parsed.count,
        "day": day.isoformat(),
        "provisional": provisional,
    }
    return Answer([f"{day.isoformat()}{note}"], data)


def _calendar() -> Calendar:
    """With a site, imports included; without one, what the release ships."""
    places = Places.from_environment()
    if (places.secrets / FILE).exists():
        return build(places).calendar
    return Calendar(load_years(places.schemas))
