"""Passes 6 to 9: money that came without a batch, against the open dues. 其他到账"""

from dataclasses import dataclass

import polars as pl

from connectors.bank.model import Outcome
from connectors.bank.model.books import Books, Evidence, Side
from connectors.bank.rules.recon.candidates import Resolved, edges, resolved
from connectors.bank.rules.recon.frames import CANDIDATES_MAX, among, without
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
    """The dues money may be for (`due` is their id), `free` where no deduction may have paid them.

    What a deduction took is gone. What it may have taken stays a candidate that nobody is given:
    left out, it would make another due look like the only one.
    """
    loans = dues.get_column("loan_no").unique().implode()
    asked = asked.filter(pl.col("loan_no").is_in(loans))
    took = is_of(Outcome.EXACT, Outcome.PARTIAL)
    unpaid = _not_asked(dues.filter(pl.col("fen") > 0), asked.filter(took))
    in_doubt = asked.filter(~took & ~is_of(Outcome.FAILED))
    free = _not_asked(unpaid, in_doubt).get_column("id")
    return unpaid.with_columns(free=pl.col("id").is_in(free.implode())).rename({"id": "due"})


def _not_asked(dues: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The dues these instructions are not for; a payoff counts every instalment of its loan."""
    whole = dues.filter(pl.col("kind") == _PAYOFF).join(asked, on="loan_no", how="anti")
    single = dues.filter(pl.col("kind") != _PAYOFF)
    return pl.concat([single.join(asked, on=["loan_no", "instalment_no"], how="anti"), whole])


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
    found = _payable(edges(wanted, dues, ["loan_no", "fen"]), dues)
    links = pairs(_as_pairs(found.pairs), Reason(6, Evidence.LOAN_AND_DUE), *_SIDES)
    return Found(links, found.unclear)


def unclaimed(lines: pl.DataFrame, naming: pl.DataFrame, dues: pl.DataFrame) -> pl.DataFrame:
    """The same dues; those lines have named with their amount in vain are free for no other.

    Nor are those such a line would close.
    """
    claims = naming.explode("loans").select("id", loan_no="loans")
    claimed = lines.select("id", "fen").join(claims, on="id")
    contested = dues.join(claimed, on=["loan_no", "fen"], how="semi")
    return dues.with_columns(free=pl.col("free") & ~_closed_by(contested))


def _closed_by(paid: pl.DataFrame) -> pl.Expr:
    """Whether paying these closes a due: each its own, a payoff its loan, any other the payoff."""
    whole, of = pl.col("kind") == _PAYOFF, pl.col("loan_no")
    off = of.is_in(paid.filter(whole).get_column("loan_no").implode())
    on = whole & of.is_in(paid.get_column("loan_no").implode())
    return pl.col("due").is_in(paid.get_column("due").implode()) | off | on


def _payable(met: pl.DataFrame, dues: pl.DataFrame) -> Resolved:
    """Only pairs without a rival whose due is free.

    A loan is paid off or paid on: where lines could do both, all of them are rivals.
    """
    found = resolved(met)
    kinds = dues.select("due", "free", of="loan_no", whole=pl.col("kind") == _PAYOFF)
    typed = met.join(kinds, on="due")
    either = pl.col("whole").any() & (pl.col("due").n_unique() > 1)
    torn = typed.filter(either.over("of")).get_column("due").unique()
    given = pl.col("free") & ~pl.col("due").is_in(torn.implode())
    pairs_ = typed.join(found.pairs, on=["id", "due"], how="semi")
    refused = pairs_.filter(~given).select("id", candidates=pl.concat_list("due"))
    return Resolved(pairs_.filter(given).select(met.columns), pl.concat([found.unclear, refused]))


def still_open(dues: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """The dues no automatic link has paid or closed."""
    paid = dues.filter(pl.col("due").is_in(spent(links, Side.DUE).implode()))
    return dues.filter(~_closed_by(paid)) if paid.height else dues


def _as_pairs(met: pl.DataFrame) -> pl.DataFrame:
    return met.select("id", "fen", other="due")


def odd_amounts(lines: pl.DataFrame, naming: pl.DataFrame, dues: pl.DataFrame) -> pl.DataFrame:
    """Pass 7: lines that name one loan but bring another amount, with the dues it would reach.

    A suggestion only: instalments in the order they fell due, the last one perhaps in part.
    """
    one = naming.filter(~pl.col("many") & (pl.col("loans").list.len() == 1))
    loans = one.select("id", loan_no=pl.col("loans").list.first())
    money = lines.filter(pl.col("fen") > 0).select("id", "fen").join(loans, on="id")
    running = dues.filter("free", pl.col("kind") != _PAYOFF).sort(
        "due_on", "instalment_no", "fen", "due"
    )
    running = running.filter(pl.int_range(pl.len()).over("loan_no") < CANDIDATES_MAX)
    each = (
        money.join(
            running.select("loan_no", "due", "due_on", "instalment_no", owed="fen"), on="loan_no"
        )
        .sort("id", "due_on", "instalment_no", "owed", "due")
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
    key = ["other_account", "fen"]
    known = lines.filter(pl.col("other_account") != "").select("id", *key)
    own = edges(known, _reached(dues, books, "borrower"), key)
    own = own.with_columns(own=pl.lit(value=True))
    other = edges(known, _reached(dues, books, "loan_no"), key)
    other = other.join(own, on=["id", "due"], how="anti")
    met = pl.concat([own, other.with_columns(own=pl.lit(value=False))])
    found = _payable(met, dues)
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


def _reached(dues: pl.DataFrame, books: Books, owner: str) -> pl.DataFrame:
    """Each due with the accounts registered to its borrower, or to its loan.

    Joined from our side: how many lines a bank sends from one account is not for us to say.
    """
    owners = books.registered.filter(pl.col(owner) != "")
    paying = owners.select(owner, other_account="account")
    return dues.join(paying, on=owner).select("due", "fen", "other_account").unique()


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
    found = _payable(edges(wanted, owed, ["name", "fen"]), dues)
    near = _near(found.pairs, lines, dues, books)
    reason = Reason(9, Evidence.PAYER_NAME, automatic=False)
    return Found(pairs(_as_pairs(near), reason, *_SIDES), found.unclear)


def left_over(lines: pl.DataFrame, found: Found) -> pl.DataFrame:
    """The lines a pass said nothing about: only they may enter a weaker one."""
    return without(without(lines, found.links.get_column("id")), found.unclear.get_column("id"))
