"""pain.008 → a deduction batch: our own writing, read again before it is believed. 扣款请求"""

import re
from dataclasses import dataclass, replace

from connectors.bank.codec.camt.values import day_of, element_in
from connectors.bank.codec.elements import BadElement, Element
from connectors.bank.codec.pain.options import RequestOptions
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
from connectors.bank.codec.pain.walking import Group, Message, Shape, decoded_message
from connectors.bank.model import DecodedFile, DeductionRequestLine, FileHeader, FileKind
from gateway.errors import Code

_GROUP = frozenset(
    {"PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "ReqdColltnDt", "Cdtr", "CdtrAcct",
     "CdtrAgt"}
)  # fmt: skip
_ITEM = frozenset(
    {"PmtId", "PmtTpInf", "InstdAmt", "DrctDbtTx", "DbtrAgt", "Dbtr", "DbtrAcct", "RmtInf"}
)
_AGENT = "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId"
_ADDRESS_MAX = 70


@dataclass(frozen=True, slots=True)
class _Asked:
    """One transaction: its line, still without a serial, and the id that tells it."""

    place: Element
    end_to_end: str
    line: DeductionRequestLine


def decode_request(options: RequestOptions, data: bytes, lines_max: int) -> tuple[DecodedFile]:
    """The one batch of a message of the agreed version. Never raises for what is in it."""
    shape = Shape(
        FileKind.DEDUCTION_REQUEST,
        re.compile(re.escape(options.namespace)),
        root="CstmrDrctDbtInitn",
        group="PmtInf",
        item="DrctDbtTxInf",
        beside_groups=frozenset({"GrpHdr"}),
        beside_items=_GROUP,
    )

    def asked(element: Element) -> _Asked:
        return _asked(element, options.currency)

    return decoded_message(shape, data, lines_max, asked, _batch)


def _asked(element: Element, currency: str) -> _Asked:
    element.closed(_ITEM)
    line = DeductionRequestLine(
        serial=0,
        asked_fen=yuan_in(element, "InstdAmt", "金额", currency),
        payer_account=text_in(element, "DbtrAcct/Id/Othr/Id", "付方账号", ACCOUNT_MAX),
        payer_name=text_in(element, "Dbtr/Nm", "付方户名", NAME_MAX),
        full_flag=choice_in(element, FULL_FLAG_AT, "足额标志", FULL_FLAGS),
        summary=text_in(element, "RmtInf/Ustrd", "摘要", NAME_MAX, needed=False),
        payer_bank_no=text_in(element, _AGENT, "付方联行号", ID_MAX, needed=False),
        opening_bank_no=text_in(
            element, "DbtrAgt/BrnchId/Id", "付方开户行联行号", ID_MAX, needed=False
        ),
        payer_address=text_in(
            element, "Dbtr/PstlAdr/AdrLine", "付方地址", _ADDRESS_MAX, needed=False
        ),
        protocol_no=text_in(
            element, "DrctDbtTx/MndtRltdInf/MndtId", "多方协议号", ID_MAX, needed=False
        ),
    )
    end_to_end = text_in(element, "PmtId/EndToEndId", "端到端标识", ID_MAX)
    return _Asked(place_of(element), end_to_end, line)


def _batch(message: Message[_Asked]) -> DecodedFile:
    """Everything held together: one group, its totals twice, serials once each."""
    group = _one_group(message)
    header = element_in(message.beside, "GrpHdr", "报文头")
    batch_no = batch_in(header, "MsgId")
    fen = [asked.line.asked_fen for asked in group.items]
    hold_totals(header, "", fen)
    hold_totals(group.beside, "", fen)
    return DecodedFile(
        FileKind.DEDUCTION_REQUEST,
        _header(group.beside, batch_no),
        controls={"total_count": len(fen), "asked_total": sum(fen)},
        requests=_numbered(group.items, batch_no),
    )


def _one_group(message: Message[_Asked]) -> Group[_Asked]:
    """A batch is one account's and one day's: one group."""
    if len(message.groups) != 1:
        raise BadElement(Code.FIELD_COUNT_WRONG, message.beside, "PmtInf")
    return message.groups[0]


def _header(group: Element, batch_no: str) -> FileHeader:
    choice_in(group, "PmtMtd", "PmtMtd", frozenset({"DD"}))
    return FileHeader(
        bank=text_in(group, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId", "银行", ID_MAX),
        account_number=text_in(group, "CdtrAcct/Id/Othr/Id", "收方账号", ACCOUNT_MAX),
        business_date=day_of(element_in(group, "ReqdColltnDt", "扣款日期"), "扣款日期"),
        batch_no=batch_no,
    )


def _numbered(items: list[_Asked], batch_no: str) -> tuple[DeductionRequestLine, ...]:
    told = [(asked.place, asked.end_to_end) for asked in items]
    found = zip(items, serials(told, batch_no), strict=True)
    return tuple(replace(asked.line, serial=serial) for asked, serial in found)
