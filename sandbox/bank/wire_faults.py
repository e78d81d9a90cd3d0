"""Faults of the wire, scripted in ROOT/faults.json. 线路故障.

The file is a list of objects ``{"fault", "bank", "times", "value"}``; it is read at each
connection. A fault fires ``times`` times (once if not said), at one bank or at any. Writing the
file again arms everything in it anew; write it aside and rename it, so that it is never half there.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sandbox.scripted import Scripted

FAULTS_FILE = "faults.json"


class WireFault(StrEnum):
    """What can go wrong between the partner and a bank."""

    REFUSE_CONNECTION = "refuse_connection"
    CUT_READ = "cut_read"
    CUT_BEFORE_FLAG = "cut_before_flag"
    CUT_AFTER_FLAG = "cut_after_flag"
    SLOW_DRIP = "slow_drip"
    DENY_LISTING = "deny_listing"


# fmt: off
TITLES: dict[WireFault, str] = {
    WireFault.REFUSE_CONNECTION: "拒绝连接：不指定银行时一连上就断，指定银行时登录前断",
    WireFault.CUT_READ:          "读取累计超过 value 字节时断线",
    WireFault.CUT_BEFORE_FLAG:   "对方改名标志文件之前断线",
    WireFault.CUT_AFTER_FLAG:    "对方改名标志文件之后、应答之前断线",
    WireFault.SLOW_DRIP:         "每秒只给 value 字节（一次会话最多拖延 20 秒）",
    WireFault.DENY_LISTING:      "列目录被拒绝",
}
# fmt: on


@dataclass(slots=True)
class Armed:
    """A fault waiting for its moments; ``left`` counts down."""

    fault: WireFault
    bank: str | None
    left: int
    value: int


class Script:
    """The faults now armed."""

    def __init__(self, path: Path) -> None:
        """Remember where the script lies; it is read at each connection."""
        self._scripted = Scripted(path, _read)
        self._armed: list[Armed] = []

    def read_again(self) -> None:
        """Arm what the file says, if it was written since."""
        self._armed = self._scripted.armed()

    def take(self, fault: WireFault, bank: str | None) -> int | None:
        """Let a fault fire now, if it is armed for the bank, and return its value.

        While it is not known which bank is meant, only what is armed for any bank fires.
        """
        armed = self._find(fault, bank)
        if armed is None:
            return None
        armed.left -= 1
        return armed.value

    def value(self, fault: WireFault, bank: str) -> int | None:
        """Return the value of a fault that is armed, without letting it fire."""
        armed = self._find(fault, bank)
        return armed.value if armed else None

    def _find(self, fault: WireFault, bank: str | None) -> Armed | None:
        for armed in self._armed:
            if armed.fault is fault and armed.left > 0 and armed.bank in (None, bank):
                return armed
        return None


def _read(text: bytes) -> list[Armed]:
    return [
        Armed(
            fault=WireFault(one["fault"]),
            bank=one.get("bank"),
            left=int(one.get("times", 1)),
            value=int(one.get("value", 0)),
        )
        for one in json.loads(text)
    ]
