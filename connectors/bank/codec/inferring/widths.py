"""Fixed lines cut into columns: by padding, then by what digits add up to. 定长切分"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from connectors.bank.codec.inferring.arithmetic import numbers_of
from connectors.bank.codec.inferring.columns import Column, column_of
from connectors.bank.codec.inferring.digits import TELLING, Run, segments
from connectors.bank.codec.inferring.sniffing import Lines, Row, Sheet, Unknowable, in_three

_PADDING = re.compile(rb"(?<=  )[^ ]")
_MARK = re.compile(rb"[A-Za-z#]")
_DIGITS = re.compile(rb"[0-9]+")


def fixed(lines: Lines, bank: str) -> Sheet:
    """Cut lines of equal length by bytes; `bank` is the code in the file's name, if any.

    Raises Unknowable when they are of no equal length, or too few to compare.
    """
    rows = [_marked(number, row) for number, row in enumerate(lines.rows, start=1)]
    header, details, trailer = in_three(rows, lambda row: (row.mark, row.widths))
    if len(details) < 2:
        raise Unknowable("定长文件至少要有两行明细才能推断各字段的位置")
    bodies = [_body(lines, row) for row in details]
    ends = b" ".join(_body(lines, row) for row in (header, trailer) if row)
    cuts = _cuts(bodies, lambda run: segments(run, ends))
    found = tuple(_cut(lines, row, cuts) for row in details)
    numbers = numbers_of(_columns(found))
    large = frozenset(number for number in numbers if number >= TELLING)
    top = _end(lines, header, large, bank.encode()) if header else None
    return Sheet(lines, "", "", top, found, _end(lines, trailer, numbers, b"") if trailer else None)


def _end(lines: Lines, row: Row, numbers: frozenset[int], bank: bytes) -> Row:
    """A header or trailer: one line alone, so what it says of the details is the guide."""
    body = _body(lines, row)
    known = (body.find(bank), len(bank)) if bank else (-1, 0)
    return _cut(lines, row, _cuts([body], lambda run: segments(run, b"", numbers, known)))


def _columns(rows: Sequence[Row]) -> list[Column]:
    texts = zip(*(row.texts for row in rows), strict=True)
    return [column_of(place, column, rows[0].widths[place]) for place, column in enumerate(texts)]


def _marked(number: int, row: bytes) -> Row:
    found = _MARK.match(row)
    mark = found.group().decode() if found else ""
    return Row(number, mark, False, (), (len(row),))


def _body(lines: Lines, row: Row) -> bytes:
    return lines.rows[row.number - 1][len(row.mark) :]


def _cut(lines: Lines, row: Row, cuts: Sequence[int]) -> Row:
    body = _body(lines, row)
    try:
        texts = tuple(body[a:b].decode(lines.encoding) for a, b in pairwise(cuts))
    except UnicodeDecodeError as inside:
        raise Unknowable(f"第{row.number}行按推断的位置会把汉字切成两半") from inside
    return Row(row.number, row.mark, False, texts, tuple(b - a for a, b in pairwise(cuts)))


def _cuts(bodies: Sequence[bytes], inside: Callable[[Run], Iterable[int]]) -> list[int]:
    """Begin and end, wherever something stands behind padding, and where digits change meaning."""
    width = len(bodies[0])
    found = {0, width}
    for body in bodies:
        found |= {match.start() for match in _PADDING.finditer(body)}
    for start, end in _runs(bodies, sorted(found)):
        places = set(inside(Run(start, tuple(body[start:end] for body in bodies))))
        # what fills a field up belongs to it
        filled = all(body[end : end + 1] == b" " for body in bodies)
        found |= places - {end} if filled else places
    return sorted(found)


def _runs(bodies: Sequence[bytes], cuts: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Stretches where every line has digits, or nothing; behind a letter only if it is a flag."""
    kinds = bytearray(len(bodies[0]))
    for place in range(len(kinds)):
        said = {body[place : place + 1] for body in bodies}
        kinds[place] = ord("0") if all(one.isdigit() or one == b" " for one in said) else ord("x")
        kinds[place] = ord(" ") if said == {b" "} else kinds[place]
    for a, b in pairwise(cuts):
        for match in _DIGITS.finditer(bytes(kinds[a:b])):
            flagged = match.start() == 1 and kinds[a] == ord("x")
            if match.start() == 0 or flagged or kinds[a + match.start() - 1] != ord("x"):
                yield a + match.start(), a + match.end()
