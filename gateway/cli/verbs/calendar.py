"""`gateway calendar import FILE`: load a year's working days. 导入工作日历"""

import argparse
from pathlib import Path

from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers
from gateway.dates import Calendar, read_years
from gateway.errors import Code, NotConfigured
from gateway.flows.watching import watch_calendar
from gateway.store import calendars
from gateway.wiring import build
from gateway.wiring.reading import read_json


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    group = verbs.add_parser("calendar", help="工作日历").add_subparsers(
        required=True, metavar="VERB"
    )
    found = group.add_parser("import", parents=[every], help="导入一个或多个年度")
    found.add_argument("file", type=Path, metavar="FILE", help="与 schemas/calendar 同一格式")
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Import; a year that stands like this already is left alone."""
    try:
        years = read_years(read_json(parsed.file))
    except (ValueError, TypeError, AttributeError) as wrong:
        raise NotConfigured(Code.SETTING_INVALID, detail=f"{parsed.file.name}: {wrong}") from wrong
    gateway = build()
    with gateway.store.begin() as work:
        new = calendars.save(work, years)
    watch_calendar(gateway.store, Calendar({**gateway.calendar.years, **years}))
    line = f"已导入 {'、'.join(map(str, new))}" if new else "没有变化"
    return Answer([line], {"imported": new, "in_file": sorted(years)})
