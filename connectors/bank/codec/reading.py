"""Bytes → values: a file read by its layout, every fault named with line and column. 解码"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from connectors.bank.codec.controls import control_findings
from connectors.bank.codec.fields import BadField, read_field
from connectors.bank.codec.layouts import Layout, Record
from connectors.bank.model import (
    DecodedFile,
    DeductionResult,
    FileHeader,
    FileKind,
    StatementLine,
)
from gateway.errors import Code, Finding

# A clerk reads the first ones; a file of rubbish shall not make a list of a million.
FINDINGS_MAX = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One line read: where it stands, which record it is, its typed fields by name."""

    number: int
    record: Record
    values: Mapping[str, Any]


def decode(layout: Layout, data: bytes, lines_max: int) -> DecodedFile:
    """Read a whole file. Never raises for what is in it: faults are findings, in file order."""
    findings: list[Finding] = []
    lines = list(_lines(layout, data, lines_max, findings))
    findings += _order_findings(layout, lines, tuple(findings))
    if not findings:
        findings += control_findings(layout, lines[0].values, _details(layout, lines), lines[-1])
    findings.sort(key=lambda finding: (finding.line or 1 << 30, finding.column))
    return _decoded(layout, lines, tuple(findings[:FINDINGS_MAX]))


def _details(layout: Layout, lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.record is layout.detail]


def _lines(layout: Layout, data: bytes, lines_max: int, findings: list[Finding]) -> Iterator[Line]:
    # one row more than allowed is enough to know; a file of line ends alone makes no list of them
    rows = data.split(layout.newline.encode(), lines_max + 1)
    if len(rows) > lines_max + 1 or (len(rows) > lines_max and rows[-1]):
        findings.append(Finding(Code.TOO_MANY_LINES, line=lines_max + 1))
    elif rows[-1] or len(rows) == 1:
        findings.append(Finding(Code.LINE_UNFINISHED, line=len(rows)))
    else:
        rows.pop()
    for number, row in enumerate(rows[:lines_max], start=1):
        if len(findings) >= FINDINGS_MAX:
            return
        line = _line(layout, number, row, findings)
        if line is not None:
            yield line


def _line(layout: Layout, number: int, row: bytes, findings: list[Finding]) -> Line | None:
    try:
        text = row.decode(layout.encoding)
    except UnicodeDecodeError as broken:
        findings.append(Finding(Code.ENCODING_INVALID, number, broken.start + 1))
        return None
    if "\r" in text or "\n" in text:
        findings.append(Finding(Code.LINE_END_WRONG, number))
        return None
    tag, *fields = text.split(layout.delimiter)
    record = _record(layout, tag)
    if record is None:
        findings.append(Finding(Code.RECORD_UNKNOWN, number, 1))
        return None
    # fields are ended, not only separated: after the last delimiter stands nothing
    if len(fields) != len(record.fields) + 1 or fields[-1]:
        findings.append(Finding(Code.FIELD_COUNT_WRONG, number))
        return None
    return Line(number, record, _values(layout, record, (number, tag, fields), findings))


def _record(layout: Layout, tag: str) -> Record | None:
    records = (layout.detail, layout.header, layout.trailer)
    return next((record for record in records if record.tag == tag), None)


def _values(
    layout: Layout, record: Record, row: tuple[int, str, list[str]], findings: list[Finding]
) -> dict[str, Any]:
    number, tag, fields = row
    values = {}
    for index, field in enumerate(record.fields):
        try:
            values[field.name] = read_field(field, fields[index], layout.encoding)
        except BadField as bad:
            before = layout.delimiter.join([tag, *fields[:index], ""])
            column = len(before.encode(layout.encoding)) + 1
            findings.append(Finding(bad.code, number, column, field.title))
    return values


def _order_findings(
    layout: Layout, lines: list[Line], before: Sequence[Finding]
) -> Iterator[Finding]:
    """One header first, one trailer last, nothing after it.

    Only what was read can be missing: a first line that is broken is named as that, and after
    reading was given up nobody knows what would have stood at the end.
    """
    broken = {finding.line for finding in before if finding.code is not Code.RECORD_UNKNOWN}
    headed = lines and lines[0].record is layout.header and lines[0].number == 1
    if not headed and 1 not in broken:
        yield Finding(Code.HEADER_MISSING, line=1)
    for line in lines[1:]:
        if line.record is layout.header:
            yield Finding(Code.RECORD_UNKNOWN, line.number, 1)
    given_up = len(before) >= FINDINGS_MAX or any(f.code is Code.TOO_MANY_LINES for f in before)
    trailers = [line.number for line in lines if line.record is layout.trailer]
    if not trailers and not given_up:
        yield Finding(Code.TRAILER_MISSING, line=lines[-1].number + 1 if lines else 1)
    elif trailers and trailers[0] != lines[-1].number:
        yield Finding(Code.DATA_AFTER_TRAILER, line=trailers[0] + 1)


def _decoded(layout: Layout, lines: list[Line], findings: tuple[Finding, ...]) -> DecodedFile:
    """Values only of a faultless file: a half-read one is its findings and nothing else."""
    if findings:
        return DecodedFile(layout.kind, None, findings=findings)
    head, details, tail = lines[0].values, _details(layout, lines), lines[-1].values
    header = FileHeader(
        bank=head["bank"],
        account_number=head["account_number"],
        business_date=head["business_date"],
        batch_no=head.get("batch_no", ""),
        opening_fen=head.get("opening", 0),
    )
    controls = {name: value for name, value in tail.items() if isinstance(value, int)}
    if layout.kind is FileKind.DEDUCTION_RESULT:
        results = tuple(_result(line, header.batch_no) for line in details)
        return DecodedFile(layout.kind, header, results=results, controls=controls)
    if layout.kind is FileKind.ACCOUNT_STATEMENT:
        statement = tuple(_statement_line(layout, line) for line in details)
        controls["opening"] = header.opening_fen
        return DecodedFile(layout.kind, header, statement=statement, controls=controls)
    return DecodedFile(layout.kind, header, controls=controls)


def _result(line: Line, batch_no: str) -> DeductionResult:
    v = line.values
    host_date: date | None = v["host_date"]
    return DeductionResult(
        line=line.number,
        serial=v["serial"],
        batch_no=batch_no,
        loan_no=v["loan_no"],
        instalment_no=v["instalment_no"],
        payer_account=v["payer_account"],
        payer_name=v["payer_name"],
        asked_fen=v["asked"],
        taken_fen=v["taken"],
        full_flag=v["full_flag"],
        code=v["code"],
        message=v["message"],
        host_date=host_date,
        host_serial=v["host_serial"],
    )


def _statement_line(layout: Layout, line: Line) -> StatementLine:
    v, chain = line.values, layout.balance_chain
    booked: time = v["booked_time"]
    credited = chain is not None and v[chain.direction] == chain.credit
    return StatementLine(
        line=line.number,
        serial=v["serial"],
        host_serial=v["host_serial"],
        direction="C" if credited else "D",
        amount_fen=v["amount"],
        balance_fen=v["balance"],
        other_account=v["other_account"],
        other_name=v["other_name"],
        summary=v["summary"],
        reversal=chain is not None and v["reversal"] == chain.reversed,
        booked_time=booked,
    )
