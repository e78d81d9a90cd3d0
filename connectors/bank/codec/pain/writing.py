"""A deduction batch → pain.008, the same bytes for the same batch. 扣款请求编码

Elements stand in the order of the schema. What is written can be read: each text is held to what
the reader asks of it, and nothing is cut.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.bank.codec.pain.options import RequestOptions
from connectors.bank.codec.pain.values import (
    ACCOUNT_MAX,
    FULL_FLAGS,
    ID_MAX,
    NAME_MAX,
    SERIAL_MAX,
    UNTOLD,
    XML_BLANKS,
    end_to_end_id,
)
from connectors.bank.model import DeductionRequestLine
from gateway.errors import Code, Finding
from gateway.money import format_yuan

# Each text of a line: its name, title, longest, and whether it must be there.
_TEXTS = (
    ("payer_account", "付方账号", ACCOUNT_MAX, True),
    ("payer_name", "付方户名", NAME_MAX, True),
    ("summary", "摘要", NAME_MAX, False),
    ("payer_bank_no", "付方联行号", ID_MAX, False),
    ("opening_bank_no", "付方开户行联行号", ID_MAX, False),
    ("payer_address", "付方地址", 70, False),
    ("protocol_no", "多方协议号", ID_MAX, False),
)
_FEN_MAX = 10**15 - 1
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_HEADER = ("bank", "account_number", "business_date", "batch_no")


def unfit(line: DeductionRequestLine) -> Finding | None:
    """What keeps a line out of the message, None when it fits."""
    for name, title, most, needed in _TEXTS:
        code = _text_fault(getattr(line, name), most, needed=needed)
        if code is not None:
            return Finding(code, field=title)
    if not 0 < line.asked_fen <= _FEN_MAX:
        return Finding(Code.AMOUNT_FORMAT_WRONG, field="金额")
    if not 0 < line.serial <= SERIAL_MAX:
        return Finding(Code.FIELD_FORMAT_WRONG, field="序号")
    if line.full_flag not in FULL_FLAGS:
        return Finding(Code.VALUE_NOT_ALLOWED, field="足额标志")
    return None


def _text_fault(text: str, most: int, *, needed: bool) -> Code | None:
    if not text:
        return Code.FIELD_EMPTY if needed else None
    if len(text) > most:
        return Code.FIELD_TOO_LONG
    return (
        Code.FIELD_FORMAT_WRONG if UNTOLD.search(text) or text != text.strip(XML_BLANKS) else None
    )


def encode_request(
    options: RequestOptions, lines: Sequence[DeductionRequestLine], header: Mapping[str, Any]
) -> bytes:
    """The message of a batch; its moment is the business date's midnight, so it has no clock.

    `header` has bank, account_number, business_date and batch_no. Raises ValueError, naming the
    field, for a line that `unfit` would name, a batch of no lines or of
    more than can be written, or a header that lacks one.
    """
    for line in lines:
        if (found := unfit(line)) is not None:
            raise ValueError(f"{line.serial} {found.field}: {found.code.name}")
    lacking = [name for name in _HEADER if not header.get(name)]
    fen = sum(line.asked_fen for line in lines)
    if lacking or not 0 < fen <= _FEN_MAX:
        raise ValueError(", ".join(lacking) or "no lines, or too much money")
    total = _tag("NbOfTxs", str(len(lines))) + _tag("CtrlSum", format_yuan(fen))
    rows = [_transaction(options, header["batch_no"], line) for line in lines]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<Document xmlns="{options.namespace}">',
            "<CstmrDrctDbtInitn>",
            _group_header(options, header, total),
            "<PmtInf>",
            _batch(options, header, total),
            *rows,
            "</PmtInf>",
            "</CstmrDrctDbtInitn>",
            "</Document>\n",
        ]
    ).encode()


def _group_header(options: RequestOptions, header: Mapping[str, Any], total: str) -> str:
    return _tag(
        "GrpHdr",
        _text("MsgId", header["batch_no"]),
        _tag("CreDtTm", f"{header['business_date'].isoformat()}T00:00:00+08:00"),
        total,
        _tag("InitgPty", _text("Nm", options.creditor)),
    )


def _batch(options: RequestOptions, header: Mapping[str, Any], total: str) -> str:
    return "".join(
        (
            _text("PmtInfId", header["batch_no"]),
            _tag("PmtMtd", "DD"),
            _tag("BtchBookg", "true"),
            total,
            _tag("ReqdColltnDt", header["business_date"].isoformat()),
            _tag("Cdtr", _text("Nm", options.creditor)),
            _account("CdtrAcct", header["account_number"]),
            _tag("CdtrAgt", _agent(header["bank"])),
        )
    )


def _transaction(options: RequestOptions, batch_no: str, line: DeductionRequestLine) -> str:
    amount = format_yuan(line.asked_fen)
    mandate = _tag("MndtRltdInf", _text("MndtId", line.protocol_no))
    address = _tag("PstlAdr", _text("AdrLine", line.payer_address))
    branch = _tag("BrnchId", _text("Id", line.opening_bank_no))
    return _tag(
        "DrctDbtTxInf",
        _tag("PmtId", _tag("EndToEndId", end_to_end_id(batch_no, line.serial))),
        _tag("PmtTpInf", _tag("LclInstrm", _tag("Prtry", line.full_flag))),
        f'<InstdAmt Ccy="{options.currency}">{amount}</InstdAmt>',
        _tag("DrctDbtTx", mandate),
        _tag("DbtrAgt", _agent(line.payer_bank_no), branch),
        _tag("Dbtr", _text("Nm", line.payer_name), address),
        _account("DbtrAcct", line.payer_account),
        _tag("RmtInf", _text("Ustrd", line.summary)),
    )


def _agent(member: str) -> str:
    """A bank by its number in the clearing; the schema asks for one even where none is known."""
    if not member:
        return _tag("FinInstnId", _tag("Othr", _tag("Id", "NOTPROVIDED")))
    return _tag("FinInstnId", _tag("ClrSysMmbId", _text("MmbId", member)))


def _account(name: str, number: str) -> str:
    return _tag(name, _tag("Id", _tag("Othr", _text("Id", number))))


def _text(name: str, text: str) -> str:
    return _tag(name, text.translate(_ESCAPES))


def _tag(name: str, *content: str) -> str:
    """An element; nothing at all where there is nothing in it."""
    inner = "".join(content)
    return f"<{name}>{inner}</{name}>" if inner else ""
