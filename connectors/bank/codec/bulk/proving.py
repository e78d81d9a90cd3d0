"""What a file says of itself, added up over its blocks: totals, serials, balances. 控制总数"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from connectors.bank.codec.bulk.plain import NotPlain
from connectors.bank.codec.layouts import BalanceChain, Control, Layout


class Proof:
    """Adds up block after block; `require` holds the sums against header and trailer."""

    def __init__(self, layout: Layout, header: Mapping[str, Any]) -> None:
        self._layout = layout
        self._totals = dict.fromkeys((control.total for control in layout.controls), 0)
        self._serials: list[pl.Series] = []
        chain = layout.balance_chain
        self._balance: int = header[chain.opening] if chain else 0

    def add(self, lines: pl.DataFrame) -> None:
        """Take one block in. Raises NotPlain where sequence or balances break."""
        for control in self._layout.controls:
            self._totals[control.total] += _sum(control, lines)
        if self._layout.sequence is not None:
            self._require_sequence(lines)
        elif self._layout.unique is not None:
            self._serials.append(lines.get_column(self._layout.unique))
        if self._layout.balance_chain is not None:
            self._balance = _walked(self._layout.balance_chain, lines, self._balance)

    def require(self, trailer: Mapping[str, Any]) -> None:
        """Raises NotPlain when what the trailer says is not what the lines say."""
        if any(trailer[name] != total for name, total in self._totals.items()):
            raise NotPlain
        chain = self._layout.balance_chain
        if chain is not None and trailer[chain.closing] != self._balance:
            raise NotPlain
        serials = pl.concat(self._serials) if self._serials else pl.Series(dtype=pl.Int32)
        if serials.n_unique() != serials.len():
            raise NotPlain

    def _require_sequence(self, lines: pl.DataFrame) -> None:
        # the header is line 1, and the first detail has serial 1
        if (lines.get_column(self._layout.sequence or "") + 1 != lines.get_column("line")).any():
            raise NotPlain


def _sum(control: Control, lines: pl.DataFrame) -> int:
    counted = lines.select(_counts(control)).to_series() if control.where else None
    if control.of is None:
        return lines.height if counted is None else int(counted.sum())
    values = lines.get_column(control.of)
    return int((values if counted is None else values.filter(counted)).sum())


def _counts(control: Control) -> pl.Expr:
    value = pl.col(control.where or "")
    counts = pl.lit(value=True)
    if control.one_of is not None:
        counts &= value.is_in(list(control.one_of))
    if control.none_of is not None:
        counts &= ~value.is_in(list(control.none_of))
    return counts


def _walked(chain: BalanceChain, lines: pl.DataFrame, before: int) -> int:
    """The balance after the block. Raises NotPlain at a line whose balance is another."""
    if lines.is_empty():
        return before
    credited = pl.col(chain.direction) == chain.credit
    turned = pl.col(chain.reversal) == chain.reversed
    effect = pl.when(credited != turned).then(pl.col(chain.amount)).otherwise(-pl.col(chain.amount))
    walked = lines.select(said=pl.col(chain.balance), is_=effect.cum_sum() + before)
    if not walked.select((pl.col("said") == pl.col("is_")).all()).item():
        raise NotPlain
    return int(walked.get_column("is_")[-1])
