"""Bytes → tagged fields, with their places; the blocks around them taken off. MT 字段切分"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.errors import Code, Finding

_TAG = re.compile(r":([0-9A-Z]{2,3}):")
# the end of a block or a lone dash; what stands between messages is the carrier's, not the bank's
_END = re.compile(r"-(\}.*)?[\x03]?")
# Free text may begin a line with what looks like a tag: a time of day, a word of a reference.
_KNOWN = frozenset(
    {"13", "13D", "20", "21", "25", "25P", "28", "28C", "34F", "60F", "60M", "61", "62F", "62M",
     "64", "65", "86", "90C", "90D", "NS"}
)  # fmt: skip
# some banks begin with the message's number as if it were a field
_TITLES = frozenset({"940", "942"})
_LONG = frozenset({"61", "86", "NS"})
# a real :86: has six lines of 65; some banks send more, none sends a book
_LINES_MAX, _LINE_BYTES_MAX = 60, 1000
_LINES_A_BOOKING = 20
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")
END = "-"


class BadField(Exception):
    """A field that does not say what it must; carries the finding, never the text."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code.name)
        self.finding = finding


@dataclass(slots=True)
class Tagged:
    """One field: its tag, its lines of text, the line of the file it begins on."""

    tag: str
    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its first line, all there is of a field that is not free text."""
        return self.lines[0]

    def bad(self, code: Code, title: str, offset: int = 0) -> BadField:
        """The error of this field; `offset` counts the bytes of its content before the place."""
        return BadField(Finding(code, self.line, len(self.tag) + 3 + offset, title))


def fields_of(data: bytes, encoding: str, lines_max: int) -> Iterator[Tagged]:
    """Every field in order; the end of a message stands among them as a field END.

    Raises BadField at bytes that are no character, at a control, at text that is in no field.
    """
    last: Tagged | None = None
    for number, row in _rows(data, lines_max):
        text = _decoded(row, number, encoding)
        tag = _tag(text, last)
        if _END.fullmatch(text):
            last = None
            yield Tagged(END, number, [""])
        elif tag:
            _require_printable(text, number, encoding)
            last = Tagged(tag, number, [text[len(tag) + 2 :]])
            yield last
        elif last is not None and text:
            _require_printable(text, number, encoding)
            _continue(last, number, text)


def _tag(text: str, last: Tagged | None) -> str:
    """The tag a line begins with; "" for none, and for an unknown one within free text."""
    found = _TAG.match(text)
    if found is None or (last is None and found[1] in _TITLES):
        return ""
    in_text = last is not None and last.tag in _LONG
    return "" if in_text and found[1] not in _KNOWN else found[1]


def _continue(last: Tagged, number: int, text: str) -> None:
    """A line more of a field that may have several."""
    if last.tag not in _LONG:
        raise BadField(Finding(Code.RECORD_UNKNOWN, number, 1))
    if len(last.lines) >= _LINES_MAX:
        raise BadField(Finding(Code.FIELD_TOO_LONG, number, 1))
    last.lines.append(text)


def _rows(data: bytes, lines_max: int) -> Iterator[tuple[int, bytes]]:
    bound = lines_max * _LINES_A_BOOKING
    rows = data.removeprefix(b"\xef\xbb\xbf").split(b"\n", bound)
    if len(rows) > bound:
        raise BadField(Finding(Code.TOO_MANY_LINES, bound))
    for number, row in enumerate(rows, start=1):
        if len(row) > _LINE_BYTES_MAX:
            raise BadField(Finding(Code.FIELD_TOO_LONG, number, _LINE_BYTES_MAX + 1))
        yield number, row.rstrip(b"\r \t")


def _decoded(row: bytes, number: int, encoding: str) -> str:
    try:
        return row.decode(encoding)
    except UnicodeDecodeError as broken:
        raise BadField(Finding(Code.ENCODING_INVALID, number, broken.start + 1)) from broken


def _require_printable(text: str, number: int, encoding: str) -> None:
    control = _CONTROLS.search(text)
    if control is not None:
        column = len(text[: control.start()].encode(encoding)) + 1
        raise BadField(Finding(Code.FIELD_FORMAT_WRONG, number, column))
