"""Proving: the ledger's answers settle the night, the equations prove it. 核对"""

from connectors.bank import sheets
from connectors.bank.flows.parts import Bank
from connectors.bank.model import Break, BreakKind, Direction, FileKind, NightKey
from connectors.bank.rules.proof import equations, is_proved
from connectors.bank.rules.states import FileState, NightEvent, NightState
from connectors.bank.sheets import BreakLine, FailureLine, FileLine, ProofSheet
from connectors.bank.store import decisions, files, nights, sums
from connectors.bank.store import sheets as sheet_store
from connectors.bank.store.nights import NightRow
from connectors.bank.verdicts import RESULT_CODES
from connectors.core_system import store as core_store
from connectors.core_system.flows import KIND as POSTINGS
from gateway.errors import Code, GatewayError, IllegalTransition, RefusedHere
from gateway.log import Log
from gateway.ports import StageCount
from gateway.store import alarms, outbox
from gateway.store.messages import MESSAGE_STATES
from gateway.store.unit_of_work import UnitOfWork, keep_bytes

_LOG = Log("bank.proving")
_DECIDED = frozenset({NightState.MATCHED, NightState.POSTED, NightState.PROVED})


def settle(bank: Bank, key: NightKey) -> StageCount:
    """Take the night to POSTED when the ledger has answered every posting.

    Raises RefusedHere while a posting message is still open.
    """
    with bank.store.begin() as work:
        night = nights.lock(work, key)
        if night.state is NightState.MATCHED:
            _settle(work, night)
        counts = core_store.counts(work, key.night_id)
    _LOG.info("night_posted", night=key.label, **counts)
    return StageCount("post", sum(counts.values()), counts)


def _settle(work: UnitOfWork, night: NightRow) -> None:
    messages = outbox.of_subject(work, night.night_id)
    postings = [m for m in messages if m.kind == POSTINGS]
    open_messages = [m for m in postings if m.state not in MESSAGE_STATES.finals]
    if open_messages:
        raise RefusedHere(
            Code.NIGHT_NOT_READY, detail=night.key.label, subject=open_messages[0].message_id
        )
    refused = [_refused(*row) for row in decisions.refused_postings(work, night.night_id)]
    decisions.keep_breaks(work, night.night_id, None, refused)
    nights.advance(work, night, NightEvent.SETTLED)


def _refused(batch_no: str, serial: int, fen: int) -> Break:
    """The bank took it and the ledger would not book it: money without an owner (长款)."""
    return Break(BreakKind.POSTING_REFUSED, Direction.LONG, True, batch_no, serial, None, fen, fen)


def prove(bank: Bank, key: NightKey) -> StageCount:
    """Make the night's sheet and, when every equation holds, prove the night.

    A proved night keeps its sheet: proving it again changes nothing. For an unfinished night a
    sheet is made too; it says what is missing.
    """
    with bank.store.begin() as work:
        night = nights.lock(work, key)
        if night.state is not NightState.PROVED:
            sheet, proved = _sheet(bank, work, night)
            digest = keep_bytes(bank.store, work, sheets.to_json(sheet))
            sheet_store.keep(work, night.night_id, digest, proved=proved)
            if proved:
                nights.advance(work, night, NightEvent.PROVED_EQUAL)
                alarms.clear(work, Code.PROOF_UNEQUAL, night.night_id, "已核平")
            elif night.state is NightState.POSTED:
                alarms.ring(work, Code.PROOF_UNEQUAL, night.night_id, key.label)
    sheet = sheet_of(bank, key)
    counts = {"equations": len(sheet.equations), "breaks": len(sheet.breaks)}
    _LOG.info("night_proved", night=key.label, proved=sheet.proved, **counts)
    return StageCount("prove", counts["equations"], counts | {"proved": int(sheet.proved)})


def require_proved(bank: Bank, key: NightKey) -> None:
    """Raise RefusedHere for an unfinished night, IllegalTransition for one that does not prove."""
    with bank.store.begin() as work:
        night = nights.lock(work, key)
    error: GatewayError | None = {
        NightState.PROVED: None,
        NightState.POSTED: IllegalTransition(Code.PROOF_UNEQUAL, detail=key.label),
    }.get(night.state, RefusedHere(Code.NIGHT_UNPROVED, detail=key.label))
    if error is not None:
        raise error


def sheet_of(bank: Bank, key: NightKey) -> ProofSheet:
    """The night's newest sheet. Raises RefusedHere before the first one."""
    with bank.store.begin() as work:
        digest = sheet_store.newest(work, key.night_id)
    if digest is None:
        raise RefusedHere(Code.NIGHT_UNPROVED, detail=key.label)
    return sheets.from_json(bank.store.archive.get(digest))


def _sheet(bank: Bank, work: UnitOfWork, night: NightRow) -> tuple[ProofSheet, bool]:
    used = {
        file.kind: file.file_id
        for file in files.of_night(work, night.night_id)
        if file.state is FileState.USED
    }
    lines: tuple[sheets.EquationLine, ...] = ()
    proved = False
    if night.state in _DECIDED:
        result, statement = used[FileKind.DEDUCTION_RESULT], used[FileKind.ACCOUNT_STATEMENT]
        pattern = bank.profile.lump_summary
        total = sums.night_sums(work, night.night_id, result, statement, pattern)
        lines = tuple(sheets.equation_line(equation) for equation in equations(total))
        proved = night.state is NightState.POSTED and is_proved(total)
    breaks = _break_lines(work, night)
    sheet = ProofSheet(
        bank=night.key.bank,
        bank_name=bank.profile.name,
        account=night.key.account,
        business_date=night.key.business_date,
        working_day=bank.calendar.is_working_day(night.key.business_date),
        made_at=work.now,
        proved=proved,
        conclusion=_conclusion(night, proved, len(breaks)),
        files=_file_lines(work, night),
        equations=lines,
        failures=_failure_lines(work, night),
        breaks=breaks,
    )
    return sheet, proved


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


def _break_lines(work: UnitOfWork, night: NightRow) -> tuple[BreakLine, ...]:
    return tuple(_break_line(row) for row in decisions.breaks(work, night.night_id))


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
