"""`gateway breaks …`: list, show, take, assign, resolve, undo, settle. 不平账项"""

import argparse
from pathlib import Path

from connectors.bank.flows import proposing
from connectors.bank.flows.break_list import Listed, Narrowed, Reader, read_list, read_one
from connectors.bank.flows.handling import Handling
from connectors.bank.model import BreakKind
from connectors.bank.rules.breaks import Effect, Owner, Resolution
from connectors.bank.rules.letters import enquiry
from connectors.bank.rules.resolving import BreakNow, Proposal
from connectors.bank.store.break_acts import Wanted
from gateway.cli.output import Answer, WrongUse
from gateway.cli.verbs.arguments import Subparsers, a_reason
from gateway.cli.verbs.break_words import act_line, break_data, dossier_lines, list_line
from gateway.flows.resolutions import carry_out, carry_out_all
from gateway.wiring import Gateway, build

_LISTED_MAX = 1000
_DOCUMENT_BYTES_MAX = 20 * 1024 * 1024


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parsers."""
    group = verbs.add_parser("breaks", help="不平账项：清单、承办、认领、处理、撤销 / breaks")
    below = group.add_subparsers(required=True, metavar="VERB")
    found = below.add_parser("list", parents=[every], help="未了结的账项，账龄长者在前")
    _add_filters(found)
    found.set_defaults(run=run_list)
    found = below.add_parser("show", parents=[every], help="一项的凭据、经过与合法处理")
    _add_id(found)
    found.set_defaults(run=run_show)
    for name, told, run in (
        ("take", "承办一项", run_take),
        ("assign", "把款项认领到贷款，待两人复核", run_assign),
        ("resolve", "提出其他处理，待两人复核", run_resolve),
        ("undo", "提出撤销已做的处理，待两人复核", run_undo),
    ):
        found = below.add_parser(name, parents=[every], help=told)
        _add_id(found)
        found.add_argument("--as", dest="person", required=True, help="办理人登录名 / who")
        found.add_argument("--reason", required=True, type=a_reason, help="理由；不写姓名账号")
        _add_more(found, name)
        found.set_defaults(run=run)
    found = below.add_parser("settle", parents=[every], help="执行两人已同意的处理；可重复")
    found.add_argument("id", nargs="?", help="break-… 编号；省略即全部")
    found.set_defaults(run=run_settle)


def _add_id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", help="break-… 编号或其开头 / id or its beginning")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bank", default="", help="六位节点号")
    parser.add_argument("--account", default="", help="专户编号")
    parser.add_argument("--kind", choices=BreakKind.__members__, help="种类")
    parser.add_argument("--age", type=_days, default=0, help="账龄至少几个工作日")
    parser.add_argument("--owner", default="", help="归口岗位（中文）或承办人")
    parser.add_argument("--all", action="store_true", help="已了结的也列")


def _add_more(parser: argparse.ArgumentParser, name: str) -> None:
    if name == "resolve":
        choices = {how.name: how.value.title for how in Resolution}
        told = "；".join(f"{code} {title}" for code, title in choices.items())
        parser.add_argument("--how", required=True, choices=choices, help=told)
        parser.add_argument("--document", type=Path, help="书面材料的扫描件，存入归档")
        parser.add_argument("--with", dest="other", default="", help="与哪一账项勾对")
    if name in ("assign", "resolve"):
        required = name == "assign"
        parser.add_argument("--loan", default="", required=required, help="贷款账号")
        parser.add_argument("--instalment", type=int, help="期次；省略即由最早一期起")


def _days(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 4):
        raise argparse.ArgumentTypeError("账龄应为工作日数")
    return int(text)


def run_list(parsed: argparse.Namespace) -> Answer:
    """List them."""
    gateway = build()
    owners = {owner.value: owner for owner in Owner}
    owner = owners.get(parsed.owner)
    kind = BreakKind[parsed.kind] if parsed.kind else None
    person = "" if owner else parsed.owner
    wanted = Wanted(parsed.bank, parsed.account, kind, person, parsed.all)
    found = read_list(_reader(gateway), wanted, Narrowed(parsed.age, owner), _LISTED_MAX)
    lines = [list_line(each) for each in found] or ["没有未了结的不平账项 / no breaks"]
    if len(found) == _LISTED_MAX:
        lines.append(f"只列前 {_LISTED_MAX} 项，请用筛选条件")
    return Answer(lines, {"breaks": [break_data(each) for each in found]})


def run_show(parsed: argparse.Namespace) -> Answer:
    """Show one."""
    dossier = read_one(_reader(build()), parsed.id, with_line=True)
    data = break_data(dossier.listed) | {
        "lawful": [how.name for how in dossier.lawful],
        "says": [{"title": each.title, "field": each.field} for each in dossier.says],
        "acts": [act_line(act) for act in dossier.acts],
    }
    return Answer(dossier_lines(dossier), data)


def run_take(parsed: argparse.Namespace) -> Answer:
    """Take it on."""
    gateway = build()
    handling, listed = _handling(gateway, parsed.id)
    row = proposing.take(handling, listed.row.break_id, parsed.person, parsed.reason)
    return _answer(row)


def run_assign(parsed: argparse.Namespace) -> Answer:
    """Propose that the money is a loan's."""
    proposal = Proposal(
        Resolution.ASSIGN, parsed.person, parsed.reason, parsed.loan, parsed.instalment
    )
    return _propose(build(), parsed.id, proposal)


