"""What the platform remembers on the disk: the session, batches, requests. 平台状态."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sandbox.disk import write_private
from sandbox.settlement.faults import PLACE

INSTALLED, STATE = "installed.key", "state.json"


@dataclass(slots=True)
class Batch:
    """A batch taken: its file in hex, its day, how often it was asked for."""

    batch_no: str
    day: str
    data: str
    asked: int = 0
    split: bool = False


@dataclass(slots=True)
class State:
    """Everything that outlives a process of the platform."""

    session: str = ""
    batches: dict[str, Batch] = field(default_factory=dict)
    file_names: list[str] = field(default_factory=list)
    # what became of a request: its serial → status, code, batch number
    taken: dict[str, list[str]] = field(default_factory=dict)


def load(root: Path) -> State:
    """Return the state as it was kept; a new one the first time."""
    path = root / PLACE / STATE
    if not path.exists():
        return State()
    told = json.loads(path.read_text(encoding="utf-8"))
    told["batches"] = {no: Batch(**batch) for no, batch in told["batches"].items()}
    return State(**told)


def keep(root: Path, state: State) -> None:
    """Keep the state; it is durable when this returns."""
    write_private(root / PLACE / STATE, json.dumps(asdict(state)).encode("utf-8"))


def installed_key(root: Path) -> bytes:
    """Return the key that both sides have installed."""
    return bytes.fromhex((root / PLACE / INSTALLED).read_text(encoding="ascii").strip())
