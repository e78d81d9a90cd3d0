"""`gateway dates add-working-days D N`: working days under the calendar in force. 工作日计算"""

import argparse

from gateway.cli.output import Answer, WrongUse
from gateway.cli.verbs.arguments import Subparsers, a_day
from gateway.dates import WORKING_DAYS_MAX, Calendar, LegalDue
from gateway.errors import TransportError
from gateway.wiring import Places, build
from gateway.wiring.agreed import load_years
from gateway.wiring.settings import FILE

_PROVISIONAL = "（暂定：该年度日历尚未导入 provisional）"
_SHIPPED = "注：数据库连不上，按随程序发布的日历计算，不含后来导入的年度 shipped calendar only"


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    group = verbs.add_parser("dates", help="日期").add_subparsers(required=True, metavar="VERB")
    found = group.add_parser(
        "add-working-days", parents=[every], help="某日之后第 N 个工作日（当日不计）"
    )
    found.add_argument("day", type=a_day, metavar="D")
    found.add_argument("count", type=_count, metavar="N", help=f"1 至 {WORKING_DAYS_MAX}")
    found.add_argument(
        "--legal", action="store_true", help="法定时限：无日历年度按周历推算并注明暂定"
    )
    found.set_defaults(run=run)


def _count(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 9 and 1 <= int(text) <= WORKING_DAYS_MAX):
        raise argparse.ArgumentTypeError(f"天数应为 1 至 {WORKING_DAYS_MAX} 的整数")
    return int(text)


def run(parsed: argparse.Namespace) -> Answer:
    """Count; strict by default, provisional for a legal clock."""
    calendar, fell_back = _calendar()
    due = _due(calendar, parsed)
    data = {
        "from": parsed.day.isoformat(),
        "working_days": parsed.count,
        "day": due.day.isoformat(),
        "provisional": due.provisional,
        "shipped_calendar_only": fell_back,
    }
    line = f"{due.day.isoformat()}{_PROVISIONAL if due.provisional else ''}"
    return Answer([line, *([_SHIPPED] if fell_back else [])], data)


def _due(calendar: Calendar, parsed: argparse.Namespace) -> LegalDue:
    try:
        if parsed.legal:
            return calendar.legal_due(parsed.day, parsed.count)
        return LegalDue(calendar.add_working_days(parsed.day, parsed.count), False)
    except ValueError as wrong:
        raise WrongUse("期限超出日历所能表示的最后一天 9999-12-31") from wrong


def _calendar() -> tuple[Calendar, bool]:
    """With a site, imports included; without one, what the release ships.

    The flag says that there is a site whose database does not answer: counting needs none of it
    but the imports, and after `make demo` it is stopped.
    """
    places = Places.from_environment()
    has_site = (places.secrets / FILE).exists()
    try:
        if has_site:
            return build(places).calendar, False
    except TransportError:
        pass
    return Calendar(load_years(places.schemas)), has_site
