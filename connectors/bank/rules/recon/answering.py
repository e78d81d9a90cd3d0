"""Pass 3: every instruction gets what the bank said of its place in the batch. 指令与结果勾对

Exact keys only: batch number and serial join, every field then verifies. Nothing is matched by
amount, name or nearness (B28).
"""

from dataclasses import dataclass

import polars as pl

from connectors.bank.model import Outcome
from connectors.bank.model.books import Books
from connectors.bank.rules.recon.frames import doubled
from connectors.bank.rules.recon.hearing import Heard, hear
from connectors.bank.rules.recon.judging import (
    CONTRADICTED,
    FAILED,
    HELD_TWICE,
    NOT_UNIQUE,
    PARTS,
    UNANSWERED,
    Judgement,
    is_of,
    judged,
    verdict,
)
from connectors.bank.rules.recon.names import renamed

_SAID = ["loan_no", "instalment_no", "payer_account", "payer_name", "asked_fen", "full_flag"]
_HEARD = ["taken_fen", "code", "host_date", "host_serial"]
_INSTALMENT = ["loan_no", "instalment_no"]
# What later passes need of an instruction.
_KEPT = [
    "id", "place", "batch_no", "serial", *_INSTALMENT, "asked_fen", *PARTS,
    "result", "taken_fen", "host_date", "verdict",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """`asked`: one row an instruction with its verdict. `extra`: results nobody asked for.

    `heard` is what the bank said; `extra` has `again` where the instalment was also taken on the
    line we asked for.
    """

    asked: pl.DataFrame
    extra: pl.DataFrame
    heard: Heard


def answer(books: Books) -> Answered:
    """Judge every instruction on what the bank said of its place (placed books)."""
    heard = hear(books.results)
    shared = doubled(books.instructions.get_column("place"))
    unique = books.instructions.filter(~shared)
    alone = unique.join(heard.several, on="place", how="anti") if heard.several.height else unique
    met = _met(alone, heard.plain, books)
    several = unique.join(heard.several, on="place")
    parts = [
        met,
        _bare(several, pl.when("reversed").then(_number(FAILED)).otherwise(_number(CONTRADICTED))),
        _bare(books.instructions.filter(shared), _number(NOT_UNIQUE)),
    ]
    filled = (part for part in parts if part.height or part is met)
    asked = _once(pl.concat(filled, how="diagonal").with_columns(_TAKEN.fill_null(0)))
    return Answered(asked, _extra(unique, asked, heard), heard)


_TAKEN = pl.col("taken_fen")


def _number(judgement: Judgement) -> pl.Expr:
    return pl.lit(verdict(judgement), pl.UInt8)


def _bare(rows: pl.DataFrame, number: pl.Expr) -> pl.DataFrame:
    """Instructions that no single line answers: the verdict, and what there is beside it."""
    there = [name for name in _KEPT if name in rows.columns]
    return rows.with_columns(verdict=number).select(*there, "verdict")


def _met(alone: pl.DataFrame, plain: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Instructions the bank said one line of, judged; those it said nothing of are missing."""
    said = plain.select(
        "place", *_HEARD, *(pl.col(name).alias(f"{name}_said") for name in _SAID), result="id"
    )
    joined = alone.join(said, on="place", how="left")
    silent = pl.col("result").is_null()
    met, missed = joined.filter(~silent), joined.filter(silent)
    gone = books.registered.filter("settled").get_column("loan_no")
    met = met.with_columns(
        renamed=pl.col("id").is_in(renamed(met, "payer_name", "payer_name_said").implode()),
        settled=pl.col("loan_no").is_in(gone.implode()) if len(gone) else pl.lit(value=False),
    )
    ruled = judged(met, books.policy.meanings).select(_KEPT)
    return pl.concat([ruled, _bare(missed, _number(UNANSWERED)).select(_KEPT)])


def _once(asked: pl.DataFrame) -> pl.DataFrame:
    """An instalment is paid once: the first full success stands, else the first partial (B21).

    First is by batch and serial. All others that took money of that instalment are held.
    """
    # by digest first: only what may be double is compared by the texts themselves
    digest = pl.col("loan_no").hash() ^ pl.col("instalment_no").hash(1)
    took = asked.select(pl.when(is_of(Outcome.EXACT, Outcome.PARTIAL)).then(digest)).to_series()
    twice = asked.filter(doubled(took))
    if not twice.height:
        return asked
    later = (
        twice.sort(~is_of(Outcome.EXACT), "place")
        .filter(pl.int_range(pl.len()).over(_INSTALMENT) > 0)
        .get_column("id")
    )
    held = pl.col("id").is_in(later.implode())
    return asked.with_columns(verdict=pl.when(held).then(_number(HELD_TWICE)).otherwise("verdict"))


def _extra(unique: pl.DataFrame, asked: pl.DataFrame, heard: Heard) -> pl.DataFrame:
    """Results nobody asked for; `again` where our own line took the same instalment too (B21)."""
    places = unique.get_column("place").implode()
    none = heard.counted.filter(~pl.col("place").is_in(places))
    paid = asked.filter(pl.col("taken_fen") != 0) if none.height else asked.clear()
    again = none.join(paid, on=_INSTALMENT, how="semi").filter(pl.col("taken_fen") > 0)
    return none.with_columns(again=pl.col("id").is_in(again.get_column("id").implode()))
