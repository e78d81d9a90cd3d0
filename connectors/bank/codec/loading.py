"""Loading: parsed YAML → a layout, or what is wrong with it. 格式定义装载"""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from connectors.bank.codec.layouts import (
    ABSENT,
    BalanceChain,
    Control,
    Field,
    FlagFile,
    Form,
    Layout,
    Pad,
    Place,
    Quirk,
    Record,
    RowSum,
    Taken,
    Terminator,
)
from connectors.bank.codec.soundness import faults
from connectors.bank.model import FileKind
from gateway.errors import Code, NotConfigured

# GBK as banks label it is written in GB18030 as soon as a rare name comes (B33).
_ENCODINGS = {"gb18030": "gb18030", "gbk": "gb18030", "utf-8": "utf-8"}
# How a fixed field is filled up where its layout does not say.
_PADS = {"text": Pad.RIGHT, "digits": Pad.RIGHT, "count": Pad.ZEROS, "cents": Pad.ZEROS}


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
    chain, taken, signature = (data.get(key) for key in ("balance_chain", "taken", "signature"))
    return Layout(
        name=data["layout"],
        version=data["version"],
        kind=FileKind(data["kind"]),
        title=data["title"],
        form=Form(data["form"]),
        file_name=data["file_name"] or "",
        flag=_flag(data["flag"]),
        signature_suffix=signature["suffix"] if signature else "",
        encoding=_ENCODINGS[data.get("encoding", "utf-8")],
        newline=data.get("newline", "\n"),
        delimiter=data.get("delimiter", ""),
        terminator=Terminator(data.get("terminator", "required")),
        header=_record(data.get("header")),
        detail=_record(data.get("detail")),
        trailer=_record(data.get("trailer")),
        controls=tuple(_control(control) for control in data.get("controls", ())),
        row_sums=tuple(RowSum(row["total"], tuple(row["of"])) for row in data.get("row_sums", ())),
        sequence=data.get("sequence"),
        unique=data.get("unique"),
        balance_chain=BalanceChain(**chain) if chain else None,
        taken=Taken(taken["of"], taken["where"], tuple(taken["one_of"])) if taken else None,
        rows_cap=data.get("rows_cap"),
        hold_lines=data.get("lines") == "hold",
        quirks=tuple(Quirk(**quirk) for quirk in data.get("quirks", ())),
        options=data.get("options", {}),
    )


def _flag(data: Mapping[str, Any] | None) -> FlagFile | None:
    if data is None:
        return None
    fields = tuple(data.get("fields", ()))
    return FlagFile(data.get("prefix", ""), data.get("suffix", ""), fields)


def _record(data: Mapping[str, Any] | None) -> Record:
    if data is None:
        return ABSENT
    fields = tuple(_field(field) for field in data["fields"])
    return Record(data.get("tag", ""), fields, data.get("prefix", ""))


def _field(data: Mapping[str, Any]) -> Field:
    pad = Pad(data["pad"]) if "pad" in data else _PADS.get(data["type"], Pad.NONE)
    codes = tuple(data["codes"]) if "codes" in data else _values(data, "one_of")
    plain = {key: value for key, value in data.items() if key != "codes"}
    return Field(**{**plain, "one_of": codes, "pad": pad})


def _control(data: Mapping[str, Any]) -> Control:
    place = next(place for place in Place if place.value in data)
    return Control(
        total=data[place.value],
        place=place,
        is_sum=data["is"] == "sum",
        of=data.get("of"),
        where=data.get("where"),
        one_of=_values(data, "one_of"),
        none_of=_values(data, "none_of"),
        title=data.get("title", ""),
    )


def _values(data: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    return tuple(data[key]) if key in data else None
