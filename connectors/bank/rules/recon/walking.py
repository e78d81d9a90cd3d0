"""The statement's way through the passes: lines explained, marked, or left open. 对账单归属"""

from dataclasses import dataclass

import polars as pl

from connectors.bank.model import BreakKind
from connectors.bank.model.books import Books, Evidence, Side
from connectors.bank.rules.recon.booking import receipts_booked
from connectors.bank.rules.recon.crediting import by_serial, keyed, lumps
from connectors.bank.rules.recon.frames import among, without
from connectors.bank.rules.recon.links import spent
from connectors.bank.rules.recon.marks import mark, named_marks, unclear_marks
from connectors.bank.rules.recon.netting import netted
from connectors.bank.rules.recon.receipts import (
    by_account,
    by_name,
    by_reference,
    in_reach,
    left_over,
    odd_amounts,
    open_dues,
    still_open,
    unclaimed,
)
from connectors.bank.rules.recon.references import named
from connectors.bank.rules.recon.subsets import by_subset


@dataclass(frozen=True, slots=True)
class Walked:
    """What the passes made of the statement: links, and marks on lines that stay open.

    `keyed` are the lines held by a promised credit's serial.
    """

    links: tuple[pl.DataFrame, ...]
    marks: tuple[pl.DataFrame, ...]
    keyed: pl.Series


@dataclass(frozen=True, slots=True)
class _Found:
    links: tuple[pl.DataFrame, ...]
    marks: tuple[pl.DataFrame, ...]


def walk(books: Books, credits_: pl.DataFrame, stray: pl.DataFrame, asked: pl.DataFrame) -> Walked:
    """Passes 2 and 4 to 10 over all open lines, strong keys before weak ones.

    `credits_` are the promised ones, `stray` the ledger's entries without an instruction; what is
    `asked` of the bank cannot be due to anyone else's money.
    """
    lines, policy = books.statement, books.policy
    nets = netted(books)
    lines = without(lines, spent(nets, Side.STATEMENT))
    sums = lumps(lines, credits_)
    lines = without(lines, spent(sums, Side.STATEMENT))
    left = without(credits_, spent(sums, Side.EXPECTED))
    serials = by_serial(lines, left, padded=policy.padded_serials)
    lines = without(lines, spent(serials, Side.STATEMENT))
    left = without(left, spent(serials, Side.EXPECTED))
    held = keyed(lines, left, padded=policy.padded_serials)
    loose = without(lines, held.get_column("id")).filter(pl.col("batch_no") == "")
    counter = receipts_booked(loose, stray)
    loose = without(loose, spent(counter, Side.STATEMENT))
    receipts = _receipts(loose.filter((pl.col("fen") > 0) & ~pl.col("reversal")), asked, books)
    return Walked(
        links=(nets, sums, serials, counter, *receipts.links),
        marks=(_keyed_marks(held), *_own_marks(lines, nets), *receipts.marks, _fees(lines, books)),
        keyed=held.get_column("id"),
    )


def _receipts(lines: pl.DataFrame, asked: pl.DataFrame, books: Books) -> _Found:
    """Passes 6 to 10: a line that names a loan goes no further than 7."""
    if lines.is_empty():
        return _Found((), ())
    naming = named(lines, books)
    dues = open_dues(in_reach(lines, naming, books), asked)
    six = by_reference(lines, naming, dues)
    dues = still_open(dues, six.links)
    odd = left_over(among(lines, naming.get_column("id")), six)
    seven = odd_amounts(odd, naming, dues)
    fees = pl.col("summary").is_in(sorted(books.policy.fee_summaries))
    weak = without(lines, naming.get_column("id")).filter(~fees)
    weaker = _weak(weak, unclaimed(lines, naming, dues), books)
    marks = (unclear_marks(six.unclear), named_marks(naming, books))
    return _Found((six.links, seven, *weaker.links), (*marks, *weaker.marks))


def _weak(lines: pl.DataFrame, dues: pl.DataFrame, books: Books) -> _Found:
    """Pass 11, then 8 to 10: what earlier nights left open has the prior claim."""
    if lines.is_empty() or dues.is_empty():
        return _Found((), ())
    old = by_account(lines.filter(pl.col("first_seen") < books.business_date), dues, books)
    prior = old.links.filter("automatic")
    lines, dues = without(lines, spent(prior, Side.STATEMENT)), still_open(dues, prior)
    eight = by_account(lines, dues, books)
    lines, dues = left_over(lines, eight), still_open(dues, eight.links)
    nine = by_name(lines, dues, books)
    ten = by_subset(left_over(lines, nine), dues, books)
    return _Found(
        links=(prior, eight.links, nine.links, ten.links),
        marks=tuple(unclear_marks(found.unclear) for found in (eight, nine, ten)),
    )


def _keyed_marks(held: pl.DataFrame) -> pl.DataFrame:
    """A promised credit's serial under another amount, or under several."""
    several = pl.col("candidates").list.len() > 1
    kind = pl.when(several).then(pl.lit(BreakKind.AMBIGUOUS.name))
    kinds = held.with_columns(kind=kind.otherwise(pl.lit(BreakKind.AMOUNT_DIFFERS.name)))
    return mark(kinds, pl.col("kind"), Side.EXPECTED)


def _own_marks(lines: pl.DataFrame, nets: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    """What a line says of itself: a reversal, a return."""
    back = nets.filter((pl.col("evidence") == Evidence.RETURNED.name) & ~pl.col("automatic"))
    returned = among(lines, back.get_column("anchor"))
    return (
        mark(lines.filter("reversal"), BreakKind.REVERSAL_UNPAIRED),
        mark(returned, BreakKind.RETURNED),
    )


def _fees(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """The bank's own fees and interest, by the words agreed with it."""
    words = pl.col("summary").is_in(sorted(books.policy.fee_summaries))
    return mark(lines.filter(words), BreakKind.FEE_OR_INTEREST)
