"""What the authority does wrong when told, scripted in ROOT/tsa-faults.json. 时间戳故障.

A list of ``{"fault", "times"}``; ``times`` is 1 if left out. The faults fire one after the other;
writing the file again arms it anew: write it aside and rename it.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sandbox.scripted import Scripted

FAULTS_FILE = "tsa-faults.json"


class StampFault(StrEnum):
    """What can go wrong at an authority."""

    DOWN = "down"
    REFUSES = "refuses"
    WRONG_NONCE = "wrong_nonce"
    NO_NONCE = "no_nonce"
    WRONG_IMPRINT = "wrong_imprint"
    WRONG_POLICY = "wrong_policy"
    HOUR_OFF = "hour_off"
    OTHER_KEY = "other_key"
    RUBBISH = "rubbish"
    CUT = "cut"
    HUGE = "huge"
    SLOW = "slow"


@dataclass(slots=True)
class Armed:
    """A fault that fires so many times more."""

    fault: StampFault
    left: int


class Script:
    """The faults now armed."""

    def __init__(self, path: Path) -> None:
        """Remember where the script lies; it is read at each request."""
        self._scripted = Scripted(path, _read)

    def take(self) -> StampFault | None:
        """Return the fault that fires now."""
        for armed in self._scripted.armed():
            if armed.left > 0:
                armed.left -= 1
                return armed.fault
        return None


def _read(text: bytes) -> list[Armed]:
    told = json.loads(text)
    return [Armed(StampFault(one["fault"]), int(one.get("times", 1))) for one in told]
