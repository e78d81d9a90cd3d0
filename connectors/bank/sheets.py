"""The proof sheet: what lies on the table in the morning, as a value, JSON and text. 核对表"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pydantic import TypeAdapter

from connectors.bank.rules.proof import Equation, Sum
from gateway.grades import legend
from gateway.identity import mask_account, mask_name
from gateway.money import show_yuan
from gateway.ports import Grade

_WIDTH = 92
_WEEKDAYS = "一二三四五六日"
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file owed or received."""

    kind: str
    name: str
    state: str
    grade: str
    lines: int
    digest: str
    reason: str


@dataclass(frozen=True, slots=True)
class EquationLine:
    """One equation as it stood; amounts in fen, counts zero where only money is meant."""

    title: str
    holds: bool
    left_title: str
    left: Sum
    right: tuple[tuple[str, Sum], ...]


@dataclass(frozen=True, slots=True)
class FailureLine:
    """Failed deductions of one reason."""

    code: str
    reason: str
    total: Sum


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """What one pass has matched: how many items and how much."""

    stage: int
    title: str
    total: Sum


@dataclass(frozen=True, slots=True)
class AgeLine:
    """Breaks of one type and age; the age in working days since they were first seen."""

    kind: str
    days: int
    total: Sum


@dataclass(frozen=True, slots=True)
class Account:
    """The account's day in figures: its balances, its bookings, what came in open and went out."""

    opening_fen: int
    closing_fen: int
    bookings: Sum
    carried_in: Sum
    carried_out: Sum


@dataclass(frozen=True, slots=True)
class BreakLine:
    """One break, with the person it is about."""

    break_id: str
    kind: str
    direction: str
    blocking: bool
    amount_fen: int
    unbooked_fen: int
    batch_no: str
    serial: int | None
    line: int | None
    code: str
    first_seen: date
    loan_no: str = field(repr=False)
    payer_account: str = field(repr=False)
    payer_name: str = field(repr=False)

    @property
    def place(self) -> str:
        """Where a clerk finds it: batch and serial, or the statement's booking."""
        if self.serial is None:
            return self.batch_no
        return f"{self.batch_no or '对账单'}-{self.serial}"


@dataclass(frozen=True, slots=True)
class ProofSheet:
    """One night on one page.

    `made_at` is the moment the last of its files came: the same stored bytes are the same sheet,
    whenever it is made. `figures` and what follows are empty until the night is decided, and
    in sheets of before there were passes.
    """

    bank: str
    bank_name: str
    account: str
    business_date: date
    working_day: bool
    made_at: datetime
    proved: bool
    conclusion: str
    files: tuple[FileLine, ...]
    equations: tuple[EquationLine, ...]
    failures: tuple[FailureLine, ...]
    breaks: tuple[BreakLine, ...]
    figures: Account | None = None
    matched: tuple[MatchedLine, ...] = ()
    ages: tuple[AgeLine, ...] = ()


_ADAPTER = TypeAdapter(ProofSheet)


def to_json(sheet: ProofSheet) -> bytes:
    """The sheet as JSON, the same bytes for the same sheet."""
    return _ADAPTER.dump_json(sheet, indent=1)


def from_json(data: bytes) -> ProofSheet:
    """The sheet of kept bytes."""
    return _ADAPTER.validate_json(data)


def masked(sheet: ProofSheet) -> ProofSheet:
    """The sheet without its people: the first character of a name, the end of an account."""
    return replace(sheet, breaks=tuple(_masked(line) for line in sheet.breaks))


def _masked(line: BreakLine) -> BreakLine:
    return replace(
        line,
        loan_no=mask_account(line.loan_no) if line.loan_no else "",
        payer_account=mask_account(line.payer_account) if line.payer_account else "",
        payer_name=mask_name(line.payer_name),
    )


def equation_line(equation: Equation) -> EquationLine:
    """An equation as a line of the sheet."""
    return EquationLine(
        equation.title, equation.holds, equation.left_title, equation.left, tuple(equation.right)
    )


