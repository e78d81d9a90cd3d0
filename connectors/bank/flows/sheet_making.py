"""Making a night's sheet of its rows: files, figures, equations, breaks by type and age. 制表"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from connectors.bank import sheets
from connectors.bank.codec.frames import decode_equations
from connectors.bank.flows.parts import Bank
from connectors.bank.model import Outcome
from connectors.bank.model.items import OpenItem
from connectors.bank.rules.owed import DECIDED_ON
from connectors.bank.rules.proof import Sum, equations, is_proved
from connectors.bank.rules.states import FileState, NightState
from connectors.bank.sheets import (
    Account,
    AgeLine,
    BreakLine,
    FailureLine,
    FileLine,
    MatchedLine,
    ProofSheet,
)
from connectors.bank.store import decisions, files, nights, open_items, sums
from connectors.bank.store.nights import NightRow
from connectors.bank.verdicts import RESULT_CODES
from gateway.dates import Calendar
from gateway.store.unit_of_work import UnitOfWork

# The passes as a clerk calls them.
_STAGE_TITLES = {
    1: "重复来文识别",
    2: "冲正退汇相抵",
    3: "指令与结果勾对",
    4: "对账单与结果勾对",
    5: "账务已入账勾对",
    6: "贷款号与应还相符",
    7: "贷款号相符金额不符",
    8: "登记账户与金额唯一",
    9: "户名与金额唯一",
    10: "多笔应还合计",
}
_DECIDED = frozenset({NightState.MATCHED, NightState.POSTED, NightState.PROVED})


def sheet_of_night(bank: Bank, work: UnitOfWork, night: NightRow) -> tuple[ProofSheet, bool]:
    """The night as it stands, on one page, and whether it is proved by it."""
    day = night.key.business_date
    found = decisions.breaks(work, night.night_id) if night.state in _DECIDED else ()
    proof = _proof(bank, work, night) if night.state in _DECIDED else None
    proved = proof is not None and night.state is NightState.POSTED and proof.holds
    sheet = ProofSheet(
        bank=night.key.bank,
        bank_name=bank.profile.name,
        account=night.key.account,
        business_date=day,
        working_day=bank.calendar.is_working_day(day),
        made_at=files.last_arrival(work, night.night_id) or night.state_at,
        proved=proved,
        conclusion=_conclusion(night, proved, len(found)),
        files=_file_lines(work, night),
        equations=proof.lines if proof else (),
        failures=_failure_lines(work, night),
        breaks=tuple(_break_line(row) for row in found),
        figures=proof.figures if proof else None,
        matched=_matched_lines(work, night) if proof else (),
        ages=_age_lines(bank.calendar, day, found),
    )
    return sheet, proved


@dataclass(frozen=True, slots=True)
class _Proof:
    """A decided night's equations, the rows' own and the engine's, and its account's figures."""

    holds: bool
    lines: tuple[sheets.EquationLine, ...]
    figures: Account


def _proof(bank: Bank, work: UnitOfWork, night: NightRow) -> _Proof:
    """The rows' sums by queries of their own; the engine's equations as they were kept."""
    used = [f for f in files.of_night(work, night.night_id) if f.state is FileState.USED]
    by_kind = sums.Used(*(tuple(f.file_id for f in used if f.kind is kind) for kind in DECIDED_ON))
    total = sums.night_sums(work, night, by_kind)
    engine = decode_equations(bank.store.archive.get(night.decision_digest or ""))
    shown = [*equations(total), *engine]
    carried = open_items.carried(work, night.key.bank, night.key.account, night.key.business_date)
    left = open_items.of_account(work, night.key.bank, night.key.account, night.key.business_date)
    figures = Account(
        opening_fen=total.opening_fen,
        closing_fen=total.closing_fen,
        bookings=total.bookings,
        carried_in=_open_sum(carried),
        carried_out=_open_sum([row.item for row in left]),
    )
    holds = is_proved(total) and all(equation.holds for equation in engine)
    return _Proof(holds, tuple(map(sheets.equation_line, shown)), figures)


def _open_sum(items: Sequence[OpenItem]) -> Sum:
    return Sum(len(items), sum(item.fen for item in items))


def _matched_lines(work: UnitOfWork, night: NightRow) -> tuple[MatchedLine, ...]:
    outcomes = decisions.outcome_counts(work, night.night_id)
    answered = sum(outcomes.values()) - outcomes.get(Outcome.MISSING, 0)
    third = MatchedLine(3, _STAGE_TITLES[3], Sum(answered, 0))
    others = [
        MatchedLine(stage, _STAGE_TITLES[stage], total)
        for stage, total in sums.by_stage(work, night)
    ]
    return tuple(sorted([third, *others], key=lambda line: line.stage))


def _age_lines(
    calendar: Calendar, day: date, found: Sequence[decisions.BreakRow]
) -> tuple[AgeLine, ...]:
    """Breaks by type and by age in working days at the night's own date."""
    by: dict[tuple[str, int], Sum] = {}
    for row in found:
        of = (row.kind.value, calendar.working_days_between(row.first_seen, day))
        by[of] = by.get(of, Sum()) + Sum(1, row.amount_fen)
    return tuple(AgeLine(kind, days, total) for (kind, days), total in sorted(by.items()))


def _conclusion(night: NightRow, proved: bool, breaks: int) -> str:
    if proved:
        return (
            f"等式全部成立，核平；不平账项 {breaks} 项待处理。"
            if breaks
            else "等式全部成立，核平。"
        )
    if night.state is NightState.POSTED:
        return "等式不成立，停止入账，报告开发人员。"
    return f"未完成：当前状态“{night.state.value}”。"


def _file_lines(work: UnitOfWork, night: NightRow) -> tuple[FileLine, ...]:
    here = files.of_night(work, night.night_id)
    missing = [kind for kind in nights.owed(work, night.key) if kind not in {f.kind for f in here}]
    received = [_file_line(work, file) for file in here]
    absent = [FileLine(kind.title, "", "未到", "", 0, "", "") for kind in missing]
    return (*received, *absent)


def _file_line(work: UnitOfWork, file: files.FileRow) -> FileLine:
    found = files.findings(work, file.file_id)
    return FileLine(
        kind=file.kind.title,
        name=file.name,
        state=file.state.value,
        grade=file.grade.name,
        lines=files.controls(work, file.file_id).get("total_count", 0),
        digest=file.digest,
        reason="；".join(str(finding) for finding in found[:3]),
    )


def _failure_lines(work: UnitOfWork, night: NightRow) -> tuple[FailureLine, ...]:
    return tuple(
        FailureLine(code, RESULT_CODES[code].reason, total)
        for code, total in decisions.failures(work, night.night_id)
    )


def _break_line(row: decisions.BreakRow) -> BreakLine:
    return BreakLine(
        break_id=row.break_id,
        kind=row.kind.value,
        direction=row.direction.value,
        blocking=row.blocking,
        amount_fen=row.amount_fen,
        unbooked_fen=row.unbooked_fen,
        batch_no=row.batch_no,
        serial=row.serial,
        line=row.line,
        code=row.code,
        first_seen=row.first_seen,
        loan_no=row.loan_no,
        payer_account=row.payer_account,
        payer_name=row.payer_name,
    )
