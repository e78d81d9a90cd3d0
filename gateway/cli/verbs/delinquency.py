"""`gateway delinquency …`: who is behind, the overdue rate, calls, letters. 逾期催收"""

import argparse
from pathlib import Path

from connectors.bank.flows import delinquency
from connectors.bank.flows.parts import Bank
from connectors.bank.rules.delinquency import per_mille
from connectors.bank.store import delinquency as store
from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import (
    Subparsers,
    a_reason,
    add_night,
    night_key,
    system_user,
)
from gateway.cli.writing import write_new
from gateway.wiring import build

_DAYS = 60


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser and those of its parts."""
    found = verbs.add_parser("delinquency", help="逾期：评估、名单、逾期率、催收函")
    parts = found.add_subparsers(required=True, metavar="WHAT")
    for name, told, run in (
        ("assess", "评估一天：谁逾期几期，逾期率多少，开立催收事项", assess),
        ("list", "现在要办的催收事项", listed),
        ("rate", "近六十个评估日的逾期率", rate),
    ):
        one = parts.add_parser(name, parents=[every], help=told)
        add_night(one)
        one.set_defaults(run=run)
    for name, told, run in (
        ("letter", "写一份催收函（PDF）", letter),
        ("done", "记下已经催收", done),
    ):
        one = parts.add_parser(name, parents=[every], help=told)
        one.add_argument("--bank", required=True, help="六位节点号 / node number")
        one.add_argument("dunning", help="事项编号 / the id in the list")
        one.set_defaults(run=run)
        if name == "letter":
            one.add_argument("--to", required=True, type=Path, help="新文件 / a new file")
        else:
            one.add_argument("--note", required=True, type=a_reason, help="结果，不写姓名账号")


def assess(parsed: argparse.Namespace) -> Answer:
    """Assess one day of one account."""
    gateway = build()
    key = night_key(gateway, parsed)
    counts = delinquency.assess(gateway.bank(key.bank), key.account, key.business_date)
    return Answer([counts.line()], {"loans": counts.examined, **counts.counts})


def listed(parsed: argparse.Namespace) -> Answer:
    """What is to be done now; loans appear as tokens only."""
    gateway = build()
    key = night_key(gateway, parsed)
    rows = delinquency.listed(gateway.bank(key.bank), key.account)
    lines = [
        f"{row.dunning_id}  {row.measure.value}  {row.state.value}  自 {row.opened_on}"
        for row in rows
    ]
    data = [
        {"id": row.dunning_id, "measure": row.measure.name, "state": row.state.name} for row in rows
    ]
    return Answer([f"{len(rows)} 项", *lines], {"items": data})


def rate(parsed: argparse.Namespace) -> Answer:
    """The overdue rate, both ways, as numbers and as a line of bars."""
    gateway = build()
    key = night_key(gateway, parsed)
    with gateway.store.begin() as work:
        rates = store.rates(work, key.bank, key.account, _DAYS)
    lines = [
        f"{one.business_date}  按余额 {per_mille(one.rate.by_outstanding)}"
        f"  按逾期本金 {per_mille(one.rate.by_overdue)}"
        f"  {one.rate.overdue_loans}/{one.rate.loans} 户"
        for one in rates
    ]
    data = [
        {
            "date": one.business_date.isoformat(),
            "by_outstanding_millionths": one.rate.by_outstanding,
            "by_overdue_millionths": one.rate.by_overdue,
            "overdue_loans": one.rate.overdue_loans,
            "loans": one.rate.loans,
        }
        for one in rates
    ]
    return Answer(lines or ["还没有评估 / nothing assessed yet"], {"rates": data})


def letter(parsed: argparse.Namespace) -> Answer:
    """Write the letter to a new file; it names a person, so nobody else may read the file."""
    gateway = build()
    made = delinquency.write_letter(_bank(parsed), parsed.dunning, gateway.site.name)
    write_new(parsed.to, made)
    return Answer([f"已写 {parsed.to}（含个人信息）"], {"file": str(parsed.to), "bytes": len(made)})


def done(parsed: argparse.Namespace) -> Answer:
    """Record that somebody has called, or that the letter was delivered."""
    delinquency.acted(_bank(parsed), parsed.dunning, system_user(), parsed.note)
    return Answer([f"{parsed.dunning} 已记"], {"id": parsed.dunning})


def _bank(parsed: argparse.Namespace) -> Bank:
    return build().bank(parsed.bank)
