"""A run of digits cut into days, serials, totals, codes: the cut that explains most. 数字串切分"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

_WIDEST = 32
# A smaller number is found anywhere.
TELLING = 100
# How wide banks make their amounts; decides where as much speaks for one cut as for another.
_USUAL = {15: 0.9, 16: 0.7, 12: 0.5, 13: 0.4, 14: 0.3, 18: 0.3}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of columns: where it starts, and what every line has there."""

    start: int
    texts: tuple[bytes, ...]

    @property
    def width(self) -> int:
        """How many bytes."""
        return len(self.texts[0])

    def part(self, a: int, b: int) -> list[bytes]:
        """What the lines have between two places, blanks left out."""
        return [text[a:b] for text in self.texts if text[a:b].strip()]


def segments(
    run: Run,
    ends: bytes,
    numbers: frozenset[int] = frozenset(),
    known: tuple[int, int] = (-1, 0),
) -> Sequence[int]:
    """Where the fields of a run begin and end, as places in the line.

    `ends` are header and trailer, in which the sum of a column may stand; `numbers` are counts and
    sums a header or trailer may say; `known` is a place and width that is told.
    """
    if run.width > 200:
        return []
    fixed = {known[0] - run.start: known[1]} if known[0] >= run.start else {}
    best: list[tuple[float, int]] = [(0.0, 0)]
    for b in range(1, run.width + 1):
        tries = [
            (best[a][0] + _worth(run, (a, b), ends, numbers) + 12.0 * (fixed.get(a) == b - a), a)
            for a in range(max(0, b - _WIDEST), b)
        ]
        best.append(max(tries))
    return [run.start + place for place in _places(best)] if _explained(best) else []


def _explained(best: Sequence[tuple[float, int]]) -> bool:
    """Is it worth more than leaving the run whole?"""
    return best[-1][0] > 0


def _places(best: Sequence[tuple[float, int]]) -> Iterator[int]:
    place = len(best) - 1
    while place:
        yield place
        place = best[place][1]
    yield 0


def _worth(run: Run, at: tuple[int, int], ends: bytes, numbers: frozenset[int]) -> float:
    """How much it explains that these bytes are one field; a field that explains nothing costs."""
    texts = run.part(*at)
    if not texts or not all(text.isdigit() for text in texts):
        return -1.0
    if len(texts) == 1 and numbers:
        return max(_shape_worth(run, at, texts), _number_worth(texts[0], numbers))
    return max(_shape_worth(run, at, texts), _sum_worth(run, at, ends))


def _shape_worth(run: Run, at: tuple[int, int], texts: Sequence[bytes]) -> float:
    """A day, a time, a serial, a code or a flag, by its looks."""
    width, several = at[1] - at[0], len(set(texts)) > 1
    worths = {
        10.0: width == 8 and all(map(_is_day, texts)),
        3.0: width == run.width == 6 and several and all(map(_is_time, texts)),
        width * 1.0: at[0] == 0 == run.start and width >= 2 and _counts_up(texts),
        width * 0.4: 4 <= width <= 6 and several and b"0" * width in texts,
        0.4: width == 1 and set(texts) == {b"0", b"1"},
    }
    return max((worth for worth, holds in worths.items() if holds), default=-1.0)


def _number_worth(text: bytes, numbers: frozenset[int]) -> float:
    """A number that header or trailer may say; a small one is found anywhere."""
    value, width = int(text), len(text)
    if not 4 <= width <= 18 or value not in numbers:
        return -1.0
    return (8.0 if value >= TELLING else -1.0) + width * (0.5 if value else 0.2)


def _is_time(text: bytes) -> bool:
    return text[:2] < b"24" and text[2:4] < b"60" and text[4:] < b"60"


def _is_day(text: bytes) -> bool:
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return 1990 <= day.year <= 2099


def _counts_up(texts: Sequence[bytes]) -> bool:
    values = [int(text) for text in texts]
    small = values[0] <= 10 and values[-1] <= 10 * len(values) and any(v % 10 for v in values)
    return len(values) > 1 and small and all(one < other for one, other in pairwise(values))


def _sum_worth(run: Run, at: tuple[int, int], ends: bytes) -> float:
    """Amounts whose sum header or trailer says, or amount and balance side by side.

    The more digits agree, the less it is chance.
    """
    a, b = at
    width = b - a
    if not 8 <= width <= 18:
        return -1.0
    values = [int(text) for text in run.part(a, b)]
    total = sum(values)
    if len(values) > 1 and total >= TELLING and str(total).zfill(width).encode() in ends:
        return _telling(total) + _USUAL.get(width, 0.1)
    before = [int(text) for text in run.part(a - width, a)] if a >= width else []
    after = [int(text) for text in run.part(b, b + width)] if b + width <= run.width else []
    if _chained(before, values) or _chained(values, after):
        return _telling(max(values))
    return -1.0


def _telling(number: int) -> float:
    return 4.0 * len(str(number).rstrip("0")) - 4.0


def _chained(amounts: Sequence[int], balances: Sequence[int]) -> bool:
    if len(amounts) != len(balances) or len(amounts) < 3 or not all(amounts):
        return False
    moves = (other - one for one, other in pairwise(balances))
    return all(abs(move) == amount for move, amount in zip(moves, amounts[1:], strict=True))
