"""Loading: parsed YAML → a layout, or what is wrong with it. 格式定义装载"""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from connectors.bank.codec.layouts import BalanceChain, Control, Field, Layout, Record
from connectors.bank.codec.soundness import faults
from connectors.bank.model import FileKind
from gateway.errors import Code, NotConfigured


def layout_of(data: Any, schema: Mapping[str, Any]) -> Layout:
    """Build a layout from parsed YAML, checked against layout.schema.json.

    Raises NotConfigured, naming the place, when it is not a sound layout.
    """
    for error in Draft202012Validator(schema).iter_errors(data):
        raise NotConfigured(Code.LAYOUT_INVALID, detail=f"{error.json_path}: {error.message}")
    layout = _build(data)
    for fault in faults(layout):
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
