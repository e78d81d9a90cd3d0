"""`gateway docs [--check]`: write the pages that are made from tables. 生成文档"""

import argparse
from collections.abc import Callable
from typing import Any

from connectors.bank.rules.break_states import BREAK_STATES
from connectors.bank.rules.breaks import ALWAYS, TREATMENTS
from connectors.bank.rules.day import DAY_STATES
from connectors.bank.rules.deduction.states import BATCH_STATES
from connectors.bank.rules.dunning import DUNNING_STATES
from connectors.bank.rules.pushes import PUSH_STATES
from connectors.bank.rules.states import FILE_STATES, NIGHT_STATES
from gateway.cli.output import Answer, Exit
from gateway.cli.verbs.arguments import Subparsers
from gateway.errors import Code
from gateway.events import JOURNAL_EVENTS, LOG_EVENTS
from gateway.states import Machine
from gateway.store.approval_states import APPROVAL_STATES
from gateway.store.messages import MESSAGE_STATES
from gateway.wiring.places import ROOT

_MACHINES: tuple[Machine[Any, Any], ...] = (
    NIGHT_STATES,
    DAY_STATES,
    FILE_STATES,
    BREAK_STATES,
    BATCH_STATES,
    DUNNING_STATES,
    APPROVAL_STATES,
    PUSH_STATES,
    MESSAGE_STATES,
)
_MADE = "本页由 `gateway docs` 从程序的表生成，不要手改。Made by `gateway docs` from the tables.\n"


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser("docs", parents=[every], help="从表生成 docs 中的错误、事件、状态页")
    found.add_argument("--check", action="store_true", help="只比较，不写")
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Write the pages, or say which are not what the tables say."""
    stale = []
    for name, make in PAGES.items():
        path, content = ROOT / "docs" / name, make()
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            stale.append(name)
            if not parsed.check:
                path.write_text(content, encoding="utf-8")
    lines = [f"{'过时' if parsed.check else '已写'} docs/{name}" for name in stale] or ["无变化"]
    failed = parsed.check and stale
    return Answer(lines, {"stale": stale}, Exit.OUR_BUG if failed else Exit.OK)


def errors_page() -> str:
    """Every error code with its texts, its money and its safe action."""
    rows = "\n".join(
        f"| `{code.name}` | {code.value.branch} | {code.value.zh} | {code.value.en} "
        f"| {code.value.money.value} | {code.value.act} | [手册]({code.value.runbook}) |"
        for code in Code
    )
    head = "| 代码 | 分支 | 中文 | English | 资金可能已动 | 处理 | 手册 |\n" + "|---" * 7 + "|"
    return f"# 错误目录 Error catalogue\n\n{_MADE}\n{head}\n{rows}\n"


def events_page() -> str:
    """Every event of the journal and of the log."""
    parts = ["# 事件 Events\n", _MADE]
    for title, events in (("流水 Journal", JOURNAL_EVENTS), ("日志 Log", LOG_EVENTS)):
        rows = "\n".join(f"| `{name}` | {zh} |" for name, zh in events.items())
        parts.append(f"## {title}\n\n| 事件 | 含义 |\n|---|---|\n{rows}\n")
    return "\n".join(parts)


def states_page() -> str:
    """Every state machine: its picture and its table."""
    parts = ["# 状态 States\n", _MADE]
    for machine in _MACHINES:
        rows = "\n".join(
            f"| {row.state.value} | {row.event.value} | {row.answer.value} | {row.to.value} "
            f"| {row.cause} | {row.rule} |"
            for row in machine.rows
        )
        parts.append(
            f"## {machine.title}\n\n```mermaid\n{machine.mermaid()}\n```\n\n"
            f"| 状态 | 事件 | 结论 | 去向 | 起因 | 依据 |\n|---|---|---|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


def breaks_page() -> str:
    """Every kind of break: whose it is, whether it blocks, what may lawfully be done."""
    rows = "\n".join(
        f"| {kind.value} | {each.words} | {'、'.join(sorted(d.value for d in each.directions))} "
        f"| {'是' if each.blocking else '否'} | {each.owner.value} "
        f"| {'、'.join(how.value.title for how in (*each.lawful, *ALWAYS))} |"
        for kind, each in TREATMENTS.items()
    )
    head = "| 种类 | 含义 | 方向 | 停扣 | 归口 | 合法处理 |\n" + "|---" * 6 + "|"
    return f"# 不平账项 Breaks\n\n{_MADE}\n{head}\n{rows}\n"


PAGES: dict[str, Callable[[], str]] = {
    "errors.md": errors_page,
    "breaks.md": breaks_page,
    "events.md": events_page,
    "states.md": states_page,
}
