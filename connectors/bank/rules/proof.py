"""The proof of a night: its sums and the equations they must satisfy. 守恒等式"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.bank.model import Outcome


@dataclass(frozen=True, slots=True)
class Sum:
    """How many and how much, in fen."""

    count: int = 0
    fen: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.count + other.count, self.fen + other.fen)


@dataclass(frozen=True, slots=True)
class NightSums:
    """The sums of a night, each read from the rows by a query of its own.

    `asked` and `taken` are by outcome; `result_lines` is the count of the bank's own trailers;
    `line_taken` sums the stored lines; `lump` and `claimed` are bookings of this statement that
    were matched, with the results' credits or otherwise, `left_open` those that were not; `before`
    had been booked already, `posted`, `refused` and `open` are postings by the ledger's answer.
    """

    instructions: Sum
    asked: Mapping[Outcome, Sum]
    taken: Mapping[Outcome, Sum]
    result_lines: Sum
    line_taken: Sum
    extra: Sum
    opening_fen: int
    bookings: Sum
    lump: Sum
    claimed: Sum
    left_open: Sum
    closing_fen: int
    before: Sum
    posted: Sum
    refused: Sum
    open: Sum
    unbooked_fen: int


@dataclass(frozen=True, slots=True)
class Equation:
    """One equation in count and fen: left = the sum of the right; `holds` is recomputed."""

    title: str
    left_title: str
    left: Sum
    right: Sequence[tuple[str, Sum]]

    @property
    def right_sum(self) -> Sum:
        """The right side added up."""
        return sum((part for _, part in self.right), Sum())

    @property
    def holds(self) -> bool:
        """Whether both sides are equal, in count and in fen."""
        return self.left == self.right_sum


def equations(sums: NightSums) -> Iterator[Equation]:
    """The night's equations, in the order a clerk reads them."""
    yield from _of_the_results(sums)
    yield from _of_the_statement(sums)
    yield from _of_the_ledger(sums)


def _of_the_results(sums: NightSums) -> Iterator[Equation]:
    """Every instruction and every line of the bank's has an outcome."""
    yield Equation(
        "扣款指令全部有下落",
        "扣款指令",
        sums.instructions,
        [(outcome.value, sums.asked.get(outcome, Sum())) for outcome in Outcome],
    )
    lines = [(o.value, sums.taken.get(o, Sum())) for o in Outcome if o is not Outcome.MISSING]
    yield Equation(
        "银行结果逐笔有归属",
        "银行结果（实扣）",
        Sum(sums.result_lines.count, sums.line_taken.fen),
        [*lines, ("银行有系统无", sums.extra)],
    )


def _of_the_statement(sums: NightSums) -> Iterator[Equation]:
    """The balances roll, and every booking is matched or listed as open."""
    yield Equation(
        "对账单余额衔接",
        "期末余额",
        _fen(sums.closing_fen),
        [("期初余额", _fen(sums.opening_fen)), ("当日发生净额", _fen(sums.bookings.fen))],
    )
    yield Equation(
        "对账单逐笔有归属",
        "当日发生",
        sums.bookings,
        [
            ("批扣入账", sums.lump),
            ("其他已勾对", sums.claimed),
            ("未达待认领", sums.left_open),
        ],
    )


def _of_the_ledger(sums: NightSums) -> Iterator[Equation]:
    """What was proved taken is answered by the ledger; what is not booked is a break."""
    proved = sums.taken.get(Outcome.EXACT, Sum()) + sums.taken.get(Outcome.PARTIAL, Sum())
    yield Equation(
        "已证实扣款均已请求入账且有结果",
        "全额与部分成功",
        proved,
        [
            ("此前已在账", sums.before),
            ("核心已入账", sums.posted),
            ("核心拒绝", sums.refused),
            ("核心未答复", sums.open),
        ],
    )
    yield Equation(
        "未入账款项全部列为不平账项",
        "银行实扣减已入账",
        _fen(sums.line_taken.fen - sums.before.fen - sums.posted.fen),
        [("不平账项未入账合计", _fen(sums.unbooked_fen))],
    )


def _fen(fen: int) -> Sum:
    """Money where nothing is counted."""
    return Sum(0, fen)


def is_proved(sums: NightSums) -> bool:
    """Whether the night is proved: every equation holds and the ledger has answered everything."""
    return sums.open == Sum() and all(equation.holds for equation in equations(sums))
