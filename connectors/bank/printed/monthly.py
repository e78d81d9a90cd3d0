"""A month's reconciliation of bank balance and books, as a report and as JSON. 余额调节表"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from pydantic import TypeAdapter

from connectors.bank.rules.balancing import BalanceStatement, Item, Moved, OneSided
from gateway.dates import SHANGHAI
from gateway.documents.tables import Column, Kind, Look, Report, Row, Table, numbered
from gateway.money import show_yuan

_ADAPTER = TypeAdapter(BalanceStatement)
_FOOT = "不含个人信息 no personal data"
_SIGNATURES = ("制表", "会计", "复核", "负责人")

_SIDES = (Column("项目", width=110), Column("金额（元）", Kind.MONEY, 60))
_ITEMS = (
    Column("方向", width=34), Column("种类", width=24), Column("凭据", width=38),
    Column("首见", width=18), Column("账龄（工作日）", Kind.COUNT, 18),
    Column("金额（元）", Kind.MONEY, 24), Column("处理情况", width=40),
)  # fmt: skip
_DAYS = (
    Column("日期", width=20), Column("银行发生额", Kind.MONEY, 27),
    Column("银行余额", Kind.MONEY, 29), Column("此前已记账", Kind.MONEY, 25),
    Column("本日入账", Kind.MONEY, 27), Column("另行还款勾对", Kind.MONEY, 25),
    Column("账面发生额", Kind.MONEY, 27),
)  # fmt: skip


def to_json(statement: BalanceStatement) -> bytes:
    """The statement's own facts as JSON, the same bytes for the same statement."""
    return _ADAPTER.dump_json(statement, indent=1)


def conclusion(statement: BalanceStatement) -> str:
    """One sentence: equal, or by how much not."""
    if statement.balanced:
        return f"调节后两边相等：{show_yuan(statement.adjusted_bank_fen)} 元。"
    return f"调节后两边不等：银行减账面 {show_yuan(statement.difference_fen)} 元，不得签字。"


def monthly_report(statement: BalanceStatement) -> Report:
    """The statement as a report; it names nobody but the staff who worked on an item."""
    last = statement.last
    after = datetime.combine(last + timedelta(days=1), time(), SHANGHAI)
    return Report(
        title="银行存款余额调节表",
        english="Bank reconciliation statement",
        facts=(
            ("银行", f"{statement.bank_name}（{statement.bank}）"),
            ("专户", statement.account),
            ("月份", f"{last.year}年{last.month}月"),
            ("截止", last.isoformat()),
        ),
        conclusion=conclusion(statement),
        sound=statement.balanced,
        tables=numbered(_tables(statement)),
        at=after,
        foot=_FOOT,
        signatures=_SIGNATURES,
    )


def _tables(statement: BalanceStatement) -> Iterator[Table]:
    bank = (OneSided.BOOK_RECEIVED, OneSided.BOOK_PAID)
    books = (OneSided.BANK_RECEIVED, OneSided.BANK_PAID)
    yield _side("银行一方", "银行对账单余额", statement.bank_fen, statement.items, bank)
    yield _side("账面一方", "账面余额", statement.book_fen, statement.items, books)
    yield _books(statement)
    rows = tuple(_item_row(item) for item in statement.items)
    note = f"共 {len(rows)} 项" if rows else ""
    yield Table("未达账项", _ITEMS, rows, note, "没有未达账项", listing=True)
    days = [one for one in statement.nights if _is_in_month(statement, one)]
    yield Table("逐日发生额", _DAYS, _day_rows(days), "金额（元）", listing=True)


def _side(
    title: str, balance: str, fen: int, items: Sequence[Item], kinds: Sequence[OneSided]
) -> Table:
    """A balance and what the other side alone has booked, added up."""
    adding = [
        Row((f"加减：{of.value}（{sum(one.of is of for one in items)} 项）", _fen(items, of)))
        for of in kinds
    ]
    rows = (Row((balance, fen)), *adding)
    total = Row(("调节后余额", None), Look.STRONG, adds=tuple(range(len(rows))))
    return Table(title, _SIDES, (*rows, total))


def _fen(items: Sequence[Item], of: OneSided) -> int:
    return sum(one.fen for one in items if one.of is of)


def _books(statement: BalanceStatement) -> Table:
    """How the books came to their balance, from the last statement on."""
    nights = statement.nights
    rows = (
        Row(("期初账面余额", statement.opening.book_fen)),
        Row(("此前已记账（柜面等）", sum(one.ledger_fen for one in nights))),
        Row(("夜间对账入账", sum(one.posted_fen for one in nights))),
        Row(("另行还款勾对", sum(one.claimed_fen for one in nights))),
        Row(("账项处理入账", statement.decided_fen)),
    )
    total = Row(("账面余额", None), Look.STRONG, adds=tuple(range(len(rows))))
    return Table("账面余额的由来", _SIDES, (*rows, total), "自上一张调节表，没有则自首晚期初余额")


def _is_in_month(statement: BalanceStatement, one: Moved) -> bool:
    return (one.day.year, one.day.month) == (statement.last.year, statement.last.month)


def _item_row(item: Item) -> Row:
    what = (item.of.value, item.kind, item.reference, item.since.isoformat())
    return Row((*what, item.days, item.fen, item.done or "—"))


def _day_rows(days: Sequence[Moved]) -> tuple[Row, ...]:
    rows = [
        Row((one.day.isoformat(), one.bank_fen, one.closing_fen, one.ledger_fen, one.posted_fen,
             one.claimed_fen, one.book_fen))
        for one in days
    ]  # fmt: skip
    if not rows:
        return ()
    every = tuple(range(len(rows)))
    # the balance of each day is no sum
    closing = days[-1].closing_fen
    total = Row(("合计", None, closing, None, None, None, None), Look.STRONG, adds=every)
    return (*rows, total)
