"""Bytes of a camt message → its statements, one DecodedFile each. camt 解码"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from connectors.bank.codec.camt.entries import Standing, read_entry
from connectors.bank.codec.camt.options import CamtOptions
from connectors.bank.codec.camt.statements import Page, told_of
from connectors.bank.codec.camt.values import truth_in
from connectors.bank.codec.elements import BadElement, Element, Source, Step, Unreadable, stream
from connectors.bank.codec.telling import FINDINGS_MAX, decoded, refused
from connectors.bank.model import DecodedFile, FileKind
from gateway.errors import Code, Finding

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.(05[234])\.001\.(0[2-9]|1[0-3])")
# What stands around the statements of each message.
_MESSAGES = {
    "052": ("BkToCstmrAcctRpt", "Rpt", FileKind.ACCOUNT_DETAILS),
    "053": ("BkToCstmrStmt", "Stmt", FileKind.ACCOUNT_STATEMENT),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn", FileKind.ACCOUNT_DETAILS),
}
_CONTAINERS = frozenset(name for message in _MESSAGES.values() for name in message[:2])
_BESIDE = frozenset({"GrpHdr", "SplmtryData"})
# elements around the entries: a statement has some hundred, a message some thousand statements
_AROUND_MAX = 200_000


@dataclass(slots=True)
class _Message:
    """What was read so far of one file."""

    source: Source
    options: CamtOptions
    lines_max: int
    kind: FileKind = FileKind.ACCOUNT_STATEMENT
    namespace: str = ""
    version: int = 0
    expected: tuple[str, ...] = ()
    open: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    around: int = 0


def decode_all(options: CamtOptions, data: bytes, lines_max: int) -> tuple[DecodedFile, ...]:
    """Every statement of a message. Never raises for what is in it: faults are findings.

    A fault anywhere refuses the whole message, as one DecodedFile of findings. `lines_max` bounds
    the entries.
    """
    kind = FileKind.ACCOUNT_STATEMENT
    try:
        message = _Message(Source(data), options, lines_max)
        for step, element in stream(message.source, _CONTAINERS):
            _take(message, step, element)
        kind = message.kind
    except Unreadable as broken:
        return (refused(kind, broken.finding),)
    if not message.pages and not message.findings:
        message.findings.append(Finding(Code.HEADER_MISSING, 1))
    if message.findings:
        return (refused(kind, *message.findings),)
    return tuple(_statements(message))


def _take(message: _Message, step: Step, element: Element) -> None:
    """One step of the stream; an element's fault is a finding and reading goes on."""
    if len(message.findings) >= FINDINGS_MAX:
        raise Unreadable(message.findings[0])
    try:
        _STEPS[step](message, element)
    except BadElement as bad:
        message.findings.append(message.source.of(bad))


def _opens(message: _Message, element: Element) -> None:
    _bound(message, element)
    if "xmlns" in element.attributes:
        _recognise(message, element)
    elif message.expected:
        depth = len(message.open) - 1
        if message.expected[depth : depth + 1] != (element.name,):
            raise Unreadable(message.source.of(BadElement(Code.RECORD_UNKNOWN, element, "")))
        if depth + 1 == len(message.expected):
            message.pages.append(Page(element))
    if message.expected:
        message.open.append(element.name)


def _bound(message: _Message, element: Element) -> None:
    """Whatever is no line costs time, and room to the end: it is counted too."""
    message.around += element.size()
    if message.around > _AROUND_MAX:
        raise Unreadable(message.source.finding(Code.TOO_MANY_LINES, element.line, element.at))


def _recognise(message: _Message, document: Element) -> None:
    """The namespace decides what this is and in which version; only these are known."""
    namespace = document.attributes["xmlns"]
    known = _NAMESPACE.fullmatch(namespace)
    if known is None or message.namespace not in ("", namespace):
        raise Unreadable(message.source.of(BadElement(Code.RECORD_UNKNOWN, document, "命名空间")))
    *expected, message.kind = _MESSAGES[known[1]]
    message.namespace, message.version = namespace, int(known[2])
    message.expected = tuple(expected)


def _closes(message: _Message, _: Element) -> None:
    if message.open:
        message.open.pop()
    if not message.open:
        message.expected = ()


def _record(message: _Message, element: Element) -> None:
    inside = len(message.open) - 1
    if inside < len(message.expected):
        if inside < 1 or element.name not in _BESIDE:
            raise BadElement(Code.RECORD_UNKNOWN, element, "")
        _bound(message, element)
        _whole(message, element)
        return
    page = message.pages[-1]
    if element.name != "Ntry":
        _bound(message, element)
        page.keep(element)
        return
    _entry(message, page, element)


def _whole(message: _Message, header: Element) -> None:
    """Where no balance proves the lines, a message of several is refused: one may be missing."""
    if message.kind is FileKind.ACCOUNT_STATEMENT:
        return
    for pages in header.all("MsgPgntn"):
        if pages.first("PgNb").lstrip("0") != "1" or not truth_in(pages, "LastPgInd", "末页标志"):
            raise BadElement(Code.PAGE_MISSING, pages, "")


def _entry(message: _Message, page: Page, element: Element) -> None:
    currency = page.currency(element, message.options)
    entry = read_entry(element, currency, message.version, message.options)
    # an announced entry is no line, and still one more thing read
    message.count += max(1, len(entry.lines))
    if message.count > message.lines_max:
        raise Unreadable(message.source.finding(Code.TOO_MANY_LINES, element.line, element.at))
    if entry.standing is Standing.PENDING:
        page.announced.append(entry.fen)
    else:
        page.moved.append(entry.fen)
        page.lines.extend(entry.lines)


_STEPS = {Step.OPENS: _opens, Step.CLOSES: _closes, Step.RECORD: _record}


def _statements(message: _Message) -> Iterator[DecodedFile]:
    """Pages joined to statements, each held against its balances."""
    try:
        told = [
            told_of(message.kind, pages, message.source, message.options)
            for pages in _joined(message)
        ]
    except BadElement as bad:
        yield refused(message.kind, message.source.of(bad))
        return
    yield from map(decoded, told)


def _joined(message: _Message) -> Sequence[Sequence[Page]]:
    """A page that says it is not the last takes the next one of its account with it."""
    statements: list[list[Page]] = []
    for page in message.pages:
        before = statements[-1][-1] if statements else None
        if before is not None and before.continues_in(page):
            statements[-1].append(page)
        else:
            statements.append([page])
    return statements
