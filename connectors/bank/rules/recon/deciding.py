"""The engine: the books of an account-day in, everything decided out. 对账引擎"""

import polars as pl

from connectors.bank.model.books import ANSWER, OPEN, Books, Decided, Part, Side
from connectors.bank.rules.recon import answer_breaks, line_breaks
from connectors.bank.rules.recon.answering import Answered, answer
from connectors.bank.rules.recon.booking import (
    allocated,
    booked,
    given,
    offsets_booked,
    split,
)
from connectors.bank.rules.recon.crediting import promised, unequal_groups
from connectors.bank.rules.recon.frames import placed, tidied, without
from connectors.bank.rules.recon.judging import JUDGEMENTS
from connectors.bank.rules.recon.links import numbered, spent
from connectors.bank.rules.recon.walking import Walked, walk


def decide(books: Books) -> Decided:
    """Decide an account-day: an answer for each instruction, links, breaks, what stays open.

    The order of rows means nothing, the ids nothing but themselves. Whatever the books say, every
    fen of them is in an answer, a link, a break or an open item (E1–E6, `equations`).
    """
    books = placed(tidied(books))
    answered = answer(books)
    own, stray = split(answered.asked, books.ledger)
    asked = booked(allocated(answered.asked, books.policy), own)
    new = promised(answered.heard.counted, books)
    credits_ = pl.concat([books.expected.select(new.columns), new])
    walked = walk(books, credits_, stray, asked)
    links = pl.concat(
        [*walked.links, answered.heard.links, offsets_booked(books.offsets, books.ledger)]
    )
    lines = without(books.statement, spent(links, Side.STATEMENT))
    owed = without(credits_, spent(links, Side.EXPECTED))
    found = [
        *_of_answers(asked, answered),
        *_of_lines((lines, owed, stray), walked, links, books),
    ]
    return Decided(
        answers=_answers(asked),
        links=numbered([links], books),
        breaks=pl.concat(found).sort("kind", "batch_no", "serial", "side", "id"),
        open_items=_open(lines, owed),
        expected=new,
    )


def _of_answers(asked: pl.DataFrame, answered: Answered) -> list[pl.DataFrame]:
    return [
        answer_breaks.of_instructions(asked, answered.heard),
        answer_breaks.of_extras(answered.extra),
    ]


def _of_lines(
    left: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
    walked: Walked,
    links: pl.DataFrame,
    books: Books,
) -> list[pl.DataFrame]:
    """Breaks of what no link explains: open `lines`, `owed` credits, `stray` entries."""
    lines, owed, stray = left
    groups = unequal_groups(without(lines, walked.keyed), owed, _batches(books))
    return [
        line_breaks.of_lines(lines, walked.marks, groups),
        line_breaks.of_promises(owed, groups, books),
        line_breaks.of_ledger(stray, links),
        line_breaks.of_receipt_days(links, books),
        line_breaks.of_receipt_loans(links, books),
        line_breaks.of_returns(links),
        line_breaks.of_offsets(links, books),
    ]


def _batches(books: Books) -> pl.Series:
    """The batches we know: only of those can a declared group be off."""
    frames = (books.instructions, books.results, books.expected)
    return pl.concat([frame.get_column("batch_no").unique() for frame in frames]).unique()


def _answers(asked: pl.DataFrame) -> pl.DataFrame:
    names = [judgement.outcome.name for judgement in JUDGEMENTS]
    outcome = pl.col("verdict").replace_strict(range(len(names)), names, return_dtype=pl.String)
    parts = {part.value: pl.col(given(part)) for part in Part}
    return (
        asked.with_columns(instruction="id", outcome=outcome, **parts)
        .select(*ANSWER)
        .sort("instruction")
    )


def _open(lines: pl.DataFrame, owed: pl.DataFrame) -> pl.DataFrame:
    sides = ((lines, Side.STATEMENT), (owed, Side.EXPECTED))
    rows = [
        frame.select("id", "fen", side=pl.lit(side.value)).select(*OPEN) for frame, side in sides
    ]
    return pl.concat(rows).sort("side", "id")
