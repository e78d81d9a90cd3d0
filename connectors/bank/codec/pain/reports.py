"""pain.002 → what became of each line of a batch; accepted is not settled. 状态报告"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from connectors.bank.codec.camt.values import count_in, day_of, element_in, fen_of, moment_of
from connectors.bank.codec.elements import BadElement, Element
from connectors.bank.codec.pain.options import ReportOptions
from connectors.bank.codec.pain.values import (
    ACCOUNT_MAX,
    FULL_FLAG_AT,
    FULL_FLAGS,
    ID_MAX,
    NAME_MAX,
    batch_in,
    choice_in,
    hold_totals,
    place_of,
    serials,
    text_in,
    yuan_in,
)
from connectors.bank.codec.pain.walking import Message, Shape, decoded_message
from connectors.bank.model import DecodedFile, DeductionResult, FileHeader, FileKind
from gateway.errors import Code

_TAKEN_CODE, _UNKNOWN_CODE = "00000", "99999"
_ITEM = frozenset(
    {"StsId", "OrgnlInstrId", "OrgnlEndToEndId", "OrgnlUETR", "TxSts", "StsRsnInf", "ChrgsInf",
     "AccptncDtTm", "FctvIntrBkSttlmDt", "AcctSvcrRef", "ClrSysRef", "OrgnlTxRef", "SplmtryData"}
)  # fmt: skip
_GROUP = frozenset(
    {"OrgnlPmtInfId", "OrgnlNbOfTxs", "OrgnlCtrlSum", "PmtInfSts", "StsRsnInf", "NbOfTxsPerSts"}
)
_SHAPE = Shape(
    FileKind.DEDUCTION_RESULT,
    re.compile(r"urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.(0[3-9]|1[0-4])"),
    root="CstmrPmtStsRpt",
    group="OrgnlPmtInfAndSts",
    item="TxInfAndSts",
    beside_groups=frozenset({"GrpHdr", "OrgnlGrpInfAndSts", "SplmtryData"}),
    beside_items=_GROUP,
)
_OWN_CODE = re.compile(r"[0-9]{5}")
_MESSAGE_MAX = 105


class Standing(Enum):
    """What a status says of the money."""

    TAKEN = "taken"
    PARTLY = "partly"
    PENDING = "pending"
    REJECTED = "rejected"


# ISO 20022 ExternalPaymentTransactionStatus: only what is settled was taken. PART of one line is
# our agreement for 足额标志 1 (B07); of a group it says that its lines differ.
STANDINGS: dict[str, Standing] = {
    "ACSC": Standing.TAKEN,
    "ACCC": Standing.TAKEN,
    "PART": Standing.PARTLY,
    "RCVD": Standing.PENDING,
    "PDNG": Standing.PENDING,
    "ACTC": Standing.PENDING,
    "ACCP": Standing.PENDING,
    "ACSP": Standing.PENDING,
    "ACWC": Standing.PENDING,
    "RJCT": Standing.REJECTED,
}
_STATUSES = frozenset(STANDINGS)
# What a status of a group says of every line in it.
_BINDING = frozenset({Standing.TAKEN, Standing.REJECTED})


@dataclass(frozen=True, slots=True)
class _Answer:
    """One transaction: its line, still without batch and serial, and what tells these."""

    place: Element
    end_to_end: str
    status: str
    line: DeductionResult


def decode_report(options: ReportOptions, data: bytes, lines_max: int) -> tuple[DecodedFile]:
    """The answers to one batch, versions 03 to 14. Never raises for what is in the bytes.

    A report names every line of its batch: of one that leaves some out nothing is believed.
    """

    def answer(element: Element) -> _Answer:
        return _answer(element, options)

    return decoded_message(_SHAPE, data, lines_max, answer, _report)


def _answer(element: Element, options: ReportOptions) -> _Answer:
    element.closed(_ITEM)
    original = element_in(element, "OrgnlTxRef", "原交易")
    status = choice_in(element, "TxSts", "交易状态", _STATUSES)
    line = DeductionResult(
        line=element.line,
        serial=0,
        batch_no="",
        loan_no="",
        instalment_no=None,
        payer_account=text_in(original, "DbtrAcct/Id/Othr/Id", "付方账号", ACCOUNT_MAX),
        payer_name=_payer_name(original),
        asked_fen=yuan_in(original, "Amt/InstdAmt", "应扣金额", options.currency),
        taken_fen=_taken(original, STANDINGS[status], options.currency),
        full_flag=choice_in(original, FULL_FLAG_AT, "足额标志", FULL_FLAGS, needed=False),
        code=_code(element, STANDINGS[status], options.reasons),
        message=_message(element),
        host_date=_host_date(original),
        host_serial=text_in(element, "AcctSvcrRef", "主机流水号", ID_MAX, needed=False),
    )
    end_to_end = text_in(element, "OrgnlEndToEndId", "端到端标识", ID_MAX)
    return _Answer(place_of(element), end_to_end, status, line)


def _payer_name(original: Element) -> str:
    """Later versions tell a party from an agent first."""
    path = "Dbtr/Pty/Nm" if original.all("Dbtr/Pty") else "Dbtr/Nm"
    return text_in(original, path, "付方户名", NAME_MAX)


def _taken(original: Element, standing: Standing, currency: str) -> int:
    """What the bank took: all, the part it says was settled, or nothing, by the status.

    Raises BadElement where status and amount contradict each other.
    """
    path, title = "IntrBkSttlmAmt", "实扣金额"
    asked = yuan_in(original, "Amt/InstdAmt", "应扣金额", currency)
    said = yuan_in(original, path, title, currency) if original.all(path) else None
    agreed = {
        Standing.TAKEN: said in (None, asked),
        Standing.PARTLY: said is not None and 0 < said < asked,
        Standing.PENDING: not said,
        Standing.REJECTED: not said,
    }
    if not agreed[standing]:
        raise BadElement(Code.VALUE_NOT_ALLOWED, original, title)
    return asked if standing is Standing.TAKEN else said or 0


def _code(element: Element, standing: Standing, reasons: Mapping[str, str]) -> str:
    """Our result code: by status, and of a rejection by its one reason."""
    if standing is Standing.PENDING:
        return _UNKNOWN_CODE
    if standing is not Standing.REJECTED:
        return _TAKEN_CODE
    codes = {_reason(each, reasons) for each in element.all("StsRsnInf")}
    if len(codes) != 1:
        wrong = Code.FIELD_COUNT_WRONG if codes else Code.FIELD_EMPTY
        raise BadElement(wrong, element, "拒绝原因")
    if _TAKEN_CODE in codes:
        raise BadElement(Code.VALUE_NOT_ALLOWED, element, "拒绝原因")
    return codes.pop()


def _reason(information: Element, reasons: Mapping[str, str]) -> str:
    """The bank's own code of five digits, or ours for the ISO one."""
    if information.all("Rsn/Prtry"):
        own = text_in(information, "Rsn/Prtry", "拒绝原因", ID_MAX)
        if not _OWN_CODE.fullmatch(own):
            raise BadElement(Code.FIELD_FORMAT_WRONG, information, "拒绝原因")
        return own
    iso = text_in(information, "Rsn/Cd", "拒绝原因", 4)
    return reasons.get(iso, iso)


