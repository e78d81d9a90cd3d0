"""Bytes of an e-banking export → its statement, proved by its balances. 网银明细解码"""

from collections.abc import Sequence

from connectors.bank.codec.ebank.grid import is_sheet, rows_of_sheet, rows_of_text
from connectors.bank.codec.ebank.lines import BadRow, line_of
from connectors.bank.codec.ebank.options import EbankOptions, Order
from connectors.bank.codec.ebank.proving import order_findings, total_findings
from connectors.bank.codec.ebank.saying import said_of
from connectors.bank.codec.ebank.table import Table, table_of
from connectors.bank.codec.ebank.unreadable import Unreadable
from connectors.bank.codec.telling import FINDINGS_MAX, Told, decoded, refused, signed_fen
from connectors.bank.model import DecodedFile, FileKind, StatementLine
from gateway.errors import Code, Finding

# labels, notes and totals around the lines
_ROWS_BESIDE = 1000
_KIND = FileKind.ACCOUNT_STATEMENT


def decode_all(options: EbankOptions, data: bytes, lines_max: int) -> tuple[DecodedFile, ...]:
    """The one statement of an export. Never raises for what is in it: faults are findings.

    `lines_max` bounds the lines.
    """
    try:
        table = _table(options, data, lines_max + _ROWS_BESIDE)
        lines, findings = _lines(table, options, lines_max)
        if findings:
            return (refused(_KIND, *findings),)
        return (_told(table, lines, options),)
    except (Unreadable, BadRow) as broken:
        return (refused(_KIND, broken.finding),)


def _table(options: EbankOptions, data: bytes, rows_max: int) -> Table:
    """The table, under the first of the agreed delimiters that shows its header row."""
    if is_sheet(data):
        return table_of(rows_of_sheet(data, rows_max), options)
    for delimiter in options.delimiters[:-1]:
        try:
            return table_of(rows_of_text(data, options.encoding, delimiter, rows_max), options)
        except Unreadable as broken:
            if broken.finding.code is not Code.HEADER_MISSING:
                raise
    last = options.delimiters[-1]
    return table_of(rows_of_text(data, options.encoding, last, rows_max), options)


def _lines(
    table: Table, options: EbankOptions, lines_max: int
) -> tuple[Sequence[StatementLine], Sequence[Finding]]:
    """The lines, oldest first, and what is wrong with any of them."""
    if len(table.data) > lines_max:
        return [], [Finding(Code.TOO_MANY_LINES, table.data[lines_max].line)]
    lines: list[StatementLine] = []
    findings: list[Finding] = []
    for row in table.data:
        try:
            lines.append(line_of(row, table, options))
        except BadRow as bad:
            findings.append(bad.finding)
            if len(findings) >= FINDINGS_MAX:
                break
    if options.order is Order.NEWEST_FIRST:
        lines.reverse()
    return lines, findings


def _told(table: Table, lines: Sequence[StatementLine], options: EbankOptions) -> DecodedFile:
    """What the export says of itself, held against its lines."""
    said = said_of(table, lines, options)
    findings = [*order_findings(table, lines, said), *total_findings(table, lines, said, options)]
    if findings:
        return refused(_KIND, *findings)
    opening, closing = said.opening, said.closing
    if lines and lines[0].balance_fen is not None:
        opening = lines[0].balance_fen - signed_fen(lines[0]) if opening is None else opening
        closing = lines[-1].balance_fen if closing is None else closing
    if not lines:
        # an empty day may show one balance, which is both
        opening, closing = _first(opening, closing), _first(closing, opening)
    if opening is None or closing is None:
        return refused(_KIND, Finding(Code.FIELD_EMPTY, table.header, field="余额"))
    place = Finding(Code.BALANCE_CHAIN_BROKEN, *table.place("closing"))
    return decoded(Told(_KIND, said.account, said.day, opening, closing, lines, closing=place))


def _first(one: int | None, other: int | None) -> int | None:
    return other if one is None else one
