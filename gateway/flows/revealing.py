"""Revealing one field of one line, with a reason that the journal keeps. 查看未脱敏内容"""

from dataclasses import dataclass

from connectors.bank.store import people
from gateway.errors import Code, NotConfigured
from gateway.store.unit_of_work import Store


@dataclass(frozen=True, slots=True)
class Asked:
    """Which field of which line somebody wants to see, why, and who it is."""

    file_id: str
    line: int
    field: str
    reason: str
    user: str


def reveal(store: Store, asked: Asked) -> str:
    """The field as the bank wrote it; given out only when the journal has committed who asked.

    Raises NotConfigured when there is no such line with such a field.
    """
    with store.begin() as work:
        value = people.plain(work, asked.file_id, asked.line, asked.field)
        if value is None:
            place = f"{asked.file_id} 第{asked.line}行 {asked.field}"
            raise NotConfigured(Code.NOT_FOUND, detail=place)
        work.note(
            "field_revealed",
            asked.file_id,
            line=asked.line,
            field=asked.field,
            reason=asked.reason,
            user=asked.user,
        )
    return value
