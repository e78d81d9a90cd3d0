"""The transition tables' engine: state moves only through a row of a table. 状态迁移引擎"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import Generic, TypeVar

from gateway.errors import Code, IllegalTransition

S = TypeVar("S", bound=Enum)
E = TypeVar("E", bound=Enum)


class Answer(Enum):
    """What a table says to an event in a state."""

    MOVE = "迁移"
    IGNORE = "迟到忽略"
    HOLD = "暂存待处理"
    CONTRADICTION = "矛盾"


@dataclass(frozen=True, slots=True)
class Row(Generic[S, E]):
    """One row: in this state, at this event, do that; who causes it, and by which rule."""

    state: S
    event: E
    answer: Answer
    to: S
    cause: str
    rule: str


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """What came of an event: how the table answered and the state that follows."""

    answer: Answer
    state: S


@dataclass(frozen=True, slots=True)
class Machine(Generic[S, E]):
    """One state machine as one table.

    `theirs` are the events a counterparty causes: for each of them every state needs a row, because
    a counterparty may do anything at any time. A missing row for an event of ours is our own bug.
    """

    name: str
    title: str
    initial: S
    finals: frozenset[S]
    theirs: frozenset[E]
    rows: tuple[Row[S, E], ...]

    def advance(self, state: S, event: E) -> Step[S]:
        """Answer one event. Raises IllegalTransition when the table has no row for it."""
        for row in self.rows:
            if row.state is state and row.event is event:
                return Step(row.answer, row.to)
        raise IllegalTransition(
            Code.TRANSITION_MISSING, detail=f"{self.name}: {state.name} × {event.name}"
        )

    def states(self) -> tuple[S, ...]:
        """All states of the machine, in the order of their definition."""
        return tuple(type(self.initial))

    def faults(self) -> Iterator[str]:
        """What is wrong with the table itself; an empty table of faults is a sound machine."""
        yield from self._missing()
        yield from self._doubled()
        yield from self._unreachable()
        yield from self._wrong_finals()
        yield from self._moving_without_move()

    def _missing(self) -> Iterator[str]:
        pairs = {(row.state, row.event) for row in self.rows}
        for state, event in product(self.states(), self.theirs):
            if (state, event) not in pairs:
                yield f"no row for {state.name} × {event.name}, an event of theirs"

    def _doubled(self) -> Iterator[str]:
        pairs = [(row.state, row.event) for row in self.rows]
        twice = [pair for pair, count in Counter(pairs).items() if count > 1]
        yield from (f"two rows for {s.name} × {e.name}" for s, e in twice)

    def _unreachable(self) -> Iterator[str]:
        reached = {self.initial}
        for _ in self.states():
            reached |= {row.to for row in self.rows if row.state in reached}
        yield from (f"{state.name} is never reached" for state in set(self.states()) - reached)

    def _wrong_finals(self) -> Iterator[str]:
        leaving = {row.state for row in self.rows if row.to is not row.state}
        yield from (f"final {state.name} has an exit" for state in self.finals & leaving)
        stuck = set(self.states()) - self.finals - leaving
        yield from (f"{state.name} has no exit and is not final" for state in stuck)

    def _moving_without_move(self) -> Iterator[str]:
        for row in self.rows:
            if row.answer is not Answer.MOVE and row.to is not row.state:
                yield f"{row.state.name} × {row.event.name} moves without being a move"

    def mermaid(self) -> str:
        """The machine as a Mermaid state diagram, for docs/states.md."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial.name}"]
        lines += [f"    {state.name}: {state.value}" for state in self.states()]
        lines += [
            f"    {row.state.name} --> {row.to.name}: {row.event.value}（{row.cause}）"
            for row in self.rows
            if row.answer is Answer.MOVE
        ]
        lines += [f"    {state.name} --> [*]" for state in self.states() if state in self.finals]
        return "\n".join(lines)
