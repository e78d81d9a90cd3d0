"""What the numbers of an unknown file prove: totals and the balance chain. 以算术求证"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from connectors.bank.codec.inferring.columns import Column

# A column with so few different values may be a condition of a total.
_CONDITIONS_MAX = 8
_WORD_MAX = 5


# Words banks use for credit and debit, and for what is taken back.
_DIRECTIONS = ({"C", "D"}, {"贷", "借"}, {"1", "2"}, {"+", "-"}, {"CR", "DR"})
_CREDIT = frozenset({"C", "贷", "2", "+", "CR"})
_TURNINGS = ({"Y", "N"}, {"是", "否"}, {"0", "1"})
_TURNED = frozenset({"Y", "是", "1"})


@dataclass(frozen=True, slots=True)
class Total:
    """How one number comes from the details: which column is added up, and which lines count."""

    of: Column | None
    where: Column | None = None
    value: str = ""
    other_than: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Amount and balance that hang together; flags that turn the sign; the order of the lines."""

    amount: Column
    balance: Column
    direction: Column | None
    credit: str
    reversal: Column | None
    reversed: str
    newest_first: bool
    opening_fen: int
    closing_fen: int


def totals(columns: Sequence[Column]) -> Iterator[tuple[Total, int]]:
    """Every count and sum of the details, the unconditional ones first."""
    adding = [None, *(column for column in columns if column.is_money)]
    for of in adding:
        yield Total(of), _total(of, [True] * len(columns[0].texts))
    for where in columns:
        if not _may_choose(where):
            continue
        for of in adding:
            for value in sorted(where.said):
                chosen = [text == value for text in where.texts]
                yield Total(of, where, value), _total(of, chosen)
                if not all(chosen):
                    left = [not one for one in chosen]
                    yield Total(of, where, value, other_than=True), _total(of, left)


def _may_choose(column: Column) -> bool:
    """A flag or a code: short words, few of them, fewer than lines; never anybody's name."""
    few = 0 < len(column.said) <= min(_CONDITIONS_MAX, len(column.texts) - 1)
    return column.is_text and few and all(len(text) <= _WORD_MAX for text in column.said)


def _total(of: Column | None, chosen: Sequence[bool]) -> int:
    if of is None:
        return sum(chosen)
    return sum(v or 0 for v, counts in zip(of.values, chosen, strict=True) if counts)


def numbers_of(columns: Sequence[Column]) -> frozenset[int]:
    """Every number that a header or trailer may say of the details."""
    found = {number for _, number in totals(columns)}
    chain = chain_of(columns)
    return frozenset(found | ({chain.opening_fen, chain.closing_fen} if chain else set()))


def chain_of(columns: Sequence[Column]) -> Chain | None:
    """The first amount and balance that hang together over at least three lines."""
    money = [column for column in columns if column.is_money and not column.blanks]
    flags = [c for c in columns if c.is_text and 0 < len(c.said) <= 2 and _short(c)]
    for newest_first in (False, True):
        for amount in money:
            for balance in money:
                found = amount is not balance and _chain(amount, balance, flags, newest_first)
                if found:
                    return found
    return None


def _short(column: Column) -> bool:
    return all(len(text) <= 2 for text in column.said)


def _chain(
    amount: Column, balance: Column, flags: Sequence[Column], newest_first: bool
) -> Chain | None:
    step = -1 if newest_first else 1
    amounts, balances = amount.values[::step], balance.values[::step]
    moves = [other - one for one, other in pairwise(balances)]
    if len(moves) < 2 or not all(abs(m) == abs(a) for m, a in zip(moves, amounts[1:], strict=True)):
        return None
    if not any(moves):
        return None
    lines = range(len(amounts))[::step]
    for reading in _readings(flags):
        possible = [_possible(line, amount.values[line], reading) for line in lines]
        if all(move in effects for move, effects in zip(moves, possible[1:], strict=True)):
            direction, credit, turning, value = reading
            ends = (newest_first, balances[0] - possible[0][0], balances[-1])
            return Chain(amount, balance, direction, credit, turning, value, *ends)
    return None


_Reading = tuple[Column | None, str, Column | None, str]


def _readings(flags: Sequence[Column]) -> Iterator[_Reading]:
    """Ways to read a sign: as written, by a direction and a reversal flag, by one of them.

    Flags whose words are known for what they are come first: more than one way may fit.
    """
    yield None, "", None, ""
    ways = [(one, value) for one in flags if len(one.said) == 2 for value in sorted(one.said)]
    directions = sorted(
        ways, key=lambda way: (way[0].said not in _DIRECTIONS, way[1] not in _CREDIT)
    )
    turnings = sorted(ways, key=lambda way: (way[0].said not in _TURNINGS, way[1] not in _TURNED))
    known = [(one, value) for one, value in directions if one.said in _DIRECTIONS]
    for one, credit in known:
        yield from ((one, credit, other, value) for other, value in turnings if other is not one)
        yield one, credit, None, ""
    yield from ((one, credit, None, "") for one, credit in directions)
    for one, credit in directions:
        yield from ((one, credit, other, value) for other, value in turnings if other is not one)
    yield from ((None, "", other, value) for other, value in turnings)


def _possible(line: int, amount: int, reading: _Reading) -> tuple[int, ...]:
    """What a line can have done under a reading, as the decoder would take it."""
    direction, credit, turning, value = reading
    turned = turning is not None and turning.texts[line] == value
    if direction is None:
        return (amount, -amount) if turned and amount > 0 else (amount,)
    credited = direction.texts[line] == credit
    return (amount if credited is not turned else -amount,)