def _message(element: Element) -> str:
    """The bank's words, of the first reason that has any."""
    for information in element.all("StsRsnInf"):
        if words := information.all("AddtlInf"):
            only = Element("", {}, information.line, information.at, children=words[:1])
            return text_in(only, "AddtlInf", "原因说明", _MESSAGE_MAX, needed=False)
    return ""


def _host_date(original: Element) -> date | None:
    found = original.only("IntrBkSttlmDt", "记账日期", needed=False)
    return None if found is None else day_of(found, "记账日期")


def _report(message: Message[_Answer]) -> DecodedFile:
    """Everything held together: totals and statuses of the report and of each group."""
    original = element_in(message.beside, "OrgnlGrpInfAndSts", "原报文")
    element_in(message.beside, "GrpHdr", "报文头")
    batch_no = batch_in(original, "OrgnlMsgId")
    if not text_in(original, "OrgnlMsgNmId", "原报文类型", ID_MAX).startswith("pain.008"):
        raise BadElement(Code.VALUE_NOT_ALLOWED, original, "原报文类型")
    _hold(original, "GrpSts", message.items)
    for group in message.groups:
        _hold(group.beside, "PmtInfSts", group.items, counted=False)
    results = _numbered(message.items, batch_no)
    return DecodedFile(
        FileKind.DEDUCTION_RESULT,
        _header(original, batch_no),
        results=results,
        controls={
            "total_count": len(results),
            "asked_total": sum(line.asked_fen or 0 for line in results),
            "taken_total": sum(line.taken_fen for line in results),
        },
    )


def _numbered(answers: Sequence[_Answer], batch_no: str) -> tuple[DeductionResult, ...]:
    told = [(answer.place, answer.end_to_end) for answer in answers]
    found = zip(answers, serials(told, batch_no), strict=True)
    return tuple(replace(each.line, serial=n, batch_no=batch_no) for each, n in found)


def _header(original: Element, batch_no: str) -> FileHeader | None:
    """The day is that of our own request, where the bank repeats it."""
    created = original.only("OrgnlCreDtTm", "原报文日期", needed=False)
    if created is None:
        return None
    day, _ = moment_of(created, "原报文日期")
    return FileHeader("", "", day, batch_no)


def _hold(
    told: Element, status_path: str, answers: Sequence[_Answer], *, counted: bool = True
) -> None:
    """Hold what a report or group says of itself against its lines. Raises BadElement."""
    status = choice_in(told, status_path, "状态", _STATUSES, needed=False)
    if STANDINGS.get(status) is Standing.REJECTED and not answers:
        raise BadElement(Code.BATCH_FAILED, told, "状态")
    if counted or told.all("OrgnlNbOfTxs"):
        hold_totals(told, "Orgnl", [_asked(answer) for answer in answers])
    if status:
        _hold_status(told, STANDINGS[status], answers)
    if told.all("NbOfTxsPerSts"):
        _hold_statuses(told, answers)


def _hold_status(told: Element, standing: Standing, answers: Sequence[_Answer]) -> None:
    found = {STANDINGS[answer.status] for answer in answers}
    if standing in _BINDING and found - {standing}:
        raise BadElement(Code.VALUE_NOT_ALLOWED, told, "状态")


def _hold_statuses(told: Element, answers: Sequence[_Answer]) -> None:
    """Every status with its count, and its sum where one is given; none left out."""
    left = {answer.status for answer in answers}
    for each in told.all("NbOfTxsPerSts"):
        status = choice_in(each, "DtldSts", "状态", _STATUSES)
        fen = [_asked(answer) for answer in answers if answer.status == status]
        if count_in(each, "DtldNbOfTxs", "分状态笔数") != len(fen):
            raise BadElement(Code.CONTROL_COUNT_WRONG, each, "分状态笔数")
        declared = each.only("DtldCtrlSum", "分状态金额", needed=False)
        if declared is not None and fen_of(declared, "分状态金额") != sum(fen):
            raise BadElement(Code.CONTROL_SUM_WRONG, declared, "分状态金额")
        left.discard(status)
    if left:
        raise BadElement(Code.CONTROL_COUNT_WRONG, told, "分状态笔数")


def _asked(answer: _Answer) -> int:
    return answer.line.asked_fen or 0
