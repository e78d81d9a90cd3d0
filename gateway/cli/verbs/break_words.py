"""Breaks as the command line says them. 账项用词"""

from connectors.bank.flows.break_list import Dossier, Listed
from connectors.bank.rules.resolving import BreakAct
from gateway.dates import SHANGHAI
from gateway.money import show_yuan


def list_line(each: Listed) -> str:
    """One break in one line."""
    row = each.row
    place = f"{row.batch_no}-{row.serial}" if row.batch_no else ""
    told = (
        row.break_id,
        f"{row.bank}/{row.account}",
        row.kind.value,
        row.direction.value,
        f"{show_yuan(row.amount_fen)} 元",
        place,
        f"{each.age} 个工作日（自 {row.first_seen.isoformat()}，{each.level.value}）",
        "停扣" if each.blocks else "",
        f"{each.owner.value}{' ' + row.person if row.person else ''}",
        row.state.value,
    )
    return "  ".join(word for word in told if word)


def dossier_lines(dossier: Dossier) -> list[str]:
    """One break with everything known of it."""
    row = dossier.listed.row
    lines = [list_line(dossier.listed), f"含义　{dossier.words}"]
    if row.loan_shown:
        lines.append(f"贷款　{row.loan_shown}")
    if row.file_id:
        lines.append(f"所在　{row.file_id} 第{row.line}行")
    if dossier.says:
        lines.append("凭据（先后即效力）")
        lines += [f"  {each.title} {each.shown}（{each.field}）" for each in dossier.says]
    if dossier.suggested:
        lines.append("系统建议（只供参考）")
        lines += [
            f"  第{each.stage}轮 {each.why}：{'、'.join(each.items)}" for each in dossier.suggested
        ]
    if row.candidates:
        lines.append("候选（系统不代为选择）")
        lines += [f"  {candidate}" for candidate in row.candidates]
    lines.append("合法处理")
    for how in dossier.lawful:
        means = how.value
        needs = ["两人复核" if means.approval else "一人即可"]
        needs += ["附材料"] if means.document else []
        lines.append(f"  {how.name} {means.title}（{'，'.join(needs)}）")
    if dossier.acts:
        lines.append("经过")
        lines += [f"  {act_line(act)}" for act in dossier.acts]
    return lines


def act_line(act: BreakAct) -> str:
    """One act in one line."""
    told = (
        f"{act.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        act.person,
        act.event.value,
        act.how.value.title if act.how else "",
        f"贷款 {act.loan_shown}" if act.loan_shown else "",
        act.reason,
        f"→ {act.state.value}",
    )
    return " ".join(word for word in told if word)


def break_data(each: Listed) -> dict[str, object]:
    """One break for programs."""
    row = each.row
    return {
        "id": row.break_id, "bank": row.bank, "account": row.account, "kind": row.kind.name,
        "direction": row.direction.name, "fen": row.amount_fen, "unbooked_fen": row.unbooked_fen,
        "first_seen": row.first_seen.isoformat(), "age": each.age, "level": each.level.name,
        "blocks": each.blocks, "owner": each.owner.name, "person": row.person,
        "state": row.state.name, "candidates": list(row.candidates),
    }  # fmt: skip
