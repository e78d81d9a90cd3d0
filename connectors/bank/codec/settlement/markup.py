"""The platform's XML ⇄ groups of named texts; strict, without DTD, bounded. 报文 XML"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from connectors.bank.codec.settlement.dialects import Writing
from gateway.errors import Code, MalformedMessage

_DECLARATION = re.compile(rb'<\?xml version="1\.0" encoding="([A-Za-z0-9-]{3,12})"\s*\?>')
# message > body > FILE_LIST > 0 > NAME; nothing honest lies deeper
_DEPTH_MAX = 5
_PARTS_MAX = 20_000
# From here on UTF-8 takes three bytes and more: Chinese characters do, and GBK text that only
# looks like UTF-8 has some of two.
_THREE_BYTES = "\u0800"


@dataclass(frozen=True, slots=True)
class Group:
    """Fields by name in their order, and the lists among them."""

    fields: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, "Group"], ...] = ()

    def text(self, name: str) -> str:
        """A field's text, empty when it is not there."""
        return next((text for field, text in self.fields if field == name), "")

    def group(self, name: str) -> "Group":
        """A list, an empty one when it is not there."""
        return next((group for field, group in self.groups if field == name), Group())


@dataclass(frozen=True, slots=True)
class Markup:
    """One message: its head and its body."""

    head: Group
    body: Group


def write(markup: Markup, writing: Writing) -> bytes:
    """The message's bytes. Raises MalformedMessage for a character its encoding lacks."""
    text = (
        f'<?xml version="1.0" encoding="{writing.label}"?>\n<message>\n<head>'
        f"{_written(markup.head)}</head>\n<body>{_written(markup.body)}</body>\n</message>"
    )
    try:
        return text.encode(writing.encoding)
    except UnicodeEncodeError:
        raise unreadable("编码") from None


def _written(group: Group) -> str:
    fields = (f"<field name={quoteattr(n)}>{escape(text)}</field>" for n, text in group.fields)
    lists = (
        f"<field-list name={quoteattr(n)}>{_written(inner)}</field-list>"
        for n, inner in group.groups
    )
    return "".join([*fields, *lists])


def read(data: bytes, writing: Writing) -> Markup:
    """The message in these bytes.

    Raises MalformedMessage: MESSAGE_WITH_DTD for a document type or an entity (X10),
    MESSAGE_UNREADABLE for everything else that is not exactly this shape in this encoding.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(_text(data, writing), True)
    except (expat.ExpatError, UnicodeEncodeError):  # or halves of characters
        raise unreadable("不是完整的 XML") from None
    return reader.message()


def _text(data: bytes, writing: Writing) -> str:
    """Decode by what we agreed on, and see that the label says the same and tells the truth."""
    declared = _DECLARATION.match(data)
    if declared is None or declared[1].decode("ascii").upper() != writing.label:
        raise unreadable(f"未声明 {writing.label} 编码")
    try:
        text = data.decode(writing.encoding)
    except UnicodeDecodeError:
        raise unreadable(f"声明 {writing.label}，内容不是") from None
    if writing.encoding != "utf-8" and _is_utf8(data):
        raise unreadable(f"声明 {writing.label}，内容是 UTF-8")
    return text


def _is_utf8(data: bytes) -> bool:
    """Whether bytes that are not plain ASCII are Chinese in UTF-8, whatever their label says."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    foreign = [sign for sign in text if not sign.isascii()]
    return bool(foreign) and all(sign >= _THREE_BYTES for sign in foreign)


def unreadable(what: str) -> MalformedMessage:
    """The error of a message that cannot be read; `what` names a place, never a value."""
    return MalformedMessage(Code.MESSAGE_UNREADABLE, detail=what)


class _Reader:
    """Expat's handlers over a stack of what is open."""

    def __init__(self) -> None:
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._say
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._foreign
        parser.CommentHandler = self._foreign
        self._open_names: list[tuple[str, str]] = []
        self._groups: list[_Growing] = []
        self._said: list[str] = []
        self._done: dict[str, Group] = {}
        self._parts = 0

    def message(self) -> Markup:
        """What was read. Raises MalformedMessage when head or body is missing."""
        if set(self._done) != {"head", "body"}:
            raise unreadable("缺 head 或 body")
        return Markup(self._done["head"], self._done["body"])

    def _doctype(self, *_: object) -> None:
        raise MalformedMessage(Code.MESSAGE_WITH_DTD)

    def _foreign(self, *_: object) -> None:
        raise unreadable("注释或处理指令")

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        self._parts += 1
        inside = self._open_names[-1][0] if self._open_names else ""
        named = tag in {"field", "field-list"}
        if tag not in _INSIDE.get(inside, ()) or set(attributes) != ({"name"} if named else set()):
            raise unreadable("元素")
        if len(self._open_names) > _DEPTH_MAX or self._parts > _PARTS_MAX or self._blank():
            raise unreadable("层次、个数或夹杂文字")
        self._open_names.append((tag, attributes.get("name", tag)))
        if tag not in {"message", "field"}:
            self._groups.append(_Growing([], []))

    def _blank(self) -> bool:
        """Forget the blanks between elements; True when they were more than blanks."""
        text = "".join(self._said)
        self._said.clear()
        return bool(text.strip())

    def _say(self, text: str) -> None:
        self._said.append(text)

    def _close(self, tag: str) -> None:
        _, name = self._open_names.pop()
        if tag == "field":
            self._groups[-1].fields.append((name, "".join(self._said).strip()))
            self._said.clear()
            return
        if self._blank():
            raise unreadable("夹杂文字")
        if tag == "message":
            return
        group = self._groups.pop().grown()
        if tag == "field-list":
            self._groups[-1].groups.append((name, group))
        elif self._done.setdefault(tag, group) is not group:
            raise unreadable("head 或 body 重复")


_INSIDE: dict[str, Sequence[str]] = {
    "": ("message",),
    "message": ("head", "body"),
    "head": ("field",),
    "body": ("field", "field-list"),
    "field-list": ("field", "field-list"),
}


@dataclass(frozen=True, slots=True)
class _Growing:
    fields: list[tuple[str, str]]
    groups: list[tuple[str, Group]]

    def grown(self) -> Group:
        """The group. Raises MalformedMessage for a name that stands twice: which one counts?"""
        names = [name for name, _ in (*self.fields, *self.groups)]
        if len(set(names)) != len(names):
            raise unreadable("字段重复")
        return Group(tuple(self.fields), tuple(self.groups))
