"""`gateway approvals list | show | release | approve | refuse`: two people decide. 双人复核"""

import argparse
from collections.abc import Callable

from gateway.cli.output import Answer, WrongUse
from gateway.cli.verbs.arguments import Subparsers, add_reason, system_user
from gateway.flows import approvals
from gateway.flows.approvals import Deciding
from gateway.store.approval_states import ACTS
from gateway.store.approvals import KINDS, Approval
from gateway.wiring import Gateway, build
from gateway.wiring.settings import Environment

_SHOWN = 12


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parsers."""
    group = verbs.add_parser("approvals", help="双人复核：列出、查看、放行、同意、退回")
    acts = group.add_subparsers(required=True, metavar="ACT")
    acts.add_parser("list", parents=[every], help="等人办理的").set_defaults(run=_list)
    show = acts.add_parser("show", parents=[every], help="内容、摘要与已有的经办、复核")
    show.add_argument("approval", help="approval-… 编号 / id")
    show.set_defaults(run=_show)
    for name, title, run in _ACTS:
        act = acts.add_parser(name, parents=[every], help=title)
        act.add_argument("approval", help="approval-… 编号 / id")
        act.add_argument("--digest", required=True, help="所见内容的摘要，至少前十二位 / digest")
        act.add_argument("--as", dest="person", help="以何人的名义，只用于沙箱 / sandbox only")
        act.set_defaults(run=run)
        if name == "refuse":
            add_reason(act, required=True)


def _list(parsed: argparse.Namespace) -> Answer:
    found = approvals.waiting(build().store)
    lines = [f"{one.approval_id}  {one.state.value}  {one.title}" for one in found]
    return Answer(lines or ["没有等人办理的 nothing waits"], {"waiting": [_data(o) for o in found]})


def _show(parsed: argparse.Namespace) -> Answer:
    found = approvals.look(build().store, parsed.approval)
    return Answer(_lines(found), _data(found))


def _release(parsed: argparse.Namespace) -> Answer:
    return _done(approvals.release(_deciding(build(), parsed)))


def _approve(parsed: argparse.Namespace) -> Answer:
    return _done(approvals.approve(_deciding(build(), parsed)))


def _refuse(parsed: argparse.Namespace) -> Answer:
    return _done(approvals.refuse(_deciding(build(), parsed), parsed.reason))


_ACTS: tuple[tuple[str, str, Callable[[argparse.Namespace], Answer]], ...] = (
    ("release", "经办：看过合计后放行", _release),
    ("approve", "复核：另一人同意", _approve),
    ("refuse", "退回，须写理由", _refuse),
)


def _deciding(gateway: Gateway, parsed: argparse.Namespace) -> Deciding:
    """Whoever runs this, by the system's word; only a sandbox believes another name."""
    if parsed.person and gateway.site.environment is not Environment.SANDBOX:
        raise WrongUse("--as 只用于沙箱")
    person = parsed.person or system_user()
    named = gateway.site.four_eyes
    return Deciding(gateway.store, named, parsed.approval, person, parsed.digest)


def _done(found: Approval) -> Answer:
    return Answer([f"✓ {found.title}：{found.state.value}"], _data(found))


def _lines(found: Approval) -> list[str]:
    done = [
        f"  {ACTS[act.act].value}  {act.person}  {act.at:%Y-%m-%d %H:%M:%S}  {act.reason}".rstrip()
        for act in found.acts
    ]
    head = f"{found.approval_id}  {KINDS[found.kind]}  {found.state.value}"
    digest = f"摘要 {found.digest[:_SHOWN]}…"
    return [head, found.title, digest, *(f"  {line}" for line in found.lines), *done]


def _data(found: Approval) -> dict[str, object]:
    return {
        "approval": found.approval_id,
        "kind": found.kind,
        "subject": found.subject,
        "state": found.state.name,
        "title": found.title,
        "digest": found.digest,
        "lines": list(found.lines),
        "acts": [
            {"act": act.act.name, "person": act.person, "at": act.at.isoformat(),
             "reason": act.reason}
            for act in found.acts
        ],
    }  # fmt: skip
