"""Fields ⇄ typed values by tables: name, length, whether it must be there, form. 报文字段表"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from operator import attrgetter
from typing import TypeVar

from connectors.bank.codec.settlement.dialects import Dialect
from connectors.bank.codec.settlement.markup import Group, unreadable

T = TypeVar("T")
_DAY, _CLOCK = re.compile(r"[0-9]{8}"), re.compile(r"[0-9]{6}")
_COUNT = re.compile(r"[0-9]{1,12}")
_YUAN = re.compile(r"(0|[1-9][0-9]{0,15})\.([0-9]{2})")
FILE_LIST = "FILE_LIST"


class Form(Enum):
    """How a value stands in a field."""

    TEXT = "文本"
    DAY = "YYYYMMDD"
    CLOCK = "HHMMSS"
    FEN = "元，两位小数"
    COUNT = "整数"


@dataclass(frozen=True, slots=True)
class Item:
    """One field: our attribute (dots go into a value), its name, its bytes at most."""

    attribute: str
    wire: str
    bytes_max: int
    form: Form = Form.TEXT
    required: bool = True


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that travels in a message."""

    name: str
    data: bytes


def write_items(dialect: Dialect, items: Sequence[Item], value: object) -> Group:
    """A value as a group of fields; what is empty and optional is left out.

    Raises MalformedMessage for what is missing or does not fit: nothing is cut off silently.
    """
    fields = []
    for item in items:
        text = _WRITE[item.form](attrgetter(item.attribute)(value))
        _require(item, text, dialect)
        if text:
            fields.append((dialect.name(item.wire), text))
    return Group(tuple(fields))


def read_items(dialect: Dialect, items: Sequence[Item], group: Group, make: Callable[..., T]) -> T:
    """A group of fields as a value; fields nobody agreed on are not looked at.

    Raises MalformedMessage naming the field that is missing, too long or of another form.
    """
    values: dict[str, object] = {}
    for item in items:
        text = group.text(dialect.name(item.wire))
        _require(item, text, dialect)
        values[item.attribute] = _value(item, text)
    return make(**values)


def _require(item: Item, text: str, dialect: Dialect) -> None:
    if item.required and not text:
        raise unreadable(f"{item.wire} 缺失")
    # an unencodable character is told when the message is written
    if len(text.encode(dialect.writing.encoding, "replace")) > item.bytes_max:
        raise unreadable(f"{item.wire} 超长")


def _value(item: Item, text: str) -> object:
    if not text:
        return _EMPTY[item.form]
    try:
        return _READ[item.form](text)
    except ValueError:
        raise unreadable(f"{item.wire} 格式") from None


def write_files(dialect: Dialect, files: Sequence[NamedFile]) -> tuple[tuple[str, Group], ...]:
    """The list of files as it stands in a body; none for no files."""
    name, data = dialect.name("NAME"), dialect.name("DATA")
    each = tuple(
        (str(number), Group(((name, file.name), (data, dialect.files.pack(file.data)))))
        for number, file in enumerate(files)
    )
    return ((dialect.name(FILE_LIST), Group(groups=each)),) if files else ()


def read_files(dialect: Dialect, body: Group) -> Sequence[NamedFile]:
    """The files of a body, in their order. Raises MalformedMessage for one without a name."""
    listed = body.group(dialect.name(FILE_LIST)).groups
    return [_file(dialect, group) for _, group in listed]


def _file(dialect: Dialect, group: Group) -> NamedFile:
    name = group.text(dialect.name("NAME"))
    if not name or len(name.encode()) > 255 or not name.isprintable() or "/" in name:
        raise unreadable("NAME")
    return NamedFile(name, dialect.files.unpack(group.text(dialect.name("DATA"))))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _written_day(value: date | None) -> str:
    return f"{value:%Y%m%d}" if value else ""


def _written_clock(value: time | None) -> str:
    return f"{value:%H%M%S}" if value is not None else ""


def _written_fen(value: int | None) -> str:
    if value is None:
        return ""
    if value < 0:
        raise unreadable("负金额")
    return f"{value // 100}.{value % 100:02}"


def _matched(form: re.Pattern[str], text: str) -> re.Match[str]:
    found = form.fullmatch(text)
    if found is None:
        raise ValueError
    return found


def _day(text: str) -> date:
    return datetime.strptime(_matched(_DAY, text)[0], "%Y%m%d").date()  # noqa: DTZ007 - a day


def _clock(text: str) -> time:
    return datetime.strptime(_matched(_CLOCK, text)[0], "%H%M%S").time()  # noqa: DTZ007


def _fen(text: str) -> int:
    yuan, cents = _matched(_YUAN, text).groups()
    return int(yuan) * 100 + int(cents)


_WRITE: Mapping[Form, Callable[..., str]] = {
    Form.TEXT: _text,
    Form.DAY: _written_day,
    Form.CLOCK: _written_clock,
    Form.FEN: _written_fen,
    Form.COUNT: _text,
}
_READ: Mapping[Form, Callable[[str], object]] = {
    Form.TEXT: str,
    Form.DAY: _day,
    Form.CLOCK: _clock,
    Form.FEN: _fen,
    Form.COUNT: lambda text: int(_matched(_COUNT, text)[0]),
}
_EMPTY: Mapping[Form, object] = {
    Form.TEXT: "", Form.DAY: None, Form.CLOCK: None, Form.FEN: None, Form.COUNT: None,
}  # fmt: skip
