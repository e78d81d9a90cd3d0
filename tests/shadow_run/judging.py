"""What was decided, held against what the sandbox knows to be true. 对照事实"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from connectors.bank.model.books import Books, Decided, Side
from connectors.bank.rules.recon.equations import Balances, equations
from sandbox.months.truth import Moved, Origin, Planted
from tests.shadow_run.site import Night, groups

Item = tuple[object, ...]
# which two bookings take each other back
UNDOES = {frozenset({Origin.WRONG, Origin.REVERSAL}), frozenset({Origin.PAYOUT, Origin.RETURN})}


@dataclass
class Judge:
    """Follows one account from night to night."""

    moved: dict[str, Moved] = field(default_factory=dict)
    standing: list[Planted] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)
    recall: Counter[tuple[str, bool]] = field(default_factory=Counter)
    settled: set[str] = field(default_factory=set)

    def judge(self, night: Night) -> None:
        """Take in a night's truth and hold against it what was decided."""
        day = night.told.day
        self.moved |= {one.booking.host_serial: one for one in night.told.moved}
        self.standing += night.planted
        self.wrong += [f"{day} {what}" for what in self._wrong(night)]
        self.wrong += [f"{day} not posted: {one}" for one in night.results if one.code != "00"]
        self._compare(day, night.books, night.decided)
        balances = Balances(night.told.opening_fen, night.told.closing_fen)
        found = equations(night.books, night.decided, balances)
        self.unequal += [f"{day} {one}" for one in found if not one.holds]

    def _wrong(self, night: Night) -> Iterator[str]:
        yield from _wrong_answers(night)
        frames = _frames(night.books, night.decided)
        for members in groups(night.decided).values():
            self.settled |= _lines(members, night.books)
            sides = [(row["side"], frames[row["side"]][row["id"]]) for row in members]
            if not self._is_true(sides):
                yield f"matched wrongly: {sides}"

    def _is_true(self, sides: list[tuple[str, Mapping[str, object]]]) -> bool:
        lines = [self.moved[str(row["host_serial"])] for side, row in sides if side == _LINE]
        others = [(side, row) for side, row in sides if side != _LINE]
        if not others:
            pair = frozenset(line.origin for line in lines)
            return pair in UNDOES and sum(line.booking.effect_fen for line in lines) == 0
        meant = {(line.batch_no, line.loan_no, line.instalment_no) for line in lines}
        found = {_named(side, row) for side, row in others}
        return _agrees(meant, found) if lines else len({key[1:] for key in found}) == 1

    def _compare(self, day: date, books: Books, decided: Decided) -> None:
        """Every break that must be there is there, with its type; no other one is."""
        found = set(_items(books, decided))
        wanted = {_item(one): one for one in self.standing if _stands(one, day)}
        self.missed += [f"{day} {item}" for item in wanted.keys() - found]
        self.invented += [f"{day} {item}" for item in found - wanted.keys()]
        for item, one in wanted.items():
            if one.appears == day:
                self.recall[(one.kind, item in found)] += 1

    def by_origin(self) -> Iterator[tuple[Origin, int, int]]:
        """Of the bookings of each origin: how many found their place by themselves, of all."""
        for origin in Origin:
            own = [serial for serial, one in self.moved.items() if one.origin is origin]
            yield origin, len(self.settled & set(own)), len(own)


_LINE = Side.STATEMENT.value


def _lines(members: list[dict], books: Books) -> set[str]:
    ids = [row["id"] for row in members if row["side"] == _LINE]
    return set(books.statement.filter(pl.col("id").is_in(ids)).get_column("host_serial"))


def _wrong_answers(night: Night) -> Iterator[str]:
    truth = {
        (one.batch_no, one.line.serial): (one.outcome, one.line.taken_fen)
        for one in (*night.told.answers, *night.told.late)
    }
    asked = night.books.instructions.rows_by_key(["id"], named=True, unique=True)
    for row in night.decided.answers.iter_rows(named=True):
        one = asked[row["instruction"]]
        real = truth.get((one["batch_no"], one["serial"]), ("MISSING", 0))
        if real != (row["outcome"], row["taken_fen"]):
            yield f"{one['batch_no']}/{one['serial']}: {row['outcome']} is really {real}"


def _frames(books: Books, decided: Decided) -> dict[str, dict[int, dict]]:
    parts = {
        Side.STATEMENT: [books.statement],
        Side.EXPECTED: [books.expected, decided.expected],
        Side.DUE: [books.dues],
        Side.LEDGER: [books.ledger],
        Side.OFFSET: [books.offsets],
        Side.RESULT: [books.results],
        Side.INSTRUCTION: [books.instructions],
    }
    return {
        side.value: {row["id"]: row for frame in frames for row in frame.iter_rows(named=True)}
        for side, frames in parts.items()
    }


def _named(side: str, row: Mapping[str, object]) -> Item:
    """What an item of another side belongs to: batch, loan, instalment."""
    if side == Side.EXPECTED.value:
        return row["batch_no"], "", 0
    return "", row["loan_no"], row["instalment_no"]


def _agrees(meant: set[Item], found: set[Item]) -> bool:
    # a payment of the whole balance names no instalment
    return meant == found or (
        {item[:2] for item in meant} == {item[:2] for item in found}
        and all(item[2] == 0 for item in meant)
    )


def _items(books: Books, decided: Decided) -> Iterator[Item]:
    frames = _frames(books, decided)
    for row in decided.breaks.iter_rows(named=True):
        about = frames[row["side"]][row["id"]] if row["side"] else row
        yield row["kind"], *_about(row["side"], about)


def _about(side: str | None, row: Mapping[str, object]) -> Item:
    if side in (Side.INSTRUCTION.value, Side.RESULT.value):
        return row["batch_no"], row["serial"]
    if side in (Side.LEDGER.value, Side.OFFSET.value):
        return (row["loan_no"],)
    return (row["host_serial"],) if side == _LINE else (row["batch_no"],)


def _item(one: Planted) -> Item:
    if one.serial:
        return one.kind, one.batch_no, one.serial
    return one.kind, one.host_serial or one.loan_no or one.batch_no


def _stands(one: Planted, day: date) -> bool:
    """Whether a night must show it: bookings and credits each night until it clears."""
    if one.serial or one.loan_no or one.kind == "RETURNED":
        return one.appears == day
    return one.appears <= day and (one.clears is None or day < one.clears)
