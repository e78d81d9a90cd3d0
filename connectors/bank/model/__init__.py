"""The bank's values: files, result lines, statement lines, decisions, books. 银行报文的值"""

from connectors.bank.model.decisions import (
    BreakKind,
    Direction,
    Outcome,
)
from connectors.bank.model.files import (
    DecodedFile,
    DeductionResult,
    FileHeader,
    FileKind,
    FileName,
    NightKey,
    ReceiptLine,
    StatementLine,
)
from connectors.bank.model.requests import DeductionRequestLine, SplitLine

__all__ = [
    "BreakKind",
    "DecodedFile",
    "DeductionRequestLine",
    "DeductionResult",
    "Direction",
    "FileHeader",
    "FileKind",
    "FileName",
    "NightKey",
    "Outcome",
    "ReceiptLine",
    "SplitLine",
    "StatementLine",
]
