"""E1–E6: what was put in against what came out, added up by a way of its own. 守恒等式

Sums over the raw books and over what was decided, and nothing the passes have computed between.
E2 alone can be untrue of a sound engine: it asks whether the statement itself adds up.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from connectors.bank.model import BreakKind, Outcome
from connectors.bank.model.books import Books, Decided, Evidence, Side
from connectors.bank.rules.proof import Equation, Sum


@dataclass(frozen=True, slots=True)
class Balances:
    """What the statement says of its account before and after, in fen."""

    opening_fen: int
    closing_fen: int


def equations(books: Books, decided: Decided, balances: Balances) -> Iterator[Equation]:
    """The equations of an account-day, in the order a clerk reads them."""
    yield _open_items(books, decided)
    yield _roll(books, balances)
    yield _bank_and_ledger(books, decided)
    yield _instructed(books, decided)
    yield _said(books, decided)
    yield _next_batch(books, decided)
    yield _posted(decided)
    yield _parts(decided)


def _sum(frame: pl.DataFrame, column: str = "fen") -> Sum:
    return Sum(frame.height, int(frame.get_column(column).sum()))


def _minus(value: Sum) -> Sum:
    return Sum(-value.count, -value.fen)


def _money(value: Sum) -> Sum:
    """Money where the counts of the two sides are of different things."""
    return Sum(0, value.fen)


def _of(decided: Decided, side: Side, *, low: int, high: int) -> pl.DataFrame:
    links = decided.links.filter("automatic")
    return links.filter((pl.col("side") == side.value) & pl.col("stage").is_between(low, high))


def _open_items(books: Books, decided: Decided) -> Equation:
    """E1: what was open and what is new is matched, netted or still open."""
    old = pl.col("first_seen") < books.business_date
    waiting = pl.concat([frame.select("fen", "first_seen") for frame in _items(books, decided)])
    matched = [_of(decided, side, low=4, high=9) for side in (Side.STATEMENT, Side.EXPECTED)]
    return Equation(
        "E1 未达账项滚动",
        "期初未达与本日新增",
        _sum(waiting.filter(old)) + _sum(waiting.filter(old.not_().fill_null(value=True))),
        [
            ("已勾对", _sum(pl.concat(matched))),
            ("冲正抵消", _sum(_of(decided, Side.STATEMENT, low=2, high=2))),
            ("期末未达", _sum(decided.open_items)),
        ],
    )


def _items(books: Books, decided: Decided) -> tuple[pl.DataFrame, ...]:
    return books.statement, books.expected, decided.expected


def _roll(books: Books, balances: Balances) -> Equation:
    """E2: opening and tonight's bookings are the closing."""
    tonight = books.statement.filter(pl.col("first_seen") >= books.business_date)
    return Equation(
        "E2 对账单余额滚动",
        "期末余额",
        Sum(0, balances.closing_fen),
        [("期初余额", Sum(0, balances.opening_fen)), ("本日发生额", _money(_sum(tonight)))],
    )


def _bank_and_ledger(books: Books, decided: Decided) -> Equation:
    """E3: the bank less the ledger is what the breaks say, and what is on its way."""
    booked = books.ledger.filter(
        pl.col("kind").ne_missing("05") & pl.col("reversed").ne_missing(other=True)
    )
    asked = decided.answers.filter("post")
    receipts = _of(decided, Side.STATEMENT, low=6, high=9)
    return Equation(
        "E3 银行与账面之差全部有解释",
        "银行发生额减账面",
        Sum(
            0,
            _sum(books.statement).fen
            - _sum(books.expected).fen
            - _sum(booked).fen
            - _sum(asked, "taken_fen").fen
            - _sum(receipts).fen,
        ),
        [
            ("不平账项", _money(_sum(decided.breaks, "signed_fen"))),
            ("本日在途（未入对账单）", _minus(_money(_on_the_way(decided)))),
        ],
    )


def _on_the_way(decided: Decided) -> Sum:
    """Tonight's promised credits that are open and belong to no unequal group."""
    waiting = decided.open_items.filter(pl.col("side") == Side.EXPECTED.value)
    fresh = decided.expected.join(waiting, on="id", how="semi")
    lump = decided.breaks.filter(pl.col("kind") == BreakKind.LUMP_DIFFERS.name)
    grouped = pl.col("batch_no").is_in(lump.get_column("batch_no").implode())
    return _sum(fresh.filter(~(grouped & (pl.col("host_serial") == ""))))


