"""The branch's morning as a report of one page, and as JSON. 早间总表打印件"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from connectors.bank.rules.delinquency import per_mille
from connectors.bank.sheets import Account as Figures
from gateway.dates import SHANGHAI
from gateway.documents.tables import (
    Cell,
    Column,
    Kind,
    Look,
    Report,
    Row,
    Table,
    numbered,
    with_total,
)
from gateway.flows.morning import Account, Morning

_FOOT = "不含个人信息 no personal data"
_TODO = (Column("事项", width=80), Column("所涉", width=45), Column("怎么办", width=55))
_ACCOUNTS = (
    Column("银行", width=30), Column("专户", width=13), Column("状态", width=15),
    Column("期初余额", Kind.MONEY, 27), Column("笔数", Kind.COUNT, 12),
    Column("发生额", Kind.MONEY, 25), Column("期末余额", Kind.MONEY, 27),
    Column("本晚账项", Kind.COUNT, 15), Column("在办", Kind.COUNT, 11),
    Column("停扣", Kind.COUNT, 11), Column("最老（工作日）", Kind.COUNT, 16),
)  # fmt: skip
_RATES = (
    Column("银行", width=40), Column("专户", width=20), Column("评估日", width=25),
    Column("按余额", width=25), Column("按逾期本金", width=25),
    Column("逾期户", Kind.COUNT, 20), Column("全部户", Kind.COUNT, 20),
)  # fmt: skip


def conclusion(morning: Morning) -> str:
    """One sentence about the morning."""
    if not morning.accounts:
        return "该日没有应对账的专户。"
    todo = f"须人办理 {len(morning.todo)} 项" if morning.todo else "没有须人办理的事项"
    if morning.unproved:
        return f"{morning.unproved} 个专户未核平，共 {len(morning.accounts)} 个；{todo}。"
    return f"{len(morning.accounts)} 个专户全部核平；{todo}。"


def morning_report(morning: Morning, site: str) -> Report:
    """The morning as a report; what is told decides its date."""
    day = morning.day
    after = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    return Report(
        title="早间总表",
        english="The branch this morning",
        facts=(("单位", site), ("业务日期", day.isoformat())),
        conclusion=conclusion(morning),
        sound=bool(morning.accounts) and not morning.unproved,
        tables=numbered(_tables(morning)),
        at=morning.at or after,
        foot=_FOOT,
        signatures=("制表", "阅", "日期"),
    )


def _tables(morning: Morning) -> Iterator[Table]:
    todo = tuple(Row((one.what, one.about, one.act)) for one in morning.todo)
    yield Table("先办", _TODO, todo, "办理事项以制表时为准", "没有须人办理的事项")
    rows = [_account(one) for one in morning.accounts]
    # ages are not added up
    total = [
        Row((*row.cells[:-1], ""), row.look, row.adds)
        for row in with_total("合计", rows, _ACCOUNTS)[-1:]
    ]
    yield Table("各行各专户", _ACCOUNTS, (*rows, *total), "金额（元）")
    rates = tuple(
        Row((one.bank_name, one.account, one.dated.business_date.isoformat(),
             per_mille(one.dated.rate.by_outstanding), per_mille(one.dated.rate.by_overdue),
             one.dated.rate.overdue_loans, one.dated.rate.loans))
        for one in morning.rates
    )  # fmt: skip
    yield Table("逾期率", _RATES, rows=rates, empty="尚未评估")


def _account(one: Account) -> Row:
    found = len(one.sheet.breaks) if one.sheet else None
    told = (one.bank_name, one.key.account, one.state.value)
    cells: tuple[Cell, ...] = (*told, *_figures(one.sheet.figures if one.sheet else None))
    rest = (found, one.live, one.blocking, one.oldest_days)
    return Row((*cells, *rest), Look.PLAIN if one.proved else Look.BAD)


def _figures(day: Figures | None) -> tuple[Cell, ...]:
    if day is None:
        return (None, None, None, None)
    return (day.opening_fen, day.bookings.count, day.bookings.fen, day.closing_fen)
