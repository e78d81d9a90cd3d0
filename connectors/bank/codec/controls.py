"""What a file says of itself: control totals, sequence, running balance. 控制总数与余额链"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from connectors.bank.codec.layouts import BalanceChain, Control, Layout
from gateway.errors import Code, Finding


class ReadLine(Protocol):
    """A line as the reader gives it."""

    @property
    def number(self) -> int:
        """Its place in the file."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Its fields."""


def control_findings(
    layout: Layout, header: Mapping[str, Any], details: Sequence[ReadLine], trailer: ReadLine
) -> Iterator[Finding]:
    """Every control that does not hold, at the line where a person will look."""
    titles = {field.name: field.title for field in layout.trailer.fields}
    for control in layout.controls:
        if _computed(control, details) != trailer.values[control.trailer]:
            code = Code.CONTROL_SUM_WRONG if control.is_sum else Code.CONTROL_COUNT_WRONG
            yield Finding(code, trailer.number, field=titles[control.trailer])
    if layout.unique is not None:
        yield from _repeated(layout.unique, details)
    if layout.sequence is not None:
        yield from _gap(layout.sequence, details)
    if layout.balance_chain is not None:
        yield from _chain(layout.balance_chain, header, details, trailer)


def _computed(control: Control, details: Sequence[ReadLine]) -> int:
    chosen = [line.values for line in details if _counts(control, line.values)]
    return sum(values[control.of] for values in chosen) if control.of else len(chosen)


def _counts(control: Control, values: Mapping[str, Any]) -> bool:
    if control.where is None:
        return True
    value = values[control.where]
    if control.one_of is not None and value not in control.one_of:
        return False
    return control.none_of is None or value not in control.none_of


def _repeated(name: str, details: Sequence[ReadLine]) -> Iterator[Finding]:
    """Every line whose serial stood on a line before."""
    seen: set[int] = set()
    for line in details:
        serial = line.values[name]
        if serial in seen:
            yield Finding(Code.SERIAL_REPEATED, line.number)
        seen.add(serial)


def _gap(name: str, details: Sequence[ReadLine]) -> Iterator[Finding]:
    """The first line whose serial is not the next one, from 1."""
    for expected, line in enumerate(details, start=1):
        if line.values[name] != expected:
            yield Finding(Code.SEQUENCE_BROKEN, line.number)
            return


def _chain(
    chain: BalanceChain,
    header: Mapping[str, Any],
    details: Sequence[ReadLine],
    trailer: ReadLine,
) -> Iterator[Finding]:
    """Opening plus every line is the balance beside it, and the last one is the closing."""
    balance = header[chain.opening]
    for line in details:
        values = line.values
        sign = 1 if values[chain.direction] == chain.credit else -1
        if values[chain.reversal] == chain.reversed:
            sign = -sign
        balance += sign * values[chain.amount]
        if balance != values[chain.balance]:
            yield Finding(Code.BALANCE_CHAIN_BROKEN, line.number)
            return
    if balance != trailer.values[chain.closing]:
        yield Finding(Code.BALANCE_CHAIN_BROKEN, trailer.number)
