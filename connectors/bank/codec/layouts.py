"""Layouts: how one kind of file of one dialect is written, read from YAML. 文件格式定义"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from connectors.bank.model import FileKind
from gateway.errors import Code, NotConfigured


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record."""

    name: str
    title: str
    type: str
    length: int | None = None
    max_bytes: int | None = None
    equals: str | None = None
    one_of: tuple[str, ...] | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of line: its tag and its fields after the tag."""

    tag: str
    fields: tuple[Field, ...]

    def names(self) -> frozenset[str]:
        """The names of its fields."""
        return frozenset(field.name for field in self.fields)


@dataclass(frozen=True, slots=True)
class Control:
    """One control total: the trailer's field and how it comes from the details."""

    trailer: str
    is_sum: bool
    of: str | None = None
    where: str | None = None
    one_of: tuple[str, ...] | None = None
    none_of: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class BalanceChain:
    """How opening balance, lines and closing balance hang together; names of fields."""

    opening: str
    amount: str
    balance: str
    closing: str
    direction: str
    credit: str
    reversal: str
    reversed: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout; its YAML in schemas/bank is the documentation."""

    name: str
    version: int
    kind: FileKind
    title: str
    encoding: str
    delimiter: str
    newline: str
    file_name: str
    flag_suffix: str
    flag_fields: tuple[str, ...]
    signature_suffix: str
    header: Record
    detail: Record
    trailer: Record
    controls: tuple[Control, ...]
    sequence: str | None
    unique: str | None
    balance_chain: BalanceChain | None


# The fields each kind must have, so that our values can be built from any dialect of it.
_DETAILS = {
    FileKind.DEDUCTION_RESULT: {
        "serial", "loan_no", "instalment_no", "payer_account", "payer_name", "asked", "taken",
        "full_flag", "code", "message", "host_date", "host_serial",
    },
    FileKind.ACCOUNT_STATEMENT: {
        "serial", "host_serial", "direction", "amount", "balance", "other_account", "other_name",
        "summary", "reversal", "booked_time",
    },
    FileKind.FILE_RECEIPT: {
        "serial", "file_name", "file_digest", "conclusion", "error_code", "error_line", "reason",
    },
}  # fmt: skip
_HEADERS = {
    FileKind.DEDUCTION_RESULT: {"bank", "account_number", "business_date", "batch_no"},
    FileKind.ACCOUNT_STATEMENT: {"bank", "account_number", "business_date", "opening"},
    FileKind.FILE_RECEIPT: {"bank", "account_number", "business_date"},
}


def layout_of(data: Any, schema: Mapping[str, Any]) -> Layout:
    """Build a layout from parsed YAML, checked against layout.schema.json.

    Raises NotConfigured, naming the place, when it is not a sound layout.
    """
    for error in Draft202012Validator(schema).iter_errors(data):
        raise NotConfigured(Code.LAYOUT_INVALID, detail=f"{error.json_path}: {error.message}")
    layout = _build(data)
    for fault in _faults(layout):
        raise NotConfigured(Code.LAYOUT_INVALID, detail=f"{layout.name}: {fault}")
    return layout


def _build(data: Mapping[str, Any]) -> Layout:
    chain = data.get("balance_chain")
    return Layout(
        name=data["layout"],
        version=data["version"],
        kind=FileKind(data["kind"]),
        title=data["title"],
        encoding=data["encoding"],
        delimiter=data["delimiter"],
        newline=data["newline"],
        file_name=data["file_name"],
        flag_suffix=data["flag"]["suffix"],
        flag_fields=tuple(data["flag"]["fields"]),
        signature_suffix=data["signature"]["suffix"],
        header=_record(data["header"]),
        detail=_record(data["detail"]),
        trailer=_record(data["trailer"]),
        controls=tuple(_control(control) for control in data["controls"]),
        sequence=data.get("sequence"),
        unique=data.get("unique"),
        balance_chain=BalanceChain(**chain) if chain else None,
    )


def _record(data: Mapping[str, Any]) -> Record:
    return Record(data["tag"], tuple(_field(field) for field in data["fields"]))


def _field(data: Mapping[str, Any]) -> Field:
    return Field(**{**data, "one_of": _values(data, "one_of")})


def _control(data: Mapping[str, Any]) -> Control:
    return Control(
        trailer=data["trailer"],
        is_sum=data["is"] == "sum",
        of=data.get("of"),
        where=data.get("where"),
        one_of=_values(data, "one_of"),
        none_of=_values(data, "none_of"),
    )


def _values(data: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    return tuple(data[key]) if key in data else None


def _faults(layout: Layout) -> list[str]:
    """What a JSON Schema cannot see: names that do not meet, fields the kind needs."""
    detail, header, trailer = (r.names() for r in (layout.detail, layout.header, layout.trailer))
    named_in_detail = {c.of for c in layout.controls} | {c.where for c in layout.controls}
    wanted: list[tuple[frozenset[str], Set[str | None], str]] = [
        (
            detail,
            _DETAILS[layout.kind] | {layout.sequence, layout.unique} | named_in_detail,
            "detail",
        ),
        (header, {*_HEADERS[layout.kind]}, "header"),
        (trailer, {control.trailer for control in layout.controls}, "trailer"),
    ]
    if chain := layout.balance_chain:
        in_lines = {chain.amount, chain.balance, chain.direction, chain.reversal}
        wanted += [
            (detail, in_lines, "detail"),
            (header, {chain.opening}, "header"),
            (trailer, {chain.closing}, "trailer"),
        ]
    return [
        f"{where} lacks {name}"
        for names, needed, where in wanted
        for name in sorted(name for name in needed if name is not None and name not in names)
    ]
