"""Files of lines → values: every fault named with line and column. 按行解码"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.bank.codec.balances import Effects, effects
from connectors.bank.codec.building import built
from connectors.bank.codec.controls import Whole, control_findings
from connectors.bank.codec.cutting import BadLine, Cut, column, cut, unpadded
from connectors.bank.codec.fields import BadField, read_field
from connectors.bank.codec.layouts import ABSENT, Form, Layout, Record
from connectors.bank.codec.quirks import plain
from connectors.bank.model import DecodedFile
from gateway.errors import Code, Finding

# A clerk reads the first ones; a file of rubbish shall not make a list of a million.
FINDINGS_MAX = 100
# What may be wrong with one line and leave the others as they are.
_OF_ONE_LINE = frozenset(
    {
        Code.ENCODING_INVALID, Code.CHARACTER_SPLIT, Code.LINE_LENGTH_WRONG, Code.LINE_END_WRONG,
        Code.FIELD_COUNT_WRONG, Code.FIELD_EMPTY, Code.FIELD_TOO_LONG, Code.FIELD_FORMAT_WRONG,
        Code.AMOUNT_FORMAT_WRONG, Code.DATE_FORMAT_WRONG, Code.VALUE_NOT_ALLOWED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line read: where it stands, which record it is, its typed fields by name."""

    number: int
    record: Record
    values: Mapping[str, Any]


@dataclass(slots=True)
class _Read:
    """What has been read so far; filled as reading goes on."""

    lines: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    held: list[Finding] = field(default_factory=list)
    ends: set[int] = field(default_factory=set)  # lines that are header or trailer
    quirks: Counter[str] = field(default_factory=Counter)

    @property
    def given_up(self) -> bool:
        """So much is wrong that nobody reads on."""
        return len(self.findings) >= FINDINGS_MAX


def decode_lines(
    layout: Layout, data: bytes, lines_max: int, told: Mapping[str, int]
) -> DecodedFile:
    """Read a delimited or fixed file. Never raises for what is in it."""
    read = _Read()
    _read_rows(layout, _rows(layout, data, lines_max, read), read)
    read.findings += _order_findings(layout, read)
    _hold(layout, read)
    if read.findings:
        return _refused(layout, read)
    whole = _whole(layout, read, told)
    found: Effects = {}
    read.findings += control_findings(layout, whole)
    if layout.balance_chain is not None:
        found, contradicted = effects(layout.balance_chain, whole)
        read.findings += contradicted
    if read.findings:
        return _refused(layout, read)
    return built(layout, whole, found, (tuple(read.held), dict(read.quirks)))


def header_reads(layout: Layout, data: bytes) -> bool:
    """Is the first line the header of this layout, with nothing wrong in it?"""
    read = _Read()
    first = data[: data.find(layout.newline.encode()) + 1 or None]
    _read_rows(layout, [first.rstrip(b"\r\n")], read)
    return not read.findings and read.lines[0].record is layout.header


def _refused(layout: Layout, read: _Read) -> DecodedFile:
    """No values: a half-read file is its findings, in file order, and nothing else."""
    findings = sorted(read.findings, key=lambda each: (each.line or 1 << 30, each.column))
    return DecodedFile(layout.kind, None, findings=tuple(findings[:FINDINGS_MAX]))


def _rows(layout: Layout, data: bytes, lines_max: int, read: _Read) -> Sequence[bytes]:
    # one row more than allowed is enough to know; a file of line ends alone makes no list of them
    rows = data.split(layout.newline.encode(), lines_max + 1)
    if len(rows) > lines_max + 1 or (len(rows) > lines_max and rows[-1]):
        read.findings.append(Finding(Code.TOO_MANY_LINES, line=lines_max + 1))
    elif rows[-1] or (len(rows) == 1 and not _may_be_empty(layout)):
        read.findings.append(Finding(Code.LINE_UNFINISHED, line=len(rows)))
    else:
        rows.pop()
    return rows[:lines_max]


