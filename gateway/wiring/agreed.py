"""What is agreed with counterparties and the State, from schemas/. 约定数据装载"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from connectors.bank.codec import Layout, layout_of
from connectors.bank.model import FileKind
from connectors.bank.rules.lending.terms import Agreed, agreed_of
from connectors.bank.settings import BankProfile
from connectors.core_system.rules import interface_of
from connectors.core_system.settings import Interface
from gateway.dates import YearDays, read_years
from gateway.errors import Code, NotConfigured
from gateway.flows.retention import Retention, rules_of
from gateway.wiring.reading import read_json


def load_layout(schemas: Path, name: str) -> Layout:
    """The layout of that name, with its other versions.

    Raises NotConfigured when one of them is missing or unsound.
    """
    data = _parsed(schemas, name)
    schema = read_json(schemas / "bank" / "layout.schema.json")
    others = data.get("versions", ()) if isinstance(data, dict) else ()
    layout = layout_of(data, schema)
    versions = tuple(layout_of(_parsed(schemas, other), schema) for other in others)
    return replace(layout, versions=versions)


def _parsed(schemas: Path, name: str) -> object:
    """A layout's YAML; one that is based on another has that one's sections where it has none."""
    data = _yaml(schemas, name)
    if not isinstance(data, dict) or "based_on" not in data:
        return data
    base = _yaml(schemas, str(data.pop("based_on")))
    if not isinstance(base, dict) or "based_on" in base:
        raise NotConfigured(Code.LAYOUT_INVALID, detail=f"{name}.yaml: based_on")
    return {**base, **data}


def _yaml(schemas: Path, name: str) -> object:
    path = schemas / "bank" / f"{name}.yaml"
    if not path.is_file():
        raise NotConfigured(Code.SETTING_MISSING, detail=f"schemas/bank/{name}.yaml")
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as unreadable:
        raise NotConfigured(Code.LAYOUT_INVALID, detail=path.name) from unreadable


def load_layouts(schemas: Path, profile: BankProfile) -> Mapping[FileKind, Layout]:
    """A bank's layouts by kind. Raises NotConfigured when one is of another kind."""
    layouts = {kind: load_layout(schemas, name) for kind, name in profile.layouts.items()}
    for kind, layout in layouts.items():
        if layout.kind is not kind:
            raise NotConfigured(Code.SETTING_INVALID, detail=f"{profile.code}: {layout.name}")
    return layouts


def load_years(schemas: Path) -> Mapping[int, YearDays]:
    """The calendar years this release ships."""
    return read_years(read_json(schemas / "calendar" / "working-days.json"))


def load_interface(schemas: Path) -> Interface:
    """The core system's interface as agreed."""
    return interface_of(read_json(schemas / "core_system" / "interface.json"))


def load_lending(schemas: Path) -> Agreed:
    """What contracts say of rates, penalty and allocation."""
    return agreed_of(read_json(schemas / "lending" / "terms.json"))


def load_retention(schemas: Path) -> Retention:
    """How long what is kept. Raises NotConfigured when a rule is unsound or below its floor."""
    folder = schemas / "retention"
    return rules_of(
        read_json(folder / "retention.json"), read_json(folder / "retention.schema.json")
    )
