"""Named streams of choices: the same name gives the same choices everywhere. 可复现的随机流."""

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")
Seed = str | int


class Chance:
    """One stream; what it yields depends on its name and on nothing else.

    Only ``Random.random()`` is used: it alone is promised to stay the same in every Python version.
    """

    __slots__ = ("_random",)

    def __init__(self, seed: Seed, *purpose: object) -> None:
        name = ":".join(str(part) for part in purpose)
        self._random = random.Random(f"{seed}:{name}")

    def below(self, bound: int) -> int:
        """Return an integer in 0 … bound-1."""
        return int(self._random.random() * bound)

    def between(self, low: int, high: int) -> int:
        """Return an integer in low … high, both included."""
        return low + self.below(high - low + 1)

    def choose(self, items: Sequence[Item]) -> Item:
        """Return one of the items."""
        return items[self.below(len(items))]

    def happens(self, per_mille: int) -> bool:
        """Say yes so many times in a thousand."""
        return self.below(1000) < per_mille

    def distinct(self, how_many: int, bound: int) -> tuple[int, ...]:
        """Return different integers of 0 … bound-1, in the order drawn."""
        drawn: dict[int, int] = {}  # a shuffle that stores only the places it has touched
        for place in range(how_many):
            other = self.between(place, bound - 1)
            drawn[place], drawn[other] = drawn.get(other, other), drawn.get(place, place)
        return tuple(drawn[place] for place in range(how_many))
