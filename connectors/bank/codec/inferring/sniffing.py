"""Encoding, line end, delimiter, header and trailer of an unknown file. 识别文件形式"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_DELIMITERS = ("@|$", "||", "|", "\t", "^", "~", ";", ",")
_STRANGERS = {
    b"%PDF": "PDF 文件",
    b"PK\x03\x04": "XLSX 或压缩文件（用 ebank 形式）",
    b"\xd0\xcf\x11\xe0": "XLS 文件（用 ebank 形式）",
    b"<": "XML（用 camt 形式）",
    b"{1:": "SWIFT 报文（用 mt940 形式）",
    b":20:": "SWIFT 报文（用 mt940 形式）",
    b"\xef\xbb\xbf": "以 UTF-8 BOM 开头，去掉后再试",
}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TAG = re.compile(r"[A-Za-z#*]{1,8}")
_PREFIX = re.compile(r"[#$%*]{1,8}")
ROWS_MAX = 2_000


class Unknowable(Exception):
    """Nothing can be proposed; the reason is for people and holds nothing of the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its number, its mark, whether the mark is glued to the first field, its texts."""

    number: int
    mark: str
    glued: bool
    texts: tuple[str, ...]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """A file's lines, not yet cut."""

    encoding: str
    newline: str
    rows: tuple[bytes, ...]
    doubts: tuple[str, ...]

    def texts(self) -> list[str]:
        """The lines as text."""
        return [row.decode(self.encoding) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file cut into header, details and trailer."""

    lines: Lines
    delimiter: str
    terminator: str
    header: Row | None
    details: tuple[Row, ...]
    trailer: Row | None


def lines_of(data: bytes) -> Lines:
    """The file's lines. Raises Unknowable for what is no text of lines."""
    _is_one_of_ours(data)
    encoding, doubts = _encoding(data)
    if _CONTROLS.search(data.decode(encoding)):
        raise Unknowable("含有控制字符，不是文本文件")
    newline = "\r\n" if data.count(b"\r\n") == data.count(b"\n") > 0 else "\n"
    rows = data.split(newline.encode())
    if rows[-1]:
        doubts.append("最后一行没有换行符，文件可能被截断，推断时未使用")
    rows.pop()
    if not rows:
        raise Unknowable("没有一行是完整的")
    if any(b"\r" in row or not row.strip() for row in rows):
        raise Unknowable("换行符混用，或有空行")
    if len(rows) > ROWS_MAX:
        doubts.append(f"只看了开头 {ROWS_MAX - 1} 行和最后一行")
        rows = [*rows[: ROWS_MAX - 1], rows[-1]]
    return Lines(encoding, newline, tuple(rows), tuple(doubts))


def _is_one_of_ours(data: bytes) -> None:
    if not data.strip():
        raise Unknowable("文件是空的，没有可供推断的内容")
    for start, what in _STRANGERS.items():
        if data.startswith(start):
            raise Unknowable(f"不是定界或定长文本：{what}")


def _encoding(data: bytes) -> tuple[str, list[str]]:
    if data.isascii():
        return "gb18030", ["全部是 ASCII 字符，编码按 gb18030 填写，未能证实"]
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding, []
    raise Unknowable("既不是 UTF-8 也不是 GB18030 文本")


def delimiter_of(texts: Sequence[str]) -> str | None:
    """The text that cuts most lines into equally many fields; None when none does."""
    found = []
    for delimiter in _DELIMITERS:
        counts = Counter(text.count(delimiter) for text in texts)
        count, lines = counts.most_common(1)[0]
        inner = texts[1:-1] or texts
        alike = len({text.count(delimiter) for text in inner}) == 1
        if count and (alike or lines * 2 > len(texts)) and max(counts) >= 2:
            found.append((alike, count * len(delimiter), delimiter))
    return max(found)[2] if found else None


def delimited(lines: Lines, delimiter: str) -> Sheet:
    """Cut lines at a delimiter. Raises Unknowable for a line that is like no other."""
    texts = lines.texts()
    ended = {text.endswith(delimiter) for text in texts if delimiter in text}
    terminator = "optional" if len(ended) > 1 else "required" if True in ended else "none"
    parts = [text.split(delimiter) for text in texts]
    if terminator != "none":
        parts = [row[:-1] if len(row) > 1 and not row[-1] else row for row in parts]
    rows = [_row(number, row) for number, row in enumerate(parts, start=1)]
    header, details, trailer = in_three(rows, lambda row: (row.mark, row.glued, len(row.texts)))
    return Sheet(lines, delimiter, terminator, header, details, trailer)


def _row(number: int, parts: Sequence[str]) -> Row:
    first = parts[0]
    if _TAG.fullmatch(first):
        return Row(number, first, False, tuple(parts[1:]))
    prefix = _PREFIX.match(first)
    mark = prefix.group() if prefix else ""
    return Row(number, mark, bool(mark), (first[len(mark) :], *parts[1:]))


def in_three(
    rows: Sequence[Row], form: Callable[[Row], object]
) -> tuple[Row | None, tuple[Row, ...], Row | None]:
    """Header, details, trailer: details are alike, and the other two are not like them."""
    for first, last in ((0, 0), (1, 0), (0, 1), (1, 1)):
        inner = rows[first : len(rows) - last]
        if inner and len({form(row) for row in inner}) == 1:
            break
    else:
        raise Unknowable(_odd_one(rows, form))
    header, trailer = (rows[0] if first else None), (rows[-1] if last else None)
    if trailer is not None and not trailer.mark:
        raise Unknowable(f"第{trailer.number}行与明细不同，又没有可识别的记录标识")
    if len(rows) > 1 and not header and not trailer and form(rows[0]) == form(rows[-1]):
        return None, tuple(rows), None
    return header, tuple(inner), trailer


def _odd_one(rows: Sequence[Row], form: Callable[[Row], object]) -> str:
    inner = rows[1:-1]
    if not inner:
        return "没有明细行，无从推断"
    common = Counter(map(form, inner)).most_common(1)[0][0]
    odd = next(row.number for row in inner if form(row) != common)
    return f"第{odd}行与其他明细行的字段个数或记录标识不同"
