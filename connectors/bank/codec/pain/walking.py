"""One pain message as a stream: root, groups, items; whatever else is refused. 逐层读取"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from connectors.bank.codec.elements import BadElement, Element, Source, Step, Unreadable, stream
from connectors.bank.codec.telling import FINDINGS_MAX, refused
from connectors.bank.model import DecodedFile, FileKind
from gateway.errors import Code, Finding

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a message is built: its versions, its root, the groups in it, and the items of these."""

    kind: FileKind
    namespace: re.Pattern[str]
    root: str
    group: str
    item: str
    beside_groups: frozenset[str]
    beside_items: frozenset[str]


@dataclass(frozen=True, slots=True)
class Group(Generic[Item]):
    """One group: what stands beside its items, and these as values."""

    beside: Element
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Message(Generic[Item]):
    """A whole message: what stands beside its groups, and these."""

    beside: Element
    groups: list[Group[Item]] = field(default_factory=list)

    @property
    def items(self) -> list[Item]:
        """The items of all groups, in the file's order."""
        return [item for group in self.groups for item in group.items]


def decoded_message(
    shape: Shape,
    data: bytes,
    lines_max: int,
    read: Callable[[Element], Item],
    finish: Callable[[Message[Item]], DecodedFile],
) -> tuple[DecodedFile]:
    """Read each item, then all of them together. Never raises for what is in the bytes."""
    try:
        source = Source(data)
        walk = _Walk(shape, source, lines_max, read)
        message = walk.message_of()
    except Unreadable as broken:
        return (refused(shape.kind, broken.finding),)
    if walk.findings:
        return (refused(shape.kind, *walk.findings),)
    try:
        return (finish(message),)
    except BadElement as bad:
        return (refused(shape.kind, source.of(bad)),)


class _Walk(Generic[Item]):
    """Where the stream is, and what it has met."""

    def __init__(
        self, shape: Shape, source: Source, lines_max: int, read: Callable[[Element], Item]
    ) -> None:
        self.findings: list[Finding] = []
        self._shape, self._source, self._lines_max, self._read = shape, source, lines_max, read
        self._open: list[str] = []
        self._message: Message[Item] | None = None
        self._count = 0
        self._steps = {
            Step.OPENS: self._opens, Step.CLOSES: self._closes, Step.RECORD: self._record,
        }  # fmt: skip

    def message_of(self) -> Message[Item]:
        """Go through all of it. Raises Unreadable where nothing more can be read."""
        containers = frozenset({self._shape.root, self._shape.group})
        for step, element in stream(self._source, containers):
            self._take(step, element)
        if self._message is None:
            raise Unreadable(next(iter(self.findings), Finding(Code.HEADER_MISSING, 1)))
        return self._message

    def _take(self, step: Step, element: Element) -> None:
        if len(self.findings) >= FINDINGS_MAX:
            raise Unreadable(self.findings[0])
        try:
            self._steps[step](element)
        except BadElement as bad:
            self.findings.append(self._source.of(bad))

    def _opens(self, element: Element) -> None:
        if "xmlns" in element.attributes:
            if self._message or not self._shape.namespace.fullmatch(element.attributes["xmlns"]):
                self._stop(Code.RECORD_UNKNOWN, element)
        elif not self._open:
            return  # an envelope around the document
        else:
            self._enter(element)
        self._open.append(element.name)

    def _enter(self, element: Element) -> None:
        path = (self._shape.root, self._shape.group)
        depth = len(self._open) - 1
        if path[depth : depth + 1] != (element.name,) or (depth == 0 and self._message):
            self._stop(Code.RECORD_UNKNOWN, element)
        if self._message is None:
            self._message = Message(element)
        else:
            self._message.groups.append(Group(element))

    def _closes(self, _: Element) -> None:
        if self._open:
            self._open.pop()

    def _record(self, element: Element) -> None:
        message = self._message
        if message is None or len(self._open) < 2:
            raise BadElement(Code.RECORD_UNKNOWN, element, "")
        if len(self._open) == 2:
            _beside(message.beside, element, self._shape.beside_groups)
        elif element.name != self._shape.item:
            _beside(message.groups[-1].beside, element, self._shape.beside_items)
        else:
            self._count += 1
            if self._count > self._lines_max:
                self._stop(Code.TOO_MANY_LINES, element)
            message.groups[-1].items.append(self._read(element))

    def _stop(self, code: Code, element: Element) -> None:
        raise Unreadable(self._source.of(BadElement(code, element, "")))


def _beside(parent: Element, element: Element, allowed: frozenset[str]) -> None:
    if element.name not in allowed:
        raise BadElement(Code.RECORD_UNKNOWN, element, "")
    parent.children.append(element)
