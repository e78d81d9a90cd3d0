"""Pass 2: bookings that take each other back inside one statement. 冲正与退汇"""

import polars as pl

from connectors.bank.model.books import Books, Evidence, Policy, Side
from connectors.bank.rules.recon.frames import one_to_one, without
from connectors.bank.rules.recon.links import Reason, members, spent

# A reversal of a reversal of a reversal …: nobody books more of them than this.
_CHAIN_MAX = 8
_PAIR = {"id": pl.Int64, "other": pl.Int64, "fen": pl.Int64}
_LATER = pl.col("booked_on") >= pl.col("booked_on_right")
# The words by which a bank says that a payment came back (退票 is a credit, 冲账 a red entry).
_CAME_BACK = "退汇|退票|退回"


def netted(books: Books) -> pl.DataFrame:
    """Reversals with their originals and returns with their payments, as links that sum to zero."""
    lines = books.statement
    by_serial = _by_serial(lines, books.policy)
    rest = without(lines, spent(by_serial, Side.STATEMENT))
    opposite = _by_counterparty(rest)
    rest = without(rest, spent(opposite, Side.STATEMENT))
    return pl.concat([by_serial, opposite, _returned(rest, books)])


def _zero(rows: pl.DataFrame, reason: Reason) -> pl.DataFrame:
    """Rows (`id` takes back `other`, by `fen`) as groups of two that sum to nothing."""
    taking = rows.with_columns(anchor="id")
    taken = taking.with_columns(fen=-pl.col("fen"))
    both = ((taking, "id"), (taken, "other"))
    return pl.concat(members(side, reason, Side.STATEMENT, id=name) for side, name in both)


def _by_serial(lines: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """A reversal names the serial it takes back: opposite amount, not before it, one candidate.

    The last link of a chain is paired first: what takes back a reversal lets the original stand.
    """
    naming = pl.col("reversal") & (pl.col("original_serial") != "")
    if not lines.select(naming.any()).item():
        return _zero(pl.DataFrame(schema=_PAIR), Reason(2, Evidence.REVERSAL_SERIAL))
    edges = _edges(lines, naming, policy)
    found: list[pl.DataFrame] = [edges.clear()]
    for _ in range(_CHAIN_MAX):
        last = edges.join(edges, left_on="id", right_on="other", how="anti")
        found.append(last)
        done = pl.concat([last["id"], last["other"]]).implode()
        edges = edges.filter(~(pl.col("id").is_in(done) | pl.col("other").is_in(done)))
    return _zero(pl.concat(found), Reason(2, Evidence.REVERSAL_SERIAL))


def _edges(lines: pl.DataFrame, naming: pl.Expr, policy: Policy) -> pl.DataFrame:
    pad = policy.padded_serials
    serials = {
        name: pl.col(name).str.strip_chars_start("0") if pad else pl.col(name)
        for name in ("host_serial", "original_serial")
    }
    row = lines.with_columns(**serials)
    back = row.filter(naming).select("id", "fen", "booked_on", key="original_serial")
    paid = row.filter(pl.col("host_serial") != "").select(
        "booked_on", key="host_serial", fen=-pl.col("fen"), other="id"
    )
    return _not_before(one_to_one(back, paid, ["key", "fen"]))


def _not_before(met: pl.DataFrame) -> pl.DataFrame:
    """Only pairs whose reversal is not earlier than what it takes back, nor the line itself."""
    return met.filter(_LATER & (pl.col("id") != pl.col("other"))).select(*_PAIR)


def _by_counterparty(lines: pl.DataFrame) -> pl.DataFrame:
    """A reversal that names nothing: same counterparty, opposite amount, one candidate."""
    key = ["other_account", "fen"]
    known = lines.filter(pl.col("other_account") != "")
    nameless = pl.col("reversal") & (pl.col("original_serial") == "")
    back = known.filter(nameless).select("id", "booked_on", *key)
    paid = known.filter(~pl.col("reversal")).select(
        "booked_on", "other_account", fen=-pl.col("fen"), other="id"
    )
    met = _not_before(one_to_one(back, paid, key))
    return _zero(met, Reason(2, Evidence.REVERSAL_OPPOSITE))


def _returned(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """A payment of ours that came back: same counterparty, opposite amount, in the window (B26).

    By itself only where the bank says so in words: a borrower's own payment can be as large. The
    window is counted in working days: over Spring Festival a return is two weeks under way.
    """
    key = ["other_account", "fen"]
    plain = lines.filter((pl.col("other_account") != "") & ~pl.col("reversal"))
    said = pl.concat_str("summary", "remark", separator=" ").str.contains(_CAME_BACK)
    back = plain.filter(pl.col("fen") > 0).select("id", "booked_on", *key, said=said)
    paid = plain.filter(pl.col("fen") < 0).select(
        "booked_on", "other_account", fen=-pl.col("fen"), other="id"
    )
    met = one_to_one(back, paid, key)
    counted = books.days.select(booked_on="day", came="working")
    met = met.join(counted, on="booked_on")
    met = met.join(counted.select(booked_on_right="booked_on", went="came"), on="booked_on_right")
    near = met.filter(_LATER & (pl.col("came") - pl.col("went") <= books.policy.return_days))
    sure, guess = (Reason(2, Evidence.RETURNED, automatic) for automatic in (True, False))
    return pl.concat([_zero(near.filter("said"), sure), _zero(near.filter(~pl.col("said")), guess)])