def _instructed(books: Books, decided: Decided) -> Equation:
    """E4: every instruction has an outcome; a partial one is what was taken and what is short."""
    asked = books.instructions.select("asked_fen", instruction="id").join(
        decided.answers.select("instruction", "outcome", "taken_fen"), on="instruction"
    )
    parts = {one: asked.filter(pl.col("outcome") == one.name) for one in Outcome}
    partial = parts[Outcome.PARTIAL]
    short = _sum(partial, "asked_fen").fen - _sum(partial, "taken_fen").fen
    rows = [
        (one.value, _sum(rows, "taken_fen" if one is Outcome.PARTIAL else "asked_fen"))
        for one, rows in parts.items()
    ]
    return Equation(
        "E4 扣款指令全部有下落",
        "扣款指令",
        _sum(books.instructions, "asked_fen"),
        [*rows, ("部分扣款未扣部分", Sum(0, short))],
    )


def _said(books: Books, decided: Decided) -> Equation:
    """E4 of the bank's side: what its lines say was taken is answered, extra or said twice."""
    twice = decided.links.filter(
        (pl.col("evidence") == Evidence.SAID_TWICE.name) & (pl.col("id") != _first_of_group())
    )
    extra = decided.breaks.filter(pl.col("side") == Side.RESULT.value)
    return Equation(
        "E4 银行结果逐笔有归属",
        "银行结果（实扣）",
        _money(_sum(books.results, "taken_fen")),
        [
            ("指令所扣", _money(_sum(decided.answers, "taken_fen"))),
            ("银行有系统无", _money(_sum(extra, "signed_fen"))),
            ("重复行", _money(_sum(twice))),
        ],
    )


def _first_of_group() -> pl.Expr:
    return pl.col("id").min().over("group")


def _next_batch(books: Books, decided: Decided) -> Equation:
    """E5: what is due is in the bank's hands, held back, paid otherwise, or free to be asked."""
    running = books.instructions.select("loan_no", "instalment_no", instruction="id").join(
        decided.answers.filter(pl.col("outcome") != Outcome.FAILED.name), on="instruction"
    )
    paid = _of(decided, Side.DUE, low=6, high=9)
    loans = decided.breaks.filter("blocking").get_column("loan_no").unique()
    due = books.dues.filter(pl.col("kind") != "payoff")
    taken = due.join(running, on=["loan_no", "instalment_no"], how="semi").get_column("id")
    state = due.with_columns(
        state=pl.when(pl.col("id").is_in(paid.get_column("id").implode())).then(pl.lit("paid"))
        .when(pl.col("id").is_in(taken.implode())).then(pl.lit("running"))
        .when(pl.col("loan_no").is_in(loans.implode())).then(pl.lit("held"))
        .otherwise(pl.lit("free"))
    )  # fmt: skip
    titles = {"running": "在途", "held": "暂停", "paid": "已另行还款", "free": "可入下一批"}
    return Equation(
        "E5 下一批由应还得出",
        "应还",
        _sum(due),
        [(title, _sum(state.filter(pl.col("state") == one))) for one, title in titles.items()],
    )


def _posted(decided: Decided) -> Equation:
    """E6: what was proved taken is asked to be posted, booked already, or a break."""
    proved = decided.answers.filter(
        pl.col("outcome").is_in([Outcome.EXACT.name, Outcome.PARTIAL.name])
    )
    asked, booked = proved.filter("post"), proved.filter(~pl.col("post"))
    return Equation(
        "E6 已扣款项均请求入账或已入账",
        "已证实扣款",
        _sum(proved, "taken_fen"),
        [("请求入账", _sum(asked, "taken_fen")), ("账上已有", _sum(booked, "taken_fen"))],
    )


def _parts(decided: Decided) -> Equation:
    """E6, part by part: the four parts of every posting are what was taken."""
    posted = decided.answers.filter("post")
    titles = {
        "principal_fen": "本金", "interest_fen": "利息", "penalty_fen": "罚息",
        "fine_fen": "违约金",
    }  # fmt: skip
    return Equation(
        "E6 入账分项合计",
        "请求入账",
        _money(_sum(posted, "taken_fen")),
        [(title, _money(_sum(posted, part))) for part, title in titles.items()],
    )
