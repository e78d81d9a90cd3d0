"""One row of an export → one line of ours: which way the money went, who, why. 明细行"""

from collections.abc import Callable
from datetime import date, time
from typing import Any

from connectors.bank.codec.ebank.cells import fen_of, moment_of, number_text_of, text_of, time_of
from connectors.bank.codec.ebank.grid import Row, Value
from connectors.bank.codec.ebank.options import EbankOptions
from connectors.bank.codec.ebank.table import Table
from connectors.bank.codec.ebank.unreadable import BadCell
from connectors.bank.model import StatementLine
from gateway.errors import Code, Finding

_Reader = Callable[[Value, EbankOptions], Any]


class BadRow(Exception):
    """A row that does not say what it must; carries the finding, never the text."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code.name)
        self.finding = finding


def line_of(row: Row, table: Table, options: EbankOptions) -> StatementLine:
    """Read one row. Raises BadRow at the first cell that cannot be believed."""
    cells = _Cells(row, table, options)
    cells.currency()
    day, moment = cells.moment()
    direction, fen = cells.moved()
    return StatementLine(
        line=row.line,
        serial=0,
        host_serial=cells.read("host_serial", number_text_of) or "",
        direction=direction,
        amount_fen=abs(fen),
        balance_fen=cells.needed("balance", fen_of) if "balance" in table.columns else None,
        other_account=cells.read("other_account", number_text_of) or "",
        other_name=cells.read("other_name", text_of) or "",
        summary=cells.read("summary", text_of) or "",
        reversal=fen < 0,
        booked_time=moment,
        booked_on=day,
        remark=cells.read("remark", text_of) or "",
        original_serial=cells.read("original_serial", number_text_of) or "",
    )


class _Cells:
    """The cells of one row by the names of their columns."""

    def __init__(self, row: Row, table: Table, options: EbankOptions) -> None:
        self._row, self._columns, self._options = row, table.columns, options

    def read(self, name: str, reader: _Reader) -> Any:
        """What a cell says; None when the bank has no such column."""
        if name not in self._columns:
            return None
        try:
            return reader(self._row.at(self._columns[name]).value, self._options)
        except BadCell as bad:
            raise self.bad(bad.code, name) from bad

    def needed(self, name: str, reader: _Reader) -> Any:
        """What a cell says that may not be empty."""
        found = self.read(name, reader)
        if found is None or found == "":
            raise self.bad(Code.FIELD_EMPTY, name)
        return found

    def bad(self, code: Code, name: str) -> BadRow:
        """The error of a cell, under the bank's own title."""
        column = self._row.at(self._columns[name]).column
        title = self._options.columns[name][0]
        return BadRow(Finding(code, self._row.line, column, title))

    def currency(self) -> None:
        """The currency column, where there is one, says one of the agreed words."""
        word = self.read("currency", text_of)
        if word is not None and word not in self._options.currency_words:
            raise self.bad(Code.VALUE_NOT_ALLOWED, "currency")

    def moment(self) -> tuple[date, time | None]:
        """Day and time, which stand in one cell or in two."""
        day, moment = self.needed("date", moment_of)
        return day, self.read("time", time_of) or moment

    def moved(self) -> tuple[str, int]:
        """The side that was booked and the amount on it, below zero for a reversal."""
        if "direction" in self._columns:
            side, fen = self._side(), self.needed("amount", fen_of)
        elif "amount" in self._columns:
            fen = self.needed("amount", fen_of)
            return ("D" if fen < 0 else "C"), abs(fen)
        else:
            side, fen = self._one_of_two()
        name = "amount" if "amount" in self._columns else {"C": "credit", "D": "debit"}[side]
        if fen < 0 and not self._options.negative_is_reversal:
            raise self.bad(Code.AMOUNT_FORMAT_WRONG, name)
        return side, fen

    def _side(self) -> str:
        word = self.needed("direction", text_of)
        if word in self._options.credit_words:
            return "C"
        if word in self._options.debit_words:
            return "D"
        raise self.bad(Code.VALUE_NOT_ALLOWED, "direction")

    def _one_of_two(self) -> tuple[str, int]:
        """Debit and credit columns: exactly one of them has an amount."""
        debit, credit = self.read("debit", fen_of), self.read("credit", fen_of)
        if debit and credit:
            raise self.bad(Code.VALUE_NOT_ALLOWED, "credit")
        if debit is None and credit is None:
            raise self.bad(Code.FIELD_EMPTY, "debit")
        return ("D", debit) if debit else ("C", credit or 0)
