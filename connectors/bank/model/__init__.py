"""The bank's values: files, result lines, statement lines, decisions, books. 银行报文的值"""

from connectors.bank.model.decisions import (
    Break,
    BreakKind,
    Decision,
    Direction,
    Match,
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
    "Break",
    "BreakKind",
    "Decision",
    "DecodedFile",
    "DeductionRequestLine",
    "DeductionResult",
    "Direction",
    "FileHeader",
    "FileKind",
    "FileName",
    "Match",
    "NightKey",
    "Outcome",
    "ReceiptLine",
    "SplitLine",
    "StatementLine",
]
