"""Why an item ended as it did: the pass, its key, and what else was looked at. 勾对说明

Nothing here decides: candidates are looked up anew, for one item, each with the first thing that
speaks against it. No names or accounts are told, only which items and why.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import polars as pl

from connectors.bank.model import Outcome
from connectors.bank.model.books import Books, Decided, Evidence, Side
from connectors.bank.rules.recon.frames import tidied
from connectors.bank.rules.recon.names import folded
from connectors.bank.rules.recon.references import named

# So many candidates of a pass are told.
CONSIDERED_MAX = 20


class Why(Enum):
    """What spoke for or against a candidate."""

    CHOSEN = "采用"
    SUGGESTED = "建议"
    OTHER_AMOUNT = "金额不同"
    OTHER_COUNTERPARTY = "对手账号不同"
    OTHER_NAME = "户名不同"
    OTHER_DAY = "日期不符"
    OTHER_PLACE = "批次或序号不同"
    AT_THE_BANK = "该期已发扣款指令"
    NOT_ALONE = "候选不唯一"
    NO_REVERSAL = "不是一冲一正"


@dataclass(frozen=True, slots=True)
class Considered:
    """One candidate a pass looked at, and what spoke for or against it."""

    stage: int
    side: Side
    id: int
    why: Why


@dataclass(frozen=True, slots=True)
class Explanation:
    """One item: the pass and evidence it was decided by, and everything that was looked at.

    `stage` and `evidence` are None while nothing was found; a suggestion is not `automatic`.
    """

    side: Side
    id: int
    stage: int | None
    evidence: Evidence | None
    automatic: bool
    considered: tuple[Considered, ...]


def explain(books: Books, decided: Decided, side: Side, item: int) -> Explanation:
    """Explain one booking of the statement or one instruction.

    Raises KeyError when the books have no such item or it is of another side.
    """
    books = tidied(books)
    frames = {Side.STATEMENT: books.statement, Side.INSTRUCTION: books.instructions}
    mine = frames[side].filter(pl.col("id") == item) if side in frames else pl.DataFrame()
    if mine.is_empty():
        raise KeyError(side.value, item)
    if side is Side.INSTRUCTION:
        return _instruction(books, decided, mine, item)
    return _line(books, decided, mine, item)


def _line(books: Books, decided: Decided, mine: pl.DataFrame, item: int) -> Explanation:
    of_mine = decided.links.filter(
        (pl.col("side") == Side.STATEMENT.value) & (pl.col("id") == item)
    ).sort("automatic", "stage", descending=[True, False])
    groups = decided.links.join(of_mine.select("group"), on="group", how="semi")
    chosen = {
        (stage, side, other): Why.CHOSEN if automatic else Why.SUGGESTED
        for stage, side, other, automatic in groups.select(
            "stage", "side", "id", "automatic"
        ).iter_rows()
        if (side, other) != (Side.STATEMENT.value, item)
    }
    seen = {(one.stage, one.side.value, one.id): one.why for one in _seen(books, decided, mine)}
    best = of_mine.select("stage", "evidence", "automatic").rows()
    stage, evidence, automatic = best[0] if best else (None, None, False)
    told = [
        Considered(number, Side(side), other, why)
        for (number, side, other), why in sorted((seen | chosen).items())
        if not automatic or number <= stage
    ]
    name = Evidence[evidence] if evidence else None
    return Explanation(Side.STATEMENT, item, stage, name, automatic, tuple(told))


def _seen(books: Books, decided: Decided, mine: pl.DataFrame) -> Iterator[Considered]:
    """The candidates of every pass the line could enter, with what spoke against each."""
    yield from _reversals(books, mine)
    yield from _credits(books, decided, mine)
    naming = named(mine, books)
    dues = _dues(books, decided, mine)
    if naming.height:
        loans = naming.get_column("loans").explode().implode()
        yield from _told(6, Side.DUE, dues.filter(pl.col("loan_no").is_in(loans)), _DUE_RULES)
        return
    account = books.registered.filter(pl.col("account") == mine.item(0, "other_account"))
    owned = pl.col("borrower").is_in(account.get_column("borrower").implode())
    owned |= pl.col("loan_no").is_in(account.get_column("loan_no").implode())
    yield from _told(8, Side.DUE, dues.filter(owned), _DUE_RULES)
    same = dues.filter(~owned & (pl.col("fen") == pl.col("my_fen")))
    yield from _told(9, Side.DUE, same, _NAME_RULES)


Rules = tuple[tuple[pl.Expr, Why], ...]
_ANY = pl.lit(value=True)
_AMOUNT = (pl.col("fen") != pl.col("my_fen"), Why.OTHER_AMOUNT)
_RUNNING = (pl.col("running"), Why.AT_THE_BANK)
_RIVALS = (_ANY, Why.NOT_ALONE)
_DUE_RULES: Rules = (_RUNNING, _AMOUNT, _RIVALS)
_NAME_RULES: Rules = (
    (folded(pl.col("borrower_name")) != folded(pl.col("my_other_name")), Why.OTHER_NAME),
    _RUNNING,
    _RIVALS,
)
_REVERSAL_RULES: Rules = (
    (pl.col("other_account") != pl.col("my_other_account"), Why.OTHER_COUNTERPARTY),
    (pl.col("reversal") == pl.col("my_reversal"), Why.NO_REVERSAL),
    _RIVALS,
)
_CREDIT_RULES: Rules = (
    _AMOUNT,
    (pl.col("host_date") != pl.col("my_booked_on"), Why.OTHER_DAY),
    _RIVALS,
)


def _beside(frame: pl.DataFrame, mine: pl.DataFrame) -> pl.DataFrame:
    return frame.join(mine.select(pl.all().name.prefix("my_")), how="cross")


def _reversals(books: Books, mine: pl.DataFrame) -> Iterator[Considered]:
    rows = _beside(books.statement, mine).filter(pl.col("fen") == -pl.col("my_fen"))
    yield from _told(2, Side.STATEMENT, rows.filter(pl.col("fen") != 0), _REVERSAL_RULES)


def _credits(books: Books, decided: Decided, mine: pl.DataFrame) -> Iterator[Considered]:
    promised = pl.concat([books.expected.select(decided.expected.columns), decided.expected])
    batch = (pl.col("batch_no") == pl.col("my_batch_no")) & (pl.col("batch_no") != "")
    serial = (pl.col("host_serial") == pl.col("my_host_serial")) & (pl.col("host_serial") != "")
    rows = _beside(promised, mine).filter(batch | serial)
    yield from _told(4, Side.EXPECTED, rows, _CREDIT_RULES)


def _dues(books: Books, decided: Decided, mine: pl.DataFrame) -> pl.DataFrame:
    """All dues beside the line; `running` where a deduction of the same may have paid them."""
    answered = decided.answers.filter(pl.col("outcome") != Outcome.FAILED.name)
    running = books.instructions.join(answered, left_on="id", right_on="instruction", how="semi")
    key = ["loan_no", "instalment_no"]
    taken = running.select(*key, running=_ANY).unique()
    dues = books.dues.join(taken, on=key, how="left").with_columns(
        pl.col("running").fill_null(value=False)
    )
    return _beside(dues, mine)


def _told(stage: int, side: Side, rows: pl.DataFrame, rules: Rules) -> Iterator[Considered]:
    why = pl.coalesce(pl.when(applies).then(pl.lit(word.name)) for applies, word in rules)
    for other, word in rows.sort("id").head(CONSIDERED_MAX).select("id", why=why).iter_rows():
        yield Considered(stage, side, other, Why[word])


def _instruction(books: Books, decided: Decided, mine: pl.DataFrame, item: int) -> Explanation:
    answer = decided.answers.filter(pl.col("instruction") == item)
    told = [
        *_of_place(3, Side.RESULT, _beside(books.results, mine), answer.item(0, "result")),
        *_of_place(5, Side.LEDGER, _beside(books.ledger, mine), answer.item(0, "ledger")),
    ]
    met = answer.item(0, "result") is not None
    return Explanation(
        side=Side.INSTRUCTION,
        id=item,
        stage=3 if met else None,
        evidence=Evidence.BATCH_SERIAL if met else None,
        automatic=met,
        considered=tuple(told),
    )


def _of_place(
    stage: int, side: Side, rows: pl.DataFrame, chosen: int | None
) -> Iterator[Considered]:
    """What stands in the instruction's place, and what is of its instalment in another."""
    place = (pl.col("batch_no") == pl.col("my_batch_no")) & (
        pl.col("serial") == pl.col("my_serial")
    )
    same = (pl.col("loan_no") == pl.col("my_loan_no")) & (
        pl.col("instalment_no") == pl.col("my_instalment_no")
    )
    rules: Rules = (
        (pl.col("id").eq_missing(pl.lit(chosen)), Why.CHOSEN),
        (place.not_(), Why.OTHER_PLACE),
        _RIVALS,
    )
    yield from _told(stage, side, rows.filter(place | same.fill_null(value=False)), rules)
