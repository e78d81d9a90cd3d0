"""A night's proof sheet as a report that an auditor recomputes with a pocket calculator. 核对表"""

from collections.abc import Iterator, Sequence

from connectors.bank.rules.proof import Sum
from connectors.bank.sheets import Account, BreakLine, EquationLine, ProofSheet, day_kind
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

_TITLE, _ENGLISH = "夜间对账核对表", "Proof sheet of a night"
_MASKED = "姓名、账号、贷款号已脱敏 personal data masked"
_REVEALED = "含个人信息，仅限本次事由使用 contains personal data"
_DIGEST_SHOWN = 12

# of a break's id: enough to find it by
_ID_SHOWN = len("break-") + 8

_SUMS = (
    Column("项目", width=80), Column("笔数", Kind.COUNT, 35), Column("金额（元）", Kind.MONEY, 60),
)  # fmt: skip
_FILES = (
    Column("种类", width=28), Column("文件名", width=66), Column("状态", width=22),
    Column("凭据", width=12), Column("行数", Kind.COUNT, 18), Column("摘要", width=30),
)  # fmt: skip
_MATCHED = (Column("遍", width=10), Column("勾对依据", width=70), *_SUMS[1:])
_FAILED = (Column("响应码", width=20), Column("原因", width=60), *_SUMS[1:])
_AGES = (Column("种类", width=50), Column("账龄（工作日）", Kind.COUNT, 30), *_SUMS[1:])
_BREAKS = (
    Column("编号", width=25), Column("种类", width=21), Column("方向", width=10),
    Column("金额（元）", Kind.MONEY, 20), Column("未入账（元）", Kind.MONEY, 20),
    Column("批次-序号", width=33), Column("响应码", width=11), Column("首见", width=16),
    Column("借款人", width=15), Column("账号", width=16), Column("贷款", width=16),
)  # fmt: skip


def night_report(sheet: ProofSheet, *, revealed: bool = False) -> Report:
    """The sheet as it is: mask it before, or say that it is `revealed`."""
    day = sheet.business_date
    return Report(
        title=_TITLE,
        english=_ENGLISH,
        facts=(
            ("银行", f"{sheet.bank_name}（{sheet.bank}）"),
            ("专户", sheet.account),
            ("业务日期", f"{day.isoformat()}（{day_kind(sheet)}）"),
            ("资料截至", f"{sheet.made_at:%Y-%m-%d %H:%M:%S}"),
        ),
        conclusion=sheet.conclusion,
        sound=sheet.proved,
        tables=numbered(_tables(sheet)),
        at=sheet.made_at,
        foot=_REVEALED if revealed else _MASKED,
    )


def _tables(sheet: ProofSheet) -> Iterator[Table]:
    yield Table("来文", _FILES, tuple(_file_rows(sheet)))
    if sheet.figures:
        yield Table("账户", _SUMS, _figure_rows(sheet.figures))
        matched = (_sum((str(line.stage), line.title), line.total) for line in sheet.matched)
        yield Table("勾对", _MATCHED, tuple(matched), "按遍次，仅列自动勾对")
    yield Table(
        "守恒等式", _SUMS, tuple(_equation_rows(sheet.equations)),
        "每式左边等于右边各项之和", "尚未勾对",
    )  # fmt: skip
    failed = [_sum((line.code, line.reason), line.total) for line in sheet.failures]
    yield Table("扣款失败", _FAILED, with_total("合计", failed, _FAILED), "按银行响应码")
    ages = [Row((line.kind, line.days, line.total.count, line.total.fen)) for line in sheet.ages]
    yield Table("不平账项（按种类与账龄）", _AGES, _totalled_ages(ages))
    rows = [_break_row(line) for line in sheet.breaks]
    note = f"共 {len(rows)} 项" if rows else ""
    total = with_total("合计", rows, _BREAKS)
    yield Table("不平账项明细", _BREAKS, total, note, "没有不平账项", listing=True)


def _file_rows(sheet: ProofSheet) -> Iterator[Row]:
    for file in sheet.files:
        digest = file.digest[:_DIGEST_SHOWN]
        yield Row(
            (file.kind, file.name, file.state, file.grade or "—", file.lines or None, digest or "—")
        )
        if file.reason:
            yield Row((f"　{file.reason}", "", "", "", "", ""), Look.HEAD)


def _figure_rows(day: Account) -> tuple[Row, ...]:
    return (
        Row(("期初余额", "", day.opening_fen)),
        _sum(("当日发生",), day.bookings),
        Row(("期初加当日发生", "", None), Look.STRONG, adds=(0, 1)),
        Row(("期末余额（对账单）", "", day.closing_fen)),
        _sum(("上日结转未达",), day.carried_in),
        _sum(("结转下日未达",), day.carried_out),
    )


def _sum(words: tuple[str, ...], total: Sum) -> Row:
    cells: tuple[Cell, ...] = (*words, total.count, total.fen)
    return Row(cells)


def _equation_rows(lines: Sequence[EquationLine]) -> Iterator[Row]:
    """Each equation: its title, the left, the parts of the right, the right added up."""
    at = 0
    for line in lines:
        sums = [line.left, *(part for _, part in line.right)]
        counts = any(each.count for each in sums)
        yield Row((f"{'✓ 平' if line.holds else '× 不平'}　{line.title}", "", ""), Look.HEAD)
        yield _part(line.left_title, line.left, counts=counts)
        for number, (title, part) in enumerate(line.right):
            yield _part(f"　{'+' if number else '='} {title}", part, counts=counts)
        parts = tuple(range(at + 2, at + 2 + len(line.right)))
        blank = None if counts else ""
        yield Row(("　右边合计", blank, None), Look.STRONG, adds=parts)
        at += len(line.right) + 3
        if not line.holds:
            left, right = at - len(line.right) - 2, at - 1
            yield Row(("　差额（左减右）", blank, None), Look.BAD, adds=(left,), less=(right,))
            at += 1


def _part(title: str, total: Sum, *, counts: bool) -> Row:
    return Row((title, total.count if counts else "", total.fen))


def _totalled_ages(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Ages are not added up."""
    if not rows:
        return ()
    every = tuple(range(len(rows)))
    return (*rows, Row(("合计", "", None, None), Look.STRONG, adds=every))


def _break_row(line: BreakLine) -> Row:
    return Row(
        (
            line.break_id[:_ID_SHOWN], line.kind, line.direction,
            line.amount_fen, line.unbooked_fen, line.place, line.code,
            line.first_seen.isoformat(), line.payer_name, line.payer_account, line.loan_no,
        )
    )  # fmt: skip