def _may_be_empty(layout: Layout) -> bool:
    """Without header and trailer, no bytes at all are a file of no lines."""
    return layout.header is ABSENT and layout.trailer is ABSENT


def _read_rows(layout: Layout, rows: Sequence[bytes], read: _Read) -> None:
    for number, row in enumerate(rows, start=1):
        if read.given_up:
            return
        try:
            line = cut(layout, number, row)
        except BadLine as bad:
            read.findings.append(Finding(bad.code, number, bad.column))
            if bad.record not in (None, layout.detail):
                read.ends.add(number)
            continue
        if line.record is not layout.detail:
            read.ends.add(number)
        read.lines.append(Line(number, line.record, _values(layout, number, line, read)))


def _values(layout: Layout, number: int, line: Cut, read: _Read) -> dict[str, Any]:
    values = {}
    for index, one in enumerate(line.record.fields):
        text = line.texts[index]
        try:
            if layout.form is Form.FIXED:
                text = unpadded(one, text)
            if layout.quirks:
                text = plain(layout.quirks, one.name, text, read.quirks)
            values[one.name] = read_field(one, text, layout.encoding)
        except BadField as bad:
            place = column(layout, line, index)
            read.findings.append(Finding(bad.code, number, place, one.title))
    return values


def _order_findings(layout: Layout, read: _Read) -> Iterator[Finding]:
    """One header first, one trailer last, nothing after it, where the layout has them.

    Only what was read can be missing: a first line that is broken is named as that, and after
    reading was given up nobody knows what would have stood at the end.
    """
    before = tuple(read.findings)
    if layout.header is not ABSENT:
        yield from _header_findings(layout, read.lines, before)
    if layout.trailer is not ABSENT:
        yield from _trailer_findings(layout, read.lines, before)


def _header_findings(
    layout: Layout, lines: Sequence[Line], before: Sequence[Finding]
) -> Iterator[Finding]:
    broken = {finding.line for finding in before if finding.code is not Code.RECORD_UNKNOWN}
    headed = lines and lines[0].record is layout.header and lines[0].number == 1
    if not headed and 1 not in broken:
        yield Finding(Code.HEADER_MISSING, line=1)
    for line in lines[1:]:
        if line.record is layout.header:
            yield Finding(Code.RECORD_UNKNOWN, line.number, 1)


def _trailer_findings(
    layout: Layout, lines: Sequence[Line], before: Sequence[Finding]
) -> Iterator[Finding]:
    given_up = len(before) >= FINDINGS_MAX or any(f.code is Code.TOO_MANY_LINES for f in before)
    trailers = [line.number for line in lines if line.record is layout.trailer]
    if not trailers and not given_up:
        seen = [line.number for line in lines] + [finding.line for finding in before]
        yield Finding(Code.TRAILER_MISSING, line=max(seen, default=0) + 1)
    elif trailers and trailers[0] != lines[-1].number:
        yield Finding(Code.DATA_AFTER_TRAILER, line=trailers[0] + 1)


def _hold(layout: Layout, read: _Read) -> None:
    """Put the faults of single detail lines aside, where the layout lets the others stand."""
    if not layout.hold_lines or read.given_up:
        return
    ends = read.ends | ({1} if layout.header is not ABSENT else set())
    read.held = [f for f in read.findings if f.code in _OF_ONE_LINE and f.line not in ends]
    read.findings = [finding for finding in read.findings if finding not in read.held]


def _whole(layout: Layout, read: _Read, told: Mapping[str, int]) -> Whole:
    held = frozenset(finding.line for finding in read.held)
    details = [
        line for line in read.lines if line.record is layout.detail and line.number not in held
    ]
    return Whole(
        header=read.lines[0] if layout.header is not ABSENT else None,
        details=details,
        trailer=read.lines[-1] if layout.trailer is not ABSENT else None,
        told=told,
        held=held,
    )
