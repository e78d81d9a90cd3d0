"""`gateway deductions build | list | show | send | cure`: the deduction circle. 批量扣款"""

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping

from connectors.bank.flows.deducting.asking import APPROVAL
from connectors.bank.model.deductions import Exclusion, LineOutcome
from connectors.bank.rules.proof import Sum
from connectors.bank.store import batch_lines, batches, plans
from connectors.bank.store.batches import Batch
from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers, a_day, add_reason, system_user
from gateway.flows import bank_deductions
from gateway.money import show_yuan
from gateway.store import approvals
from gateway.wiring import build

_LISTED = 40


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parsers."""
    group = verbs.add_parser("deductions", help="批量扣款：编制、列出、查看、发送、恢复")
    acts = group.add_subparsers(required=True, metavar="ACT")
    made = acts.add_parser("build", parents=[every], help="编制一个业务日期的批次，提请复核")
    made.add_argument("--bank", required=True, help="六位节点号 / node number")
    made.add_argument("--date", required=True, type=a_day, help="业务日期 YYYY-MM-DD")
    made.add_argument("--anew", action="store_true", help="已编制未发送的按现在的数据重编")
    made.set_defaults(run=_build)
    acts.add_parser("list", parents=[every], help="最近的批次").set_defaults(run=_list)
    show = acts.add_parser("show", parents=[every], help="一批的合计、排除原因、复核与结果")
    show.add_argument("batch", help="批号或 batch-… 编号 / number or id")
    show.set_defaults(run=_show)
    sent = acts.add_parser("send", parents=[every], help="发送已复核的，查询已发的，取结果，作分解")
    sent.add_argument("--bank", required=True, help="六位节点号 / node number")
    sent.set_defaults(run=_send)
    cure = acts.add_parser("cure", parents=[every], help="失败原因已处理，该贷款可再扣")
    cure.add_argument("batch", help="批号 / batch number")
    cure.add_argument("serial", type=int, help="序号 / serial")
    add_reason(cure, required=True)
    cure.set_defaults(run=_cure)


def _build(parsed: argparse.Namespace) -> Answer:
    gateway = build()
    built = bank_deductions.build(gateway.circle(parsed.bank), parsed.date, anew=parsed.anew)
    found = [batch for each in built.values() for batch in each.batches]
    lines = [_line(batch) for batch in found]
    return Answer(lines or ["没有新编的批次 nothing built"], {"batches": [_data(b) for b in found]})


def _list(parsed: argparse.Namespace) -> Answer:
    with build().store.begin() as work:
        found = batches.newest(work, _LISTED)
    lines = [_line(batch) for batch in found]
    return Answer(lines or ["没有批次 no batches"], {"batches": [_data(b) for b in found]})


def _show(parsed: argparse.Namespace) -> Answer:
    with build().store.begin() as work:
        batch = batches.named(work, parsed.batch)
        left_out = plans.exclusions(work, batch.plan_id)
        settled = batch_lines.settled_of(work, batch)
        approval = approvals.standing(work, APPROVAL, batch.batch_id)
    outcomes = Counter(one.outcome for one in settled)
    approved = [f"  复核 {approval.approval_id} {approval.state.value}"] if approval else []
    lines = [_line(batch), *approved, *_left_out(left_out), *_outcomes(outcomes, batch)]
    data = _data(batch) | {
        "approval": approval.approval_id if approval else None,
        "excluded": {name: {"count": s.count, "fen": s.fen} for name, s in left_out.items()},
        "outcomes": {outcome.name: count for outcome, count in outcomes.items()},
    }
    return Answer(lines, data)


def _left_out(found: Mapping[str, Sum]) -> Iterator[str]:
    for name, part in sorted(found.items()):
        yield f"  不扣 {Exclusion[name].value}：{part.count} 笔 {show_yuan(part.fen)} 元"


def _outcomes(outcomes: Mapping[LineOutcome, int], batch: Batch) -> Iterator[str]:
    for outcome, count in outcomes.items():
        yield f"  {outcome.value} {count} 笔"
    waiting = batch.total.count - sum(outcomes.values())
    if waiting:
        yield f"  尚无结果 {waiting} 笔"


def _send(parsed: argparse.Namespace) -> Answer:
    counts = bank_deductions.advance(build().circle(parsed.bank))
    return Answer([counts.line()], {"examined": counts.examined, **counts.counts})


def _cure(parsed: argparse.Namespace) -> Answer:
    with build().store.begin() as work:
        said = (system_user(), parsed.reason)
        batch_id = batch_lines.cure(work, parsed.batch, parsed.serial, *said)
    line = f"✓ {parsed.batch}-{parsed.serial} 已记为可再扣 cured"
    return Answer([line], {"batch": batch_id, "serial": parsed.serial})


def _line(batch: Batch) -> str:
    of = f"{batch.key.bank}/{batch.key.account}/{batch.key.business_date}"
    total = f"{batch.total.count} 笔 {show_yuan(batch.total.fen)} 元"
    return f"{batch.batch_no}  {of}  {total}  {batch.state.value}"


def _data(batch: Batch) -> dict[str, object]:
    return {
        "batch": batch.batch_id,
        "batch_no": batch.batch_no,
        "bank": batch.key.bank,
        "account": batch.key.account,
        "business_date": batch.key.business_date.isoformat(),
        "count": batch.total.count,
        "fen": batch.total.fen,
        "state": batch.state.name,
        "digest": batch.digest,
    }
