"""Passes 6 to 9: money that came without a batch, against the open dues. 其他到账"""

from dataclasses import dataclass

import polars as pl

from connectors.bank.model import Outcome
from connectors.bank.model.books import Books, Evidence, Side
from connectors.bank.rules.recon.candidates import Resolved, edges, resolved
from connectors.bank.rules.recon.frames import among, without
from connectors.bank.rules.recon.judging import is_of
from connectors.bank.rules.recon.links import Reason, members, pairs, spent
from connectors.bank.rules.recon.names import folded

_PAYOFF = "payoff"


@dataclass(frozen=True, slots=True)
class Found:
    """What a pass found: its links, and the lines it could not decide with their `candidates`."""

    links: pl.DataFrame
    unclear: pl.DataFrame


def open_dues(dues: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The dues money may still be for (`due` is their id): none that a deduction may have paid.

    A payoff counts every instalment: it is out as soon as one of its loan is in the bank's hands.
    """
    loans = dues.get_column("loan_no").unique().implode()
    running = asked.filter(pl.col("loan_no").is_in(loans) & ~is_of(Outcome.FAILED))
    dues = dues.filter(pl.col("fen") > 0)
    whole = dues.filter(pl.col("kind") == _PAYOFF).join(running, on="loan_no", how="anti")
    single = dues.filter(pl.col("kind") != _PAYOFF)
    single = single.join(running, on=["loan_no", "instalment_no"], how="anti")
    return pl.concat([single, whole]).rename({"id": "due"})


def in_reach(lines: pl.DataFrame, naming: pl.DataFrame, books: Books) -> pl.DataFrame:
    """The dues any pass could give these lines: of that amount, that loan, that payer."""
    amounts = lines.get_column("fen").unique().implode()
    loans = naming.get_column("loans").explode().unique().implode()
    paying = books.registered.filter(
        pl.col("account").is_in(lines.get_column("other_account").unique().implode())
    )
    payers = paying.get_column("borrower").unique().implode()
    return books.dues.filter(
        pl.col("fen").is_in(amounts)
        | pl.col("loan_no").is_in(loans)
        | pl.col("borrower").is_in(payers)
    )


def by_reference(lines: pl.DataFrame, naming: pl.DataFrame, dues: pl.DataFrame) -> Found:
    """Pass 6: lines that name one loan (`references.named`) and bring exactly one due of it."""
    sure = naming.filter(~pl.col("many")).explode("loans").select("id", loan_no="loans")
    wanted = lines.select("id", "fen").join(sure, on="id")
    found = _one_way_of_paying(resolved(edges(wanted, dues, ["loan_no", "fen"])), dues)
    links = pairs(_as_pairs(found.pairs), Reason(6, Evidence.LOAN_AND_DUE), *_SIDES)
    return Found(links, found.unclear)


def unclaimed(lines: pl.DataFrame, naming: pl.DataFrame, dues: pl.DataFrame) -> pl.DataFrame:
    """The dues no line has named with their amount: what it claimed in vain is no weaker line's."""
    claims = naming.explode("loans").select("id", loan_no="loans")
    claimed = lines.select("id", "fen").join(claims, on="id")
    return dues.join(claimed, on=["loan_no", "fen"], how="anti")


def _one_way_of_paying(found: Resolved, dues: pl.DataFrame) -> Resolved:
    """A loan is paid off or paid on, not both: such pairs rival each other, all of them."""
    kinds = dues.select("due", of="loan_no", whole=pl.col("kind") == _PAYOFF)
    typed = found.pairs.join(kinds, on="due")
    both = (pl.col("whole").any() & (pl.len() > 1)).over("of")
    rivals = typed.filter(both).select("id", candidates=pl.concat_list("due"))
    return Resolved(
        typed.filter(~both).select(found.pairs.columns), pl.concat([found.unclear, rivals])
    )


def still_open(dues: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """The dues no automatic link has paid; a payoff closes its loan, an instalment the payoff."""
    paid = dues.filter(pl.col("due").is_in(spent(links, Side.DUE).implode()))
    if not paid.height:
        return dues
    whole = pl.col("kind") == _PAYOFF
    off = pl.col("loan_no").is_in(paid.filter(whole).get_column("loan_no").implode())
    on = whole & pl.col("loan_no").is_in(paid.get_column("loan_no").implode())
    return dues.filter(~(off | on)).join(paid, on="due", how="anti")


def _as_pairs(met: pl.DataFrame) -> pl.DataFrame:
    return met.select("id", "fen", other="due")


def odd_amounts(lines: pl.DataFrame, naming: pl.DataFrame, dues: pl.DataFrame) -> pl.DataFrame:
    """Pass 7: lines that name one loan but bring another amount, with the dues it would reach.

    A suggestion only: instalments in the order they fell due, the last one perhaps in part.
    """
    one = naming.filter(~pl.col("many") & (pl.col("loans").list.len() == 1))
    loans = one.select("id", loan_no=pl.col("loans").list.first())
    money = lines.filter(pl.col("fen") > 0).select("id", "fen").join(loans, on="id")
    running = dues.filter(pl.col("kind") != _PAYOFF)
    each = (
        money.join(
            running.select("loan_no", "due", "due_on", "instalment_no", owed="fen"), on="loan_no"
        )
        .sort("id", "due_on", "instalment_no", "due")
        .with_columns(before=pl.col("owed").cum_sum().over("id") - pl.col("owed"))
        .filter(pl.col("before") < pl.col("fen"))
        .with_columns(share=pl.min_horizontal("owed", pl.col("fen") - pl.col("before")))
    )
    reason = Reason(7, Evidence.LOAN_ODD_AMOUNT, automatic=False)
    reached = members(each.select("due", anchor="id", fen="share"), reason, Side.DUE, id="due")
    paying = among(money, each.get_column("id")).with_columns(anchor="id")
    return pl.concat([members(paying, reason, Side.STATEMENT), reached])


def by_account(lines: pl.DataFrame, dues: pl.DataFrame, books: Books) -> Found:
    """Pass 8: the account is registered, the amount is one open due's, and nobody rivals.

    By itself only if the account is registered to that very borrower and the days are near;
    a spouse's card or another month is a suggestion.
    """
    known = lines.filter(pl.col("other_account") != "").select("id", "fen", "other_account")
    owners = books.registered.select("loan_no", "borrower", other_account="account")
    wanted = known.join(owners, on="other_account")
    own = _edges(wanted, dues, "borrower").with_columns(own=pl.lit(value=True))
    other = _edges(wanted, dues, "loan_no").join(own, on=["id", "due"], how="anti")
    met = pl.concat([own, other.with_columns(own=pl.lit(value=False))])
    found = _one_way_of_paying(resolved(met), dues)
    sure = found.pairs.join(_near(found.pairs, lines, dues, books), on="id", how="semi").filter(
        "own"
    )
    guess = found.pairs.join(sure, on="id", how="anti")
    links = [
        pairs(_as_pairs(rows), Reason(8, Evidence.PAYER_ACCOUNT, automatic), *_SIDES)
        for rows, automatic in ((sure, True), (guess, False))
    ]
    return Found(pl.concat(links), found.unclear)


_SIDES = (Side.STATEMENT, Side.DUE)


def _edges(wanted: pl.DataFrame, dues: pl.DataFrame, owner: str) -> pl.DataFrame:
    rows = wanted.filter(pl.col(owner) != "").select("id", "fen", owner).unique()
    return edges(rows, dues, [owner, "fen"]).select("id", "fen", "due").unique()


def _near(met: pl.DataFrame, lines: pl.DataFrame, dues: pl.DataFrame, books: Books) -> pl.DataFrame:
    """The pairs whose booking and due day are within the window, counted in working days.

    A day the calendar does not know is never near (B40).
    """
    days = books.days
    dated = (
        met.join(lines.select("id", "booked_on"), on="id")
        .join(dues.select("due", "due_on"), on="due")
        .join(days.select(booked_on="day", paid="working"), on="booked_on")
        .join(days.select(due_on="day", fell="working"), on="due_on")
    )
    gap = (pl.col("paid") - pl.col("fell")).abs()
    return dated.filter(gap <= books.policy.window).select(met.columns)


def by_name(lines: pl.DataFrame, dues: pl.DataFrame, books: Books) -> Found:
    """Pass 9: name, amount and window. Names are evidence and no key: suggestions only."""
    wanted = lines.filter(pl.col("other_name") != "").select(
        "id", "fen", name=folded(pl.col("other_name"))
    )
    owed = dues.filter(pl.col("fen").is_in(wanted.get_column("fen").unique().implode()))
    owed = owed.select("due", "fen", name=folded(pl.col("borrower_name")))
    found = resolved(edges(wanted, owed, ["name", "fen"]))
    near = _near(found.pairs, lines, dues, books)
    reason = Reason(9, Evidence.PAYER_NAME, automatic=False)
    return Found(pairs(_as_pairs(near), reason, *_SIDES), found.unclear)


def left_over(lines: pl.DataFrame, found: Found) -> pl.DataFrame:
    """The lines a pass said nothing about: only they may enter a weaker one."""
    return without(without(lines, found.links.get_column("id")), found.unclear.get_column("id"))
