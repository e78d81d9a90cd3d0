"""One account's statement, however it was told, held against its own balances. 对账单自证

Every form that is no record layout (ISO 20022, SWIFT MT, e-banking exports) ends here: what it says
of itself must hold before a line of it is believed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from connectors.bank.model import DecodedFile, FileHeader, FileKind, StatementLine
from gateway.errors import Code, Finding

# A clerk reads the first ones; a file of rubbish shall not make a list of a million.
FINDINGS_MAX = 100
_NOWHERE = Finding(Code.BALANCE_CHAIN_BROKEN)


@dataclass(frozen=True, slots=True)
class Told:
    """What a statement says, in fen; None or absent where it does not say.

    `pending` counts entries that are announced and not booked: they are no lines. `closing` is
    the finding, with its place, when the balances do not hold.
    """

    kind: FileKind
    account: str
    day: date
    opening_fen: int | None
    closing_fen: int | None
    lines: Sequence[StatementLine]
    pending: int = 0
    closing: Finding = _NOWHERE


def signed_fen(line: StatementLine) -> int:
    """What a booking adds to the account; a reversal takes back what its direction says."""
    return line.amount_fen if (line.direction == "C") != line.reversal else -line.amount_fen


def decoded(told: Told) -> DecodedFile:
    """The file as values, its lines numbered; its findings where it disagrees with itself."""
    if told.opening_fen is not None and told.closing_fen is not None:
        moved = sum(map(signed_fen, told.lines))
        if told.opening_fen + moved != told.closing_fen:
            return refused(told.kind, told.closing)
    lines = tuple(replace(line, serial=n) for n, line in enumerate(told.lines, start=1))
    header = FileHeader("", told.account, told.day, opening_fen=told.opening_fen or 0)
    controls = {"total_count": len(told.lines)}
    if told.pending:
        controls["pending_count"] = told.pending
    if told.opening_fen is not None and told.closing_fen is not None:
        controls |= {"opening": told.opening_fen, "closing": told.closing_fen}
    return DecodedFile(told.kind, header, statement=lines, controls=controls)


def refused(kind: FileKind, *findings: Finding) -> DecodedFile:
    """A file of which nothing is believed."""
    found = sorted(findings, key=lambda finding: (finding.line or 1 << 30, finding.column))
    return DecodedFile(kind, None, findings=tuple(found[:FINDINGS_MAX]))


def chosen(files: Sequence[DecodedFile], account: str = "", day: date | None = None) -> DecodedFile:
    """The one statement of a file, or the one of that account and date; never a guess.

    A file with any finding at all is refused as a whole: it is one archived payload.
    """
    if len(files) == 1 and not account and day is None:
        return files[0]
    findings = [finding for file in files for finding in file.findings]
    if findings:
        return refused(files[0].kind, *findings)
    fitting = [file for file in files if _fits(file, account, day)]
    if len(fitting) == 1:
        return fitting[0]
    code = Code.STATEMENT_NOT_ALONE if fitting else Code.HEADER_MISSING
    return refused(files[0].kind, Finding(code))


def _fits(file: DecodedFile, account: str, day: date | None) -> bool:
    header = file.header
    if header is None:
        return False
    return account in ("", header.account_number) and day in (None, header.business_date)


TITLES = {
    "total_count": "总笔数",
    "total_total": "总金额",
    "credit_count": "贷方笔数",
    "credit_total": "贷方合计",
    "debit_count": "借方笔数",
    "debit_total": "借方合计",
}


def control_code(name: str) -> Code:
    """The code of a total that does not hold."""
    return Code.CONTROL_COUNT_WRONG if name.endswith("_count") else Code.CONTROL_SUM_WRONG


def totals(moved: Sequence[int]) -> Mapping[str, int]:
    """Counts and sums by what really came in and went out; `total_total` is regardless of side."""
    credits = [fen for fen in moved if fen > 0]
    debits = [-fen for fen in moved if fen < 0]
    return {
        "total_count": len(moved),
        "total_total": sum(credits) + sum(debits),
        "credit_count": len(credits),
        "credit_total": sum(credits),
        "debit_count": len(debits),
        "debit_total": sum(debits),
    }
