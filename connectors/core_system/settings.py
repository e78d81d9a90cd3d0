"""What may differ per site about the core system. 核心系统设置"""

from dataclasses import dataclass

# The connection of that name stands in connections.json of the secrets directory.
CONNECTION = "core_system"
SCHEMA = "exchange"


@dataclass(frozen=True, slots=True)
class Interface:
    """The agreed interface, as schemas/core_system/interface.json says it."""

    relations: dict[str, dict[str, str]]
    grants: dict[str, tuple[str, ...]]