def run_resolve(parsed: argparse.Namespace) -> Answer:
    """Propose any other resolution."""
    gateway = build()
    proposal = Proposal(
        how=Resolution[parsed.how],
        person=parsed.person,
        reason=parsed.reason,
        loan_no=parsed.loan,
        instalment_no=parsed.instalment,
        other=_whole_id(gateway, parsed.other),
        document=_kept(gateway, parsed.document),
    )
    return _propose(gateway, parsed.id, proposal)


def run_undo(parsed: argparse.Namespace) -> Answer:
    """Propose to take it back."""
    gateway = build()
    handling, listed = _handling(gateway, parsed.id)
    one = listed.row.break_id
    return _answer(proposing.propose_undo(handling, one, parsed.person, parsed.reason))


def run_settle(parsed: argparse.Namespace) -> Answer:
    """Carry out what was agreed, of one or of all."""
    gateway = build()
    if parsed.id is None:
        counts = carry_out_all(gateway.handlings, gateway.sending)
        return Answer([counts.line()], {"examined": counts.examined, **counts.counts})
    handling, listed = _handling(gateway, parsed.id)
    return _answer(carry_out(handling, gateway.sending, listed.row.break_id))


def _propose(gateway: Gateway, wanted: str, proposal: Proposal) -> Answer:
    handling, listed = _handling(gateway, wanted)
    row = proposing.propose(handling, listed.row.break_id, proposal)
    answer = _answer(row)
    if proposal.how.value.effect is not Effect.ASK_BANK:
        return answer
    letter = enquiry(row, handling.bank.profile.name, gateway.clock.today())
    return Answer([*answer.lines, *letter.splitlines()], {**answer.data, "letter": letter})


def _answer(row: BreakNow) -> Answer:
    line = f"✓ {row.break_id} {row.kind.value}：{row.state.value}"
    return Answer([line], {"break": row.break_id, "state": row.state.name, "person": row.person})


def _reader(gateway: Gateway) -> Reader:
    return Reader(gateway.store, gateway.calendar, gateway.clock.today())


def _handling(gateway: Gateway, wanted: str) -> tuple[Handling, Listed]:
    listed = read_one(_reader(gateway), wanted, with_line=False).listed
    gateway.bank(listed.row.bank)
    return gateway.handlings[listed.row.bank], listed


def _whole_id(gateway: Gateway, wanted: str) -> str:
    return _handling(gateway, wanted)[1].row.break_id if wanted else ""


def _kept(gateway: Gateway, path: Path | None) -> str:
    """Put a document into the archive; returns its digest, empty where there is none."""
    if path is None:
        return ""
    try:
        with path.open("rb") as stream:
            data = stream.read(_DOCUMENT_BYTES_MAX + 1)
    except OSError as unreadable:
        raise WrongUse(f"读不了材料 {path.name}") from unreadable
    if not data or len(data) > _DOCUMENT_BYTES_MAX:
        raise WrongUse("材料为空，或超过 20 MiB")
    digest = gateway.store.archive.put(data)
    with gateway.store.begin() as work:
        work.keep(digest, len(data))
    return digest
