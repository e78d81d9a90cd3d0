"""One entry of a statement → one line of ours, or the payments of its batch. 明细条目"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from connectors.bank.codec.camt.options import CamtOptions
from connectors.bank.codec.camt.values import (
    direction_in,
    fen_in,
    moment_in,
    text_in,
    truth_in,
)
from connectors.bank.codec.elements import BadElement, Element
from connectors.bank.codec.telling import signed_fen
from connectors.bank.model import StatementLine
from gateway.errors import Code


class Standing(Enum):
    """Whether an entry is booked, or only announced."""

    BOOKED = "booked"
    PENDING = "pending"


_STANDINGS = {
    "BOOK": Standing.BOOKED,
    "PDNG": Standing.PENDING,
    "INFO": Standing.PENDING,
    "FUTR": Standing.PENDING,
}
# Version 08 made the status a choice of code and proprietary text.
_STATUS_IS_CHOICE_FROM = 8
_ENTRY = frozenset(
    {"NtryRef", "Amt", "CdtDbtInd", "RvslInd", "Sts", "BookgDt", "ValDt", "AcctSvcrRef", "Avlbty",
     "BkTxCd", "ComssnWvrInd", "AddtlInfInd", "AmtDtls", "Chrgs", "TechInptChanl", "Intrst",
     "CardTx", "NtryDtls", "AddtlNtryInf"}
)  # fmt: skip
_PAYMENT = frozenset(
    {"Refs", "Amt", "CdtDbtInd", "AmtDtls", "Avlbty", "BkTxCd", "Chrgs", "Intrst", "RltdPties",
     "RltdAgts", "LclInstrm", "PmtTpInf", "Purp", "RltdRmtInf", "RmtInf", "RltdDts", "RltdPric",
     "RltdQties", "FinInstrmId", "Tax", "RtrInf", "CorpActn", "SfkpgAcct", "CshDpst", "CardTx",
     "AddtlTxInf", "SplmtryData"}
)  # fmt: skip
_NO_ID = frozenset({"NOTPROVIDED", "NONREF"})
_PARTIES = {"C": "Dbtr", "D": "Cdtr"}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry read: how it stands, what it moves, its lines (serials are still to be given)."""

    standing: Standing
    fen: int
    lines: Sequence[StatementLine]


def read_entry(entry: Element, currency: str, version: int, options: CamtOptions) -> Entry:
    """Read one `Ntry`. Raises BadElement at the first thing in it that cannot be believed.

    CdtDbtInd is the side it was booked on, also of a reversal, whose original stood on the other
    (ISO 20022, ReversalIndicator); our direction is the original's, and `reversal` turns it round.
    """
    entry.closed(_ENTRY)
    whole = _line(entry, entry, currency)
    payments = entry.all("NtryDtls/TxDtls")
    for payment in payments:
        payment.closed(_PAYMENT)
    standing, fen = _standing(entry, version), signed_fen(whole)
    if options.split and len(payments) > 1:
        return Entry(standing, fen, _split(entry, whole, payments, currency))
    return Entry(standing, fen, [_told(whole, payments[0]) if len(payments) == 1 else whole])


def _line(entry: Element, amounts: Element, currency: str) -> StatementLine:
    """The booking itself; who and why stand in the payments."""
    side, reversal = direction_in(amounts), truth_in(entry, "RvslInd", "冲正标志")
    day, moment = moment_in(entry, "BookgDt", "记账日期")
    return StatementLine(
        line=entry.line,
        serial=0,
        host_serial=text_in(entry, "主机流水号", "AcctSvcrRef"),
        direction=_turned(side) if reversal else side,
        amount_fen=fen_in(amounts, "金额", currency),
        balance_fen=None,
        other_account="",
        other_name="",
        summary=text_in(entry, "摘要", "AddtlNtryInf", "BkTxCd/Prtry/Cd"),
        reversal=reversal,
        booked_time=moment,
        booked_on=day,
    )


def _turned(side: str) -> str:
    return "D" if side == "C" else "C"


def _told(line: StatementLine, payment: Element) -> StatementLine:
    """The line with what its payment says of the other party and the purpose."""
    party = f"RltdPties/{_PARTIES[line.direction]}"
    account = f"{party}Acct/Id"
    return StatementLine(
        line=line.line,
        serial=line.serial,
        host_serial=line.host_serial or text_in(payment, "主机流水号", "Refs/AcctSvcrRef"),
        direction=line.direction,
        amount_fen=line.amount_fen,
        balance_fen=None,
        other_account=text_in(payment, "对手账号", f"{account}/IBAN", f"{account}/Othr/Id"),
        other_name=text_in(payment, "对手户名", f"{party}/Nm", f"{party}/Pty/Nm"),
        summary=line.summary or text_in(payment, "摘要", "AddtlTxInf"),
        reversal=line.reversal,
        booked_time=line.booked_time,
        booked_on=line.booked_on,
        remark=_remark(payment),
    )


def _remark(payment: Element) -> str:
    """What names the business: the end-to-end id, then the remittance information."""
    told = [text_in(payment, "端到端标识", "Refs/EndToEndId")]
    told += [" ".join(each.text.split()) for each in payment.all("RmtInf/Ustrd")]
    told += [each.first("CdtrRefInf/Ref") for each in payment.all("RmtInf/Strd")]
    return " ".join(text for text in told if text and text not in _NO_ID)


def _split(
    entry: Element, whole: StatementLine, payments: Sequence[Element], currency: str
) -> Sequence[StatementLine]:
    """A line for each payment of a batch, when they are the entry to the fen."""
    lines = [_told(_line_of_payment(entry, payment, currency), payment) for payment in payments]
    if sum(map(signed_fen, lines)) != signed_fen(whole):
        raise BadElement(Code.CONTROL_SUM_WRONG, entry, "批量合计")
    return lines


def _line_of_payment(entry: Element, payment: Element, currency: str) -> StatementLine:
    """Version 02 has a payment's amount only in its details; its side is the entry's then."""
    stated = payment.all("Amt") or payment.all("AmtDtls/TxAmt/Amt")
    side = payment.all("CdtDbtInd") or entry.all("CdtDbtInd")
    amounts = Element("", {}, payment.line, payment.at, children=[*stated, *side])
    return _line(entry, amounts, currency)


def _standing(entry: Element, version: int) -> Standing:
    status = entry.only("Sts", "状态")
    text = "" if status is None else status.text.strip()
    if version >= _STATUS_IS_CHOICE_FROM:
        text = entry.first("Sts/Cd")
    if text not in _STANDINGS:
        raise BadElement(Code.VALUE_NOT_ALLOWED, status or entry, "状态")
    return _STANDINGS[text]
