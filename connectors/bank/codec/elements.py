"""XML read as a stream: one record at a time, no DTD, no entity, bounded. 流式读取 XML

The standard library's expat and nothing else: a statement is no signed message, and fifty thousand
entries shall not stand in memory as a tree. What is refused here is refused before it is believed
(X10): document types, entities, depth, size, bytes that are no character.
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from enum import Enum
from typing import NoReturn
from xml.parsers import expat

from gateway.errors import Code, Finding

_CHUNK = 64 * 1024
_DEPTH_MAX = 64
# the biggest record of a real file, a batch with all its payments, has some ten thousand
_ELEMENTS_MAX = 200_000
_TEXT_MAX = 20_000
# one tag: the parser keeps all of it before anybody sees a byte
_TAG_BYTES_MAX = 1024 * 1024
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,99}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CHINESE = frozenset({b"gb18030", b"gbk", b"gb2312"})


class Unreadable(Exception):
    """Reading cannot go on; carries the finding, never the text."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code.name)
        self.finding = finding


class BadElement(Exception):
    """An element that does not say what it must; carries code and place, never the text."""

    def __init__(self, code: Code, element: "Element", title: str) -> None:
        super().__init__(code.name)
        self.code, self.element, self.title = code, element, title


@dataclass(slots=True)
class Element:
    """One element: local name, attributes, text, children, and where it begins in the bytes."""

    name: str
    attributes: dict[str, str]
    line: int
    at: int
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def size(self) -> int:
        """How many elements it is, itself included."""
        return 1 + sum(child.size() for child in self.children)

    def all(self, path: str) -> list["Element"]:
        """Every element under that path of local names, `Refs/EndToEndId`."""
        found = [self]
        for name in path.split("/"):
            found = [child for each in found for child in each.children if child.name == name]
        return found

    def first(self, *paths: str) -> str:
        """The text of the first element under the first path that has one; "" for none."""
        found = (each.text for path in paths for each in self.all(path))
        return next((" ".join(text.split()) for text in found if text.strip()), "")

    def only(self, path: str, title: str, *, needed: bool = True) -> "Element | None":
        """The one element of that path. Raises BadElement when it stands twice or is missing."""
        found = self.all(path)
        if len(found) > 1:
            raise BadElement(Code.FIELD_COUNT_WRONG, found[1], title)
        if needed and not found:
            raise BadElement(Code.FIELD_EMPTY, self, title)
        return found[0] if found else None

    def closed(self, allowed: Set[str]) -> None:
        """Raise BadElement at a child nobody agreed: it might carry money or a sign."""
        for child in self.children:
            if child.name not in allowed:
                raise BadElement(Code.RECORD_UNKNOWN, child, "")


class Step(Enum):
    """What the stream met."""

    OPENS = "opens"
    RECORD = "record"
    CLOSES = "closes"


class Source:
    """The bytes as expat takes them, and where a place of them is in the bank's own."""

    def __init__(self, data: bytes) -> None:
        declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
        self._chinese = declared is not None and declared[1].lower() in _CHINESE
        self.override = "utf-8" if self._chinese else None
        self.data = _from_chinese(data) if self._chinese else data

    def finding(self, code: Code, line: int, at: int, title: str = "") -> Finding:
        """A finding with its line and the byte in it, counted in the bank's own encoding."""
        before = self.data[self.data.rfind(b"\n", 0, at) + 1 : at]
        if self._chinese:
            before = before.decode("utf-8", "ignore").encode("gb18030")
        return Finding(code, line, len(before) + 1, title)

    def of(self, bad: BadElement) -> Finding:
        """The finding of an element that does not say what it must."""
        return self.finding(bad.code, bad.element.line, bad.element.at, bad.title)


def _from_chinese(data: bytes) -> bytes:
    """Expat knows no double-byte encoding: ours goes in as UTF-8."""
    try:
        return data.decode("gb18030").encode()
    except UnicodeDecodeError as broken:
        line = data.count(b"\n", 0, broken.start) + 1
        column = broken.start - data.rfind(b"\n", 0, broken.start)
        raise Unreadable(Finding(Code.ENCODING_INVALID, line, column)) from broken


