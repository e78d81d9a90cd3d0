"""An export against itself: order by balances, totals by columns. 余额链与合计核对"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from connectors.bank.codec.ebank.cells import fen_of
from connectors.bank.codec.ebank.options import EbankOptions
from connectors.bank.codec.ebank.saying import Said
from connectors.bank.codec.ebank.table import Table
from connectors.bank.codec.ebank.unreadable import BadCell
from connectors.bank.codec.telling import TITLES, control_code, signed_fen
from connectors.bank.model import StatementLine
from gateway.errors import Code, Finding

_SIDES = {"credit": "C", "debit": "D"}


def order_findings(table: Table, lines: Sequence[StatementLine], said: Said) -> Iterator[Finding]:
    """Dates never fall, each balance follows from the one before; the first break ends it.

    Where neither opening nor closing is said, the other order must not hold as well: twins that
    cancel out read well both ways, and only one of the ways has the right closing balance.
    """
    for before, line in pairwise(lines):
        if _earlier(line, before):
            yield Finding(Code.SEQUENCE_BROKEN, line.line)
            return
    broken = _break(lines, said.opening)
    if broken is not None:
        yield Finding(Code.BALANCE_CHAIN_BROKEN, broken.line)
    elif said.opening is None and said.closing is None and _reads_both_ways(lines):
        yield Finding(Code.SEQUENCE_BROKEN, table.header)


def _earlier(line: StatementLine, before: StatementLine) -> bool:
    """Whether a line is told to be earlier; without a time a day is all that can be compared."""
    days, times = (line.booked_on, before.booked_on), (line.booked_time, before.booked_time)
    if days[0] is None or days[1] is None:
        return False
    if days[0] != days[1] or times[0] is None or times[1] is None:
        return days[0] < days[1]
    return times[0] < times[1]


def _break(lines: Sequence[StatementLine], opening: int | None) -> StatementLine | None:
    """The first line whose balance does not follow."""
    balance = opening
    for line in lines:
        if line.balance_fen is None:
            return None
        if balance is not None and balance + signed_fen(line) != line.balance_fen:
            return line
        balance = line.balance_fen
    return None


def _reads_both_ways(lines: Sequence[StatementLine]) -> bool:
    if len(lines) < 2 or _earlier(lines[0], lines[-1]):
        return False
    other_way = list(reversed(lines))
    return _break(other_way, None) is None and lines[0].balance_fen != lines[-1].balance_fen


def total_findings(
    table: Table, lines: Sequence[StatementLine], said: Said, options: EbankOptions
) -> Iterator[Finding]:
    """Counts and sums above the lines, and the totals below them, by column."""
    computed = _totals(lines)
    for name, value in said.totals.items():
        if value != computed[name]:
            yield Finding(control_code(name), *table.place(name), TITLES[name])
    for row in table.totals:
        for side in _SIDES:
            if side not in table.columns:
                continue
            cell = row.at(table.columns[side])
            try:
                total = fen_of(cell.value, options)
            except BadCell as bad:
                yield Finding(bad.code, row.line, cell.column, TITLES[f"{side}_total"])
                continue
            if total is not None and total != computed[f"{side}_total"]:
                yield Finding(
                    Code.CONTROL_SUM_WRONG, row.line, cell.column, TITLES[f"{side}_total"]
                )


def _totals(lines: Sequence[StatementLine]) -> Mapping[str, int]:
    """By column, as banks add up: a reversal is one line more and its amount less."""
    found = {"total_count": len(lines)}
    for side, direction in _SIDES.items():
        column = [line for line in lines if line.direction == direction]
        found[f"{side}_count"] = len(column)
        found[f"{side}_total"] = sum(
            -line.amount_fen if line.reversal else line.amount_fen for line in column
        )
    return found
