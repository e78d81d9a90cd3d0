"""What all sessions at one bank share, and what may be named there. 柜台."""

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from sandbox.bank.places import home
from sandbox.bank.record import Record
from sandbox.bank.wire_faults import Script, WireFault

OUTGOING, INCOMING = "outgoing", "incoming"
NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]{1,160}")
PUBLISHED = (".txt", ".sig", ".ok")  # what bears such a name stays where it is


@dataclass(frozen=True, slots=True)
class Spot:
    """A file inside one of the two directories, as the partner names it."""

    place: str
    name: str

    @property
    def published(self) -> bool:
        """Tell whether the name is a finished file's."""
        return self.name.endswith(PUBLISHED)


@dataclass(frozen=True, slots=True)
class Counter:
    """One bank's counter: its files, its record, the faults scripted for it."""

    root: Path
    bank: str
    record: Record
    script: Script

    def path(self, spot: Spot) -> Path:
        """Return where a file really lies."""
        return home(self.root, self.bank) / spot.place / spot.name

    def fires(self, fault: WireFault) -> bool:
        """Let a scripted fault fire, and write down that it did."""
        fired = self.script.take(fault, self.bank) is not None
        if fired:
            self.record.add("fault", fault=fault.value)
        return fired


def spot(path: bytes) -> Spot | None:
    """Return the spot a path of the partner's names, or nothing if it names no such spot."""
    try:
        whole = posixpath.normpath(posixpath.join("/", path.decode("ascii")))
    except UnicodeDecodeError:
        return None
    _, place, *rest = whole.split("/")
    if place not in (OUTGOING, INCOMING) or len(rest) != 1 or not NAME.fullmatch(rest[0]):
        return None
    return Spot(place, rest[0])
