"""The letter by which a bank is asked about money: 查询书, as plain text. 查询书"""

from datetime import date

from connectors.bank.model import Direction
from connectors.bank.rules.resolving import BreakNow
from gateway.money import show_yuan

_ASKS = {
    Direction.LONG: "该款项因何入账、付款人及用途",
    Direction.SHORT: "该款项是否已扣、是否已入我专户，未入的原因及预计日期",
    Direction.OPEN: "该笔处理结果；如已扣款，请告知主机日期与流水号",
}


def enquiry(row: BreakNow, bank_name: str, today: date) -> str:
    """What the bank is asked about one break; no name and no number of a person is in it (B22)."""
    place = f"批次 {row.batch_no} 序号 {row.serial}" if row.batch_no else f"我方编号 {row.item}"
    lines = (
        "查 询 书",
        "",
        f"{bank_name}（{row.bank}）：",
        f"    我管理部专户 {row.account} {row.first_seen.isoformat()} 核对发现下列事项，请查复：",
        f"    事项　{row.kind.value}（{row.direction.value}）",
        f"    金额　{show_yuan(row.amount_fen)} 元",
        f"    所在　{place}",
        f"    请查　{_ASKS[row.direction]}",
        f"    查询编号　{row.break_id}，复函请注明。",
        "",
        f"    {today.isoformat()}　　经办　　　　复核　　　　（业务章）",
    )
    return "\n".join(lines) + "\n"
