"""A proved file's lines → our values, by kind of file. 构造值"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from connectors.bank.codec.balances import Effects, is_reversal
from connectors.bank.codec.controls import ReadLine, Whole, computed
from connectors.bank.codec.layouts import Layout, Place
from connectors.bank.model import (
    DecodedFile,
    DeductionRequestLine,
    DeductionResult,
    FileHeader,
    FileKind,
    SplitLine,
    StatementLine,
)
from gateway.errors import Finding

Values = Mapping[str, Any]


def built(
    layout: Layout,
    whole: Whole,
    effects: Effects,
    left: tuple[Sequence[Finding], Mapping[str, int]],
) -> DecodedFile:
    """The file as values; `left` are the lines held and the habits undone."""
    header = _header(whole.header.values) if whole.header else None
    held, quirks = left
    return DecodedFile(
        kind=layout.kind,
        header=header,
        controls=_controls(layout, whole),
        held=held,
        quirks=quirks,
        **_LINES.get(layout.kind, _no_lines)(layout, whole, effects),
    )


def _header(values: Values) -> FileHeader:
    return FileHeader(
        bank=values.get("bank", ""),
        account_number=values.get("account_number", ""),
        business_date=values["business_date"],
        batch_no=values.get("batch_no", ""),
        opening_fen=values.get("opening", 0),
    )


def _controls(layout: Layout, whole: Whole) -> dict[str, int]:
    """Every number of the trailer, every control total of header and lines, the opening balance."""
    tail = whole.trailer.values if whole.trailer else {}
    controls = {name: value for name, value in tail.items() if isinstance(value, int)}
    rows = [line.values for line in whole.details]
    for control in layout.controls:
        if control.place is not Place.TRAILER:
            declared, _ = whole.declared(control)
            controls[control.total] = computed(control, rows) if declared is None else declared
    if whole.header and "opening" in whole.header.values:
        controls["opening"] = whole.header.values["opening"]
    return controls


def _no_lines(layout: Layout, whole: Whole, effects: Effects) -> dict[str, Any]:
    return {}


def _results(layout: Layout, whole: Whole, effects: Effects) -> dict[str, Any]:
    batch_no = whole.header.values["batch_no"] if whole.header else ""
    return {"results": tuple(_result(layout, line, batch_no) for line in whole.details)}


def _result(layout: Layout, line: ReadLine, batch_no: str) -> DeductionResult:
    v = line.values
    return DeductionResult(
        line=line.number,
        serial=v["serial"],
        batch_no=batch_no,
        loan_no=v.get("loan_no", ""),
        instalment_no=v.get("instalment_no"),
        payer_account=v["payer_account"],
        payer_name=v["payer_name"],
        asked_fen=v.get("asked"),
        taken_fen=_taken(layout, v),
        full_flag=v.get("full_flag", ""),
        code=v["code"],
        message=v["message"],
        host_date=v["host_date"],
        host_serial=v["host_serial"],
    )


def _taken(layout: Layout, values: Values) -> int:
    taken = layout.taken
    if taken is None:
        return int(values["taken"])
    return int(values[taken.of]) if values[taken.where] in taken.one_of else 0


def _statement(layout: Layout, whole: Whole, effects: Effects) -> dict[str, Any]:
    return {"statement": tuple(_statement_line(layout, line, effects) for line in whole.details)}


def _statement_line(layout: Layout, line: ReadLine, effects: Effects) -> StatementLine:
    v, chain = line.values, layout.balance_chain
    if chain is None:
        raise ValueError("a statement's layout has a balance chain")
    turned = is_reversal(chain, v)
    credited = (effects[line.number] >= 0) is not turned
    if chain.direction:
        credited = v[chain.direction] == chain.credit
    return StatementLine(
        line=line.number,
        serial=v["serial"],
        host_serial=v["host_serial"],
        direction="C" if credited else "D",
        amount_fen=abs(v["amount"]),
        balance_fen=v.get("balance"),
        other_account=v["other_account"],
        other_name=v["other_name"],
        summary=v["summary"],
        reversal=turned,
        booked_time=v.get("booked_time"),
        booked_on=v.get("booked_on"),
        remark=v.get("remark", ""),
        original_serial=v.get("original_serial", ""),
        account_number=v.get("account_number", ""),
    )


def _requests(layout: Layout, whole: Whole, effects: Effects) -> dict[str, Any]:
    return {"requests": tuple(_filled(DeductionRequestLine, line) for line in whole.details)}


def _splits(layout: Layout, whole: Whole, effects: Effects) -> dict[str, Any]:
    return {"splits": tuple(_filled(SplitLine, line) for line in whole.details)}


def _filled(value: type[Any], line: ReadLine) -> Any:
    """A value of ours; layouts name an amount without saying that it is in fen."""
    names = {field.name: field.name.removesuffix("_fen") for field in fields(value)}
    there = {own: name for own, name in names.items() if name in line.values}
    return value(**{own: line.values[name] for own, name in there.items()})


_LINES: dict[FileKind, Callable[[Layout, Whole, Effects], dict[str, Any]]] = {
    FileKind.DEDUCTION_RESULT: _results,
    FileKind.ACCOUNT_STATEMENT: _statement,
    FileKind.ACCOUNT_DETAILS: _statement,
    FileKind.DEDUCTION_REQUEST: _requests,
    FileKind.DEDUCTION_SPLIT: _splits,
}
