"""The core system's decisions: does the database offer the agreed interface? 接口核对规则"""

from collections.abc import Mapping

from connectors.core_system.settings import Interface


def interface_of(data: Mapping[str, object]) -> Interface:
    """Read the form of schemas/core_system/interface.json."""
    relations: dict[str, dict[str, object]] = data["relations"]  # type: ignore[assignment]
    return Interface(
        {name: dict(part["columns"]) for name, part in relations.items()},  # type: ignore[call-overload]
        {name: tuple(part["grants"]) for name, part in relations.items()},  # type: ignore[arg-type]
    )


def differences(agreed: Interface, found: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What the database offers otherwise than agreed: `relation.column` with both types."""
    return [
        f"{relation}.{column}: {found.get(relation, {}).get(column, '缺少')} ≠ {kind}"
        for relation, columns in agreed.relations.items()
        for column, kind in columns.items()
        if found.get(relation, {}).get(column) != kind
    ]
