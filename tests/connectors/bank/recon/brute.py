"""All consistent ways to give lines to dues, tried one by one: what every best one has. 穷举

For up to seven lines and seven dues. A line may pay a due of its amount that it names, or, where
it names none, one its account is registered for. A loan is paid off or paid on. The best ways
serve most lines that name something, then most lines of earlier nights, then most lines.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from connectors.bank.model.books import Books
from tests.connectors.bank.recon.making import (
    TODAY,
    YESTERDAY,
    Row,
    account_of,
    books,
    card,
    due,
    line,
    loan,
)

Pair = tuple[int, int]
Way = frozenset[Pair]
_MOST = 7


@dataclass(frozen=True, slots=True)
class Rivals:
    """Lines, dues and registered accounts that get in each other's way."""

    lines: Sequence[Row]
    dues: Sequence[Row]
    registered: Sequence[Row]

    def books(self) -> Books:
        """The same as books of a day on which nothing else happens."""
        return books(statement=self.lines, dues=self.dues, registered=self.registered)


def rivals(chance: random.Random) -> Rivals:
    """Seven lines and seven dues at most, of three loans, two of them one borrower's."""
    return Rivals(
        [_line(chance, n) for n in range(1, chance.randint(2, _MOST + 1))],
        [_due(chance, n) for n in range(1, chance.randint(2, _MOST + 1))],
        [_account(chance) for _ in range(chance.randint(1, 4))],
    )


def _line(chance: random.Random, number: int) -> Row:
    return line(
        number, chance.choice([100, 100, 250]), other_account=card(chance.randint(1, 3)),
        remark=chance.choice(["", "", loan(1), loan(2), f"{loan(1)}、{loan(3)}"]),
        first_seen=chance.choice([TODAY, TODAY, YESTERDAY]),
    )  # fmt: skip


def _due(chance: random.Random, number: int) -> Row:
    of = chance.randint(1, 3)
    return due(
        number, chance.choice([100, 250]), loan_no=loan(of), contract_no="",
        instalment_no=number, due_on=TODAY - timedelta(days=chance.choice([0, 1, 30])),
        borrower=f"P{min(of, 2)}", kind=chance.choice(["instalment", "overdue", "payoff"]),
    )  # fmt: skip


def _account(chance: random.Random) -> Row:
    of = chance.randint(1, 3)
    return account_of(of, account=card(chance.randint(1, 3)), borrower=f"P{min(of, 2)}")


def certain(given: Rivals) -> Way:
    """The pairs that are in every best way."""
    best: tuple[int, int, int] = (0, 0, 0)
    sure: Way | None = None
    for way in _ways(list(given.lines), given, frozenset()):
        worth = _worth(way, given)
        if worth > best or sure is None:
            best, sure = worth, way
        elif worth == best:
            sure &= way
    return sure or frozenset()


def _worth(way: Way, given: Rivals) -> tuple[int, int, int]:
    ids = {line_id for line_id, _ in way}
    served = [row for row in given.lines if row["id"] in ids]
    old = [row for row in served if row["first_seen"] == YESTERDAY]
    return sum(bool(_named(row, given)) for row in served), len(old), len(way)


def _ways(left: list[Row], given: Rivals, way: Way) -> Iterator[Way]:
    if not left:
        yield way
        return
    first, rest = left[0], left[1:]
    yield from _ways(rest, given, way)
    for one in given.dues:
        if _may_pay(first, one, given) and _goes_with(one, way, given.dues):
            yield from _ways(rest, given, way | {(int(str(first["id"])), int(str(one["id"])))})


def _may_pay(shown: Row, owed: Row, given: Rivals) -> bool:
    if shown["fen"] != owed["fen"]:
        return False
    if names := _named(shown, given):
        return names == {owed["loan_no"]}
    return any(
        one["account"] == shown["other_account"]
        and (one["borrower"] == owed["borrower"] or one["loan_no"] == owed["loan_no"])
        for one in given.registered
    )


def _named(shown: Row, given: Rivals) -> set[object]:
    """The loans a line names, as far as they exist."""
    known = {one["loan_no"] for one in (*given.dues, *given.registered)}
    return {loan_no for loan_no in known if str(loan_no) in str(shown["remark"])}


def _goes_with(owed: Row, way: Way, dues: Sequence[Row]) -> bool:
    """Whether nobody has paid this due, and its loan is not paid off and paid on."""
    paid = [one for one in dues if one["id"] in {due_id for _, due_id in way}]
    same = [one for one in paid if one["loan_no"] == owed["loan_no"]]
    return owed not in paid and not (
        same and "payoff" in {owed["kind"], *(s["kind"] for s in same)}
    )
