"""The fields of a block → the columns of our values, by kind of file. 值"""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from connectors.bank.codec.layouts import BalanceChain, Layout
from connectors.bank.model import FileKind
from connectors.bank.model.lines import RESULT_LINE, STATEMENT_LINE

Values = Mapping[str, Any]
# The columns of a kind's lines.
COLUMNS = {
    FileKind.DEDUCTION_RESULT: RESULT_LINE,
    FileKind.ACCOUNT_STATEMENT: STATEMENT_LINE,
}


def lines_of(layout: Layout, header: Values, lines: pl.DataFrame) -> pl.DataFrame:
    """A block as frames of DeductionResult or StatementLine, with their names and types."""
    return _KINDS[layout.kind](layout, header, lines)


def _results(layout: Layout, header: Values, lines: pl.DataFrame) -> pl.DataFrame:
    named = lines.rename({"asked": "asked_fen", "taken": "taken_fen"}, strict=False)
    return _completed(
        named.with_columns(batch_no=pl.lit(header["batch_no"], pl.String)), RESULT_LINE
    )


def _statement(layout: Layout, header: Values, lines: pl.DataFrame) -> pl.DataFrame:
    chain = layout.balance_chain
    if chain is None:
        raise ValueError("a statement's layout has a balance chain")
    return _completed(
        lines.rename({"amount": "amount_fen", "balance": "balance_fen"}).with_columns(
            direction=_direction(chain), reversal=pl.col(chain.reversal) == chain.reversed
        ),
        STATEMENT_LINE,
    )


def _direction(chain: BalanceChain) -> pl.Expr:
    credited = pl.col(chain.direction) == chain.credit
    return pl.when(credited).then(pl.lit("C")).otherwise(pl.lit("D"))


def _completed(lines: pl.DataFrame, columns: Mapping[str, Any]) -> pl.DataFrame:
    """All columns of a value in their order; what the dialect does not say is empty or null."""
    unsaid = {
        name: pl.lit("" if kind == pl.String else None, kind)
        for name, kind in columns.items()
        if name not in lines.columns
    }
    return lines.with_columns(**unsaid).select(
        pl.col(name).cast(kind) for name, kind in columns.items()
    )


_KINDS: dict[FileKind, Callable[[Layout, Values, pl.DataFrame], pl.DataFrame]] = {
    FileKind.DEDUCTION_RESULT: _results,
    FileKind.ACCOUNT_STATEMENT: _statement,
}
