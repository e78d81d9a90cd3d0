"""What an export says around its lines: account, dates, balances, counts. 表头信息"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.bank.codec.ebank.cells import (
    count_of,
    days_in,
    fen_of,
    moment_of,
    number_text_of,
    text_of,
)
from connectors.bank.codec.ebank.grid import Value
from connectors.bank.codec.ebank.options import EbankOptions
from connectors.bank.codec.ebank.table import Table
from connectors.bank.codec.ebank.unreadable import BadCell, Unreadable
from connectors.bank.model import StatementLine
from gateway.errors import Code, Finding


@dataclass(frozen=True, slots=True)
class Said:
    """What stands around the lines; None and absent where nothing is said.

    `totals` are the bank's own counts and sums, by credit and debit column.
    """

    account: str
    day: date
    opening: int | None
    closing: int | None
    totals: Mapping[str, int]


_TOTALS: Mapping[str, Callable[[Value, EbankOptions], Any]] = {
    "total_count": count_of,
    "credit_count": count_of,
    "credit_total": fen_of,
    "debit_count": count_of,
    "debit_total": fen_of,
}


def said_of(table: Table, lines: Sequence[StatementLine], options: EbankOptions) -> Said:
    """Read every label. Raises Unreadable at one that does not say what it must."""
    labels = _Labels(table, options)
    totals = {name: labels.read(name, reader) for name, reader in _TOTALS.items()}
    _currency(labels, options)
    return Said(
        account=_account(labels, table, options),
        day=_day(labels, lines),
        opening=labels.read("opening", fen_of),
        closing=labels.read("closing", fen_of),
        totals={name: value for name, value in totals.items() if value is not None},
    )


class _Labels:
    def __init__(self, table: Table, options: EbankOptions) -> None:
        self._table, self._options = table, options

    def read(self, name: str, reader: Callable[[Value, EbankOptions], Any]) -> Any:
        """The value of a label; None when it is not there."""
        if name not in self._table.labels:
            return None
        try:
            return reader(self._table.labels[name][1].value, self._options)
        except BadCell as bad:
            raise self.bad(bad.code, name) from bad

    def bad(self, code: Code, name: str) -> Unreadable:
        """The error of a label, under the bank's own word; one that is missing has no place."""
        title = self._options.labels.get(name, (name,))[0]
        return Unreadable(Finding(code, *self._table.place(name), title))


def _account(labels: _Labels, table: Table, options: EbankOptions) -> str:
    """The account above the lines, or the one in every line; a masked one stays masked."""
    above: str | None = labels.read("account", number_text_of)
    if above:
        return above
    if "account" not in table.columns:
        raise labels.bad(Code.FIELD_EMPTY, "account")
    column = table.columns["account"]
    try:
        found = {number_text_of(row.at(column).value, options) for row in table.data}
    except BadCell as bad:
        raise labels.bad(bad.code, "account") from bad
    if len(found) != 1 or "" in found:
        code = Code.STATEMENT_NOT_ALONE if len(found) > 1 else Code.FIELD_EMPTY
        raise labels.bad(code, "account")
    return found.pop()


def _currency(labels: _Labels, options: EbankOptions) -> None:
    word = labels.read("currency", text_of)
    if word is not None and word not in options.currency_words:
        raise labels.bad(Code.VALUE_NOT_ALLOWED, "currency")


def _day(labels: _Labels, lines: Sequence[StatementLine]) -> date:
    """The business date: the one that is told, the last of the period, else the last line's."""
    day: tuple[date, Any] | None = labels.read("day", moment_of)
    if day is not None:
        return day[0]
    period: tuple[date, date] | None = labels.read("period", days_in)
    booked = [line.booked_on for line in lines if line.booked_on is not None]
    if period is not None:
        if any(not period[0] <= each <= period[1] for each in booked):
            raise labels.bad(Code.VALUE_NOT_ALLOWED, "period")
        return period[1]
    if not booked:
        raise labels.bad(Code.FIELD_EMPTY, "day")
    return max(booked)
