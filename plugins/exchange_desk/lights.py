"""A night's light: green means looked, and nothing left to do. 状态灯"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from connectors.bank.rules.states import NightState
from gateway.flows.overview import NightSummary


class Level(Enum):
    """How a light looks: the sign is there for those who do not see the colour."""

    GOOD = "✓"
    TODO = "◆"
    WARN = "▲"
    BAD = "✕"
    NONE = "–"

    @property
    def css(self) -> str:
        """The name of its style."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Light:
    """A level and what it means, in words."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class NightFacts:
    """What a night's light depends on; `ringing` is how many alarms ring about it."""

    state: NightState
    expected: int
    found: int
    held: int
    examined: int
    breaks: int
    open_messages: int
    ringing: int


def facts_of(night: NightSummary, ringing: int) -> NightFacts:
    """The facts of a night as the overview gives it."""
    return NightFacts(
        state=night.state,
        expected=night.expected,
        found=night.usable + night.held,
        held=night.held,
        examined=night.instructions,
        breaks=night.breaks,
        open_messages=night.open_messages,
        ringing=ringing,
    )


def _nothing_owed(night: NightFacts) -> bool:
    return not (night.expected or night.found or night.examined)


def _nothing_owed_and_done(night: NightFacts) -> bool:
    return _nothing_owed(night) and night.state is NightState.PROVED and not _to_do(night)


def _quarantined(night: NightFacts) -> bool:
    return night.state is NightState.OPEN and night.held > 0


def _to_do(night: NightFacts) -> bool:
    return bool(night.breaks or night.open_messages)


# The first row that fits. Only where nothing is owed is a night green that examined nothing.
# fmt: off
_RULES: tuple[tuple[Callable[[NightFacts], bool], Light], ...] = (
    (_quarantined,                                      Light(Level.BAD,  "来文被隔离")),
    (lambda night: night.ringing > 0,                   Light(Level.BAD,  "有告警")),
    (_nothing_owed_and_done,                            Light(Level.GOOD, "应收 0，收到 0")),
    (_nothing_owed,                                     Light(Level.NONE, "无应收文件")),
    (lambda night: night.examined == 0,                 Light(Level.WARN, "未检查任何指令")),
    (lambda night: night.state is not NightState.PROVED, Light(Level.WARN, "未完成")),
    (_to_do,                                            Light(Level.TODO, "核平，有待处理")),
    (lambda night: True,                                Light(Level.GOOD, "核平")),
)
# fmt: on


def light_of(night: NightFacts) -> Light:
    """The light of a night."""
    return next(light for fits, light in _RULES if fits(night))