def to_text(sheet: ProofSheet) -> str:
    """The sheet as text for a terminal or a printer, as it is: mask it before if need be."""
    return "\n".join(
        [
            *_head(sheet),
            *_files(sheet.files),
            *_figures(sheet),
            *_equations(sheet.equations),
            *_failures(sheet.failures),
            *_breaks(sheet.breaks),
            "─" * (_WIDTH // 2),
            f"结论：{sheet.conclusion}",
            "═" * (_WIDTH // 2),
        ]
    )


def day_kind(sheet: ProofSheet) -> str:
    """The weekday, and whether it was a working day of the plain week, an adjusted one, or none."""
    day = sheet.business_date
    kind = "工作日" if sheet.working_day else "休息日"
    if sheet.working_day and day.weekday() >= _SATURDAY:
        kind = "调休上班日"
    return f"周{_WEEKDAYS[day.weekday()]}，{kind}"


def _head(sheet: ProofSheet) -> Iterator[str]:
    yield "═" * (_WIDTH // 2)
    yield f"夜间对账核对表  {sheet.bank_name}（{sheet.bank}）  专户 {sheet.account}"
    yield (
        f"业务日期 {sheet.business_date.isoformat()}（{day_kind(sheet)}）"
        f"  资料截至 {sheet.made_at:%Y-%m-%d %H:%M:%S}"
    )


def _files(files: Sequence[FileLine]) -> Iterator[str]:
    yield "─" * (_WIDTH // 2)
    yield "一、来文"
    for file in files:
        about = f"{file.lines} 行  凭据 {file.grade or '—'}  摘要 {file.digest[:12] or '—'}"
        yield f"  {_pad(file.kind, 14)}{_pad(file.state, 12)}{_pad(file.name, 40)}{about}"
        if file.reason:
            yield f"      {file.reason}"
    shown = [Grade[file.grade] for file in files if file.grade in Grade.__members__]
    for meaning in legend(shown):
        yield f"  凭据 {meaning.grade.name}：可证明{meaning.proves}；不能证明{meaning.proves_not}"


def _figures(sheet: ProofSheet) -> Iterator[str]:
    """The account's day and what each pass has matched; no heading of its own before there were."""
    if sheet.figures is None:
        return
    day = sheet.figures
    yield f"  期初余额 {show_yuan(day.opening_fen)}  期末余额 {show_yuan(day.closing_fen)}"
    sums = (
        ("对账单", day.bookings),
        ("上日结转未达", day.carried_in),
        ("结转下日未达", day.carried_out),
    )
    for title, total in (*sums, *((line.title, line.total) for line in sheet.matched)):
        yield f"      {_pad(title, 24)}{_sum(total)}"


def _equations(lines: Sequence[EquationLine]) -> Iterator[str]:
    if not lines:
        return
    yield "二、守恒等式（笔数／金额，元）"
    for line in lines:
        yield f"  [{'平' if line.holds else '不平'}] {line.title}"
        yield f"      {_pad(line.left_title, 24)}{_sum(line.left)}"
        for number, (title, part) in enumerate(line.right):
            sign = "=" if number == 0 else "+"
            yield f"    {sign} {_pad(title, 24)}{_sum(part)}"


def _failures(lines: Sequence[FailureLine]) -> Iterator[str]:
    if not lines:
        return
    yield "三、扣款失败（按原因）"
    for line in lines:
        yield f"  {line.code}  {_pad(line.reason, 26)}{_sum(line.total)}"


def _breaks(lines: Sequence[BreakLine]) -> Iterator[str]:
    yield f"四、不平账项（{len(lines)} 项）"
    for line in lines:
        unbooked = f"未入账 {show_yuan(line.unbooked_fen)}" if line.unbooked_fen else ""
        yield (
            f"  {_pad(line.kind, 14)}{_pad(line.direction, 8)}{show_yuan(line.amount_fen):>14}  "
            f"{_pad(line.place, 24)}{_pad(line.code, 7)}{_pad(unbooked, 22)}"
            f"{_person(line)}".rstrip()
        )


def _person(line: BreakLine) -> str:
    if not line.payer_name:
        return ""
    return f"{line.payer_name} {line.payer_account} 贷款 {line.loan_no}"


def _sum(value: Sum) -> str:
    count = f"{value.count:>7} 笔" if value.count else " " * 10
    return f"{count}{show_yuan(value.fen):>20}"


def _pad(text: str, width: int) -> str:
    """Fill to a width in columns; a Han character takes two."""
    used = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(width - used, 1)
