"""Missing files: an alarm and a break of their own until they come; the day stays open. 文件未到"""

from collections.abc import Collection

from connectors.bank.model import BreakKind, Direction, FileKind, NightKey
from connectors.bank.model.items import FoundBreak
from connectors.bank.store import breaks
from gateway.errors import Code
from gateway.store import alarms
from gateway.store.unit_of_work import UnitOfWork

# Before a night's first decision; what is found then is not among what a decision finds.
_UNDECIDED = 0


def missed(work: UnitOfWork, key: NightKey, kind: FileKind, what: str = "") -> None:
    """An owed file is late (B19): ring, and list it among what people work off."""
    alarms.ring(work, Code.FILE_OVERDUE, _subject(key, kind), what or kind.title)
    breaks.add(work, key, _UNDECIDED, [late_break(key, kind)])


def late_break(key: NightKey, kind: FileKind) -> FoundBreak:
    """The break that a file which has not come is; two people can excuse it (B19)."""
    item = f"{kind.value}/{key.business_date.isoformat()}"
    return FoundBreak(BreakKind.FILE_MISSING, Direction.OPEN, False, item, 0)


def found_again(work: UnitOfWork, key: NightKey, kinds: Collection[FileKind]) -> None:
    """They have come: nothing rings for them any more; the break ends with the night's decision."""
    for kind in kinds:
        alarms.clear(work, Code.FILE_OVERDUE, _subject(key, kind), "已到齐")


def _subject(key: NightKey, kind: FileKind) -> str:
    return f"{key.night_id}/{kind.value}"
