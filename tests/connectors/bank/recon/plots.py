"""A night put together from plots, each the story of one loan and how it must end. 情节"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from connectors.bank.model.books import Books, Decided
from tests.connectors.bank.recon.making import BATCH, Row, asked, books, due, line, lump

LUMP_ID = 1
Member = tuple[str, int]
Link = tuple[str, frozenset[Member]]
Broken = tuple[str, str | None, int | None]


@dataclass(frozen=True, slots=True)
class Ending:
    """What must be decided: outcomes of instructions, breaks, and the automatic links.

    Promised credits are no members here: their ids are the engine's own.
    """

    outcomes: Mapping[int, str] = field(default_factory=dict)
    breaks: tuple[Broken, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Plot:
    """The rows of one loan's night and how it ends."""

    rows: Mapping[str, tuple[Row, ...]]
    ending: Ending = field(default_factory=Ending)


# A plot is told for a number: its loan, its borrower, its card, its amount and all its ids.
Telling = Callable[[int], Plot]


def fen(n: int) -> int:
    """The instalment of loan n; nobody else's, nor the sum or difference of others'."""
    return 200_170 + 7_919 * n


def ask(n: int, **changes: object) -> Row:
    """The instruction of loan n."""
    return asked(n, asked_fen=fen(n), principal_fen=fen(n) - 108_333) | changes


def owe(n: int, k: int = 0, **changes: object) -> Row:
    """An open due of loan n, one of ten."""
    return due(n, fen(n)) | {"id": 10 * n + k, "instalment_no": 13 + k} | changes


def come(n: int, k: int = 0, **changes: object) -> Row:
    """A booking on our account, one of ten, of the instalment of loan n unless told otherwise."""
    return line(10 * n + k, fen(n)) | changes


def serial(n: int, k: int = 0) -> str:
    """The host serial of that booking."""
    return f"S{10 * n + k:08d}"


def broken(kind: str, n: int, *numbers: int) -> tuple[Broken, ...]:
    """Breaks of this kind on these bookings of loan n."""
    return tuple((kind, "statement", 10 * n + k) for k in numbers)


def linked(evidence: str, **ids: int | tuple[int, ...]) -> Link:
    """A link as its evidence and members, named by side."""
    several = {side: one if isinstance(one, tuple) else (one,) for side, one in ids.items()}
    return evidence, frozenset((side, id) for side, some in several.items() for id in some)


def night(plots: Iterable[Plot]) -> Books:
    """The books of all plots together, with the lump of what their results took."""
    rows: dict[str, list[Row]] = {}
    for plot in plots:
        for frame, more in plot.rows.items():
            rows.setdefault(frame, []).extend(more)
    taken = _money_of(rows.get("results", []))
    if taken:
        rows.setdefault("statement", []).append(lump(LUMP_ID, taken))
    return books(**rows)


def _money_of(results: Iterable[Row]) -> int:
    """What the common batch took; a line said twice is one."""
    said = {tuple(value for name, value in row.items() if name != "id"): row for row in results}
    return sum(int(str(row["taken_fen"])) for row in said.values() if row["batch_no"] == BATCH)


def told(plots: Iterable[Plot]) -> tuple[dict[int, str], Counter[Broken], Counter[Link]]:
    """How these plots must end together: each as if it were alone."""
    outcomes: dict[int, str] = {}
    breaks: Counter[Broken] = Counter()
    links: Counter[Link] = Counter()
    for plot in plots:
        outcomes |= plot.ending.outcomes
        breaks.update(plot.ending.breaks)
        links.update(plot.ending.links)
    return outcomes, breaks, links


def ended(made: Decided) -> tuple[dict[int, str], Counter[Broken], Counter[Link]]:
    """How a night ended, as `told` tells it, the common lump aside."""
    outcomes = dict(made.answers.select("instruction", "outcome").iter_rows())
    named = pl.when(pl.col("side") != "expected").then("id")
    breaks = Counter(made.breaks.select("kind", "side", named.alias("id")).iter_rows())
    shown = made.links.filter(pl.col("automatic") & (pl.col("side") != "expected"))
    groups = (
        (part.item(0, "evidence"), frozenset(part.select("side", "id").iter_rows()))
        for part in shown.partition_by("group")
    )
    return outcomes, breaks, Counter(one for one in groups if ("statement", LUMP_ID) not in one[1])
