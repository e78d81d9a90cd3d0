"""Retention rules: how long what is kept, never under the law's floor. 留存规则"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from jsonschema import Draft202012Validator

from gateway.errors import Code, NotConfigured

_FILE = "retention.json"
_DAY_IN_EVERY_MONTH = 28


class Material(Enum):
    """What is kept."""

    TECHNICAL_LOG = "technical_log"
    EXCHANGE_RECORD = "exchange_record"
    PAYLOAD = "payload"
    LINE_ROW = "line_row"
    REPLAY_MEMORY = "replay_memory"
    EVIDENCE_EXPORT = "evidence_export"


class Act(Enum):
    """What a purge does to what is past its period."""

    SHRED = "shred"
    DELETE = "delete"
    STAY = "stay"
    OWN = "own"


# The law's own floors in months, which no data file can lower: 网络安全法 (logs, six months) and
# 网络数据安全管理条例 12 (records of giving personal data to others, three years).
_LAW = {
    Material.TECHNICAL_LOG: 6,
    Material.EXCHANGE_RECORD: 36,
    Material.PAYLOAD: 36,
    Material.LINE_ROW: 36,
}
# What a purge can do at all; the program has no right to delete a row.
_POSSIBLE = {
    Material.TECHNICAL_LOG: {Act.DELETE, Act.STAY},
    Material.PAYLOAD: {Act.SHRED, Act.STAY},
    Material.REPLAY_MEMORY: {Act.OWN},
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; periods in calendar months."""

    material: Material
    title: str
    keep_months: int
    floor_months: int
    article: str
    act: Act

    def past(self, now: datetime) -> datetime:
        """What was kept before this moment is past its period at `now`."""
        return months_before(now, self.keep_months)


Retention = Mapping[Material, Rule]


def months_before(moment: datetime, months: int) -> datetime:
    """The moment so many calendar months earlier; from the 29th on, the 28th: never too late."""
    count = moment.year * 12 + moment.month - 1 - months
    day = min(moment.day, _DAY_IN_EVERY_MONTH) if months else moment.day
    return moment.replace(year=count // 12, month=count % 12 + 1, day=day)


def rules_of(data: Any, schema: Mapping[str, Any]) -> Retention:  # noqa: ANN401 - parsed JSON
    """The rules from parsed JSON, one for each material.

    Raises NotConfigured when they are not what the schema says, or below a floor.
    """
    for error in Draft202012Validator(schema).iter_errors(data):
        raise NotConfigured(Code.SETTING_INVALID, detail=f"{_FILE}: {error.json_path}")
    rules = [_rule(row) for row in data["rules"]]
    named = {rule.material: rule for rule in rules}
    if len(named) != len(rules) or set(named) != set(Material):
        raise NotConfigured(Code.SETTING_INVALID, detail=f"{_FILE}: 每类须有且只有一条")
    for rule in rules:
        _require_lawful(rule)
    return named


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        Material(row["material"]),
        row["title"],
        # JSON Schema takes 36.0 for an integer
        int(row["keep_months"]),
        int(row["floor_months"]),
        row["article"],
        Act(row["act"]),
    )


def _require_lawful(rule: Rule) -> None:
    floor = max(rule.floor_months, _LAW.get(rule.material, 0))
    if rule.keep_months < floor:
        detail = f"{rule.title}：{rule.keep_months} 个月，下限 {floor} 个月"
        raise NotConfigured(Code.RETENTION_BELOW_FLOOR, detail=detail)
    if rule.act not in _POSSIBLE.get(rule.material, {Act.STAY}):
        raise NotConfigured(Code.SETTING_INVALID, detail=f"{_FILE}: {rule.title}: act")