def stream(source: Source, containers: Set[str]) -> Iterator[tuple[Step, Element]]:
    """The containers as they open and close, and whole every other element right within one.

    Outside of a `Document` everything is a container, so an envelope around it is passed over.
    Element names of another namespace than the document's carry it and equal nothing of ours;
    that of the `Document` stands in its attributes as `xmlns`. Raises Unreadable.
    """
    builder = _Builder(source, containers)
    for start in range(0, len(source.data), _CHUNK):
        builder.feed(source.data[start : start + _CHUNK], last=False)
        yield from builder.met
        builder.met.clear()
    builder.feed(b"", last=True)
    yield from builder.met


class _Builder:
    """Expat's handlers: what is open, and what was met and not yet fetched."""

    def __init__(self, source: Source, containers: Set[str]) -> None:
        self.met: list[tuple[Step, Element]] = []
        self._source, self._containers = source, containers
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._namespace: str | None = None
        self._record_at = self._elements = self._length = self._unmet = 0
        self._parser = expat.ParserCreate(source.override, namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._starts
        self._parser.EndElementHandler = self._ends
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._forbidden
        self._parser.EntityDeclHandler = self._forbidden

    def feed(self, chunk: bytes, *, last: bool) -> None:
        """Parse on. Raises Unreadable with the place where nothing more can be read."""
        self._unmet += len(chunk)
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as broken:
            # before the first element nothing says that this was meant to be XML
            late = last and self._namespace is not None
            code = Code.LINE_UNFINISHED if late else Code.MESSAGE_UNREADABLE
            place = (broken.lineno, self._parser.ErrorByteIndex)
            raise Unreadable(self._source.finding(code, *place)) from broken
        except (LookupError, ValueError) as unknown:
            raise Unreadable(Finding(Code.ENCODING_INVALID, 1)) from unknown
        if self._unmet > _TAG_BYTES_MAX:
            self._refuse(Code.FIELD_TOO_LONG)

    def _refuse(self, code: Code) -> NoReturn:
        place = (self._parser.CurrentLineNumber, self._parser.CurrentByteIndex)
        raise Unreadable(self._source.finding(code, *place))

    def _forbidden(self, *_: object) -> None:
        self._refuse(Code.MESSAGE_UNREADABLE)

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        self._unmet = 0
        if len(self._open) >= _DEPTH_MAX:
            self._refuse(Code.MESSAGE_UNREADABLE)
        namespace, _, local = name.rpartition(" ")
        if self._namespace is None and local == "Document":
            self._namespace, attributes = namespace, {**attributes, "xmlns": namespace}
        known = local if namespace == self._namespace else name
        parser = self._parser
        element = Element(known, attributes, parser.CurrentLineNumber, parser.CurrentByteIndex)
        self._open.append(element)
        self._texts.append([])
        if self._contains(element):
            self.met.append((Step.OPENS, element))
            return
        self._record_at = self._record_at or len(self._open)
        self._elements += 1
        if self._elements > _ELEMENTS_MAX:
            self._refuse(Code.TOO_MANY_LINES)

    def _contains(self, element: Element) -> bool:
        """Whether it is a container, which nothing within a record is."""
        if self._record_at:
            return False
        document = self._namespace is None or "xmlns" in element.attributes
        return document or element.name in self._containers

    def _characters(self, text: str) -> None:
        self._unmet = 0
        if self._record_at:
            self._length += len(text)
            if self._length > _TEXT_MAX:
                self._refuse(Code.FIELD_TOO_LONG)
            self._texts[-1].append(text)
        elif self._namespace is not None and text.strip():
            self._refuse(Code.RECORD_UNKNOWN)

    def _ends(self, _: str) -> None:
        self._unmet = 0
        element, texts = self._open.pop(), self._texts.pop()
        self._length = 0
        if self._contains(element):
            self.met.append((Step.CLOSES, element))
            if "xmlns" in element.attributes:
                self._namespace = None
            return
        element.text = "".join(texts)
        if len(self._open) + 1 > self._record_at:
            self._open[-1].children.append(element)
            return
        self.met.append((Step.RECORD, element))
        self._record_at = self._elements = 0
