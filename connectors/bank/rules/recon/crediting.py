"""Pass 4: the statement against the credits that results promise, in lumps or by line. 总分核对"""

import polars as pl

from connectors.bank.model.books import EXPECTED, Books, CreditForm, Evidence, Side
from connectors.bank.rules.recon.frames import PLACES, listed, one_to_one
from connectors.bank.rules.recon.judging import BOOKED_WITHIN_DAYS
from connectors.bank.rules.recon.links import Reason, members, pairs

_GROUP = ["batch_no", "host_date"]
_FEN = pl.col("fen").sum()


def promised(counted: pl.DataFrame, books: Books) -> pl.DataFrame:
    """The credits this night's results promise (EXPECTED), ids above those carried in.

    One for each batch and host date, or one for each line where the bank credits line by line.
    """
    money = counted.filter(pl.col("taken_fen") != 0)
    by_line = books.policy.credits is CreditForm.LINE
    rows = _each(money) if by_line else _sums(money)
    found = rows.sort("batch_no", "host_date", "host_serial", "fen", nulls_last=True)
    start = books.expected.get_column("id").max()
    first = 1 + start if isinstance(start, int) else 0
    return found.with_columns(
        id=pl.int_range(first, first + pl.len(), dtype=pl.Int64),
        first_seen=pl.lit(books.business_date),
    ).select(*EXPECTED)


def _each(money: pl.DataFrame) -> pl.DataFrame:
    return money.select(*_GROUP, "host_serial", fen="taken_fen", count=pl.lit(1, pl.Int64))


def _sums(money: pl.DataFrame) -> pl.DataFrame:
    batch = pl.col("place") // PLACES
    groups = money.group_by(batch, "host_date").agg(
        pl.col("batch_no").first(),
        fen=pl.col("taken_fen").sum(),
        count=pl.len().cast(pl.Int64),
    )
    return groups.with_columns(host_serial=pl.lit(""))


def lumps(lines: pl.DataFrame, credits_: pl.DataFrame) -> pl.DataFrame:
    """Declared groups whose bookings are exactly what was promised, by day, then by whole batch.

    The whole batch, because a batch sent before the day switch is credited on the next day (跨日).
    """
    declared = lines.filter(pl.col("batch_no") != "").select(
        "id", "fen", "batch_no", host_date="booked_on"
    )
    owed = credits_.filter(pl.col("host_serial") == "")
    daily = _equal(declared, owed, _GROUP)
    left = declared.join(daily, on=_GROUP, how="anti", nulls_equal=True)
    still = owed.join(daily, on=_GROUP, how="anti", nulls_equal=True)
    whole = _equal(left, still, ["batch_no"])
    return pl.concat(
        [_group(declared, owed, daily, _GROUP), _group(left, still, whole, ["batch_no"])]
    )


def _equal(declared: pl.DataFrame, owed: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The keys under which both sides stand and add up to the same; `anchor` names the group."""
    ours = owed.group_by(key).agg(_FEN, anchor=pl.col("id").min())
    theirs = declared.group_by(key).agg(_FEN)
    return ours.join(theirs, on=[*key, "fen"], nulls_equal=True).select(*key, "anchor")


def _group(
    declared: pl.DataFrame, owed: pl.DataFrame, keys: pl.DataFrame, key: list[str]
) -> pl.DataFrame:
    reason = Reason(4, Evidence.DECLARED_GROUP)
    sides = ((declared, Side.STATEMENT), (owed, Side.EXPECTED))
    return pl.concat(
        members(rows.join(keys, on=key, nulls_equal=True), reason, side) for rows, side in sides
    )


def by_serial(lines: pl.DataFrame, credits_: pl.DataFrame, *, padded: bool) -> pl.DataFrame:
    """Bookings with the host serial and amount of one promised credit, first on the very day.

    A credit of another day counts within the longest holiday: banks use serials again.
    """
    bookings = _numbered(lines, padded).select("id", "key", "fen", day="booked_on")
    owed = _numbered(credits_, padded).select("key", "fen", day="host_date", other="id")
    same_day = one_to_one(bookings, owed, ["key", "fen", "day"])
    bookings = bookings.join(same_day, on="id", how="anti")
    owed = owed.join(same_day, on="other", how="anti")
    near = (pl.col("day") - pl.col("day_right")).dt.total_days().abs() <= BOOKED_WITHIN_DAYS
    late = one_to_one(bookings, owed, ["key", "fen"]).filter(near)
    found = pl.concat([same_day.select("id", "other", "fen"), late.select("id", "other", "fen")])
    return pairs(found, Reason(4, Evidence.HOST_SERIAL), Side.STATEMENT, Side.EXPECTED)


def _numbered(frame: pl.DataFrame, padded: bool) -> pl.DataFrame:
    serial = pl.col("host_serial")
    key = serial.str.strip_chars_start("0") if padded else serial
    return frame.filter(serial != "").with_columns(key=key)


def keyed(lines: pl.DataFrame, credits_: pl.DataFrame, *, padded: bool) -> pl.DataFrame:
    """Bookings left over that bear a promised credit's serial: `id`, its `candidates`.

    They hold a strong key, so no weaker pass may have them.
    """
    owed = _numbered(credits_, padded).select("key", other="id")
    owed = listed(owed, "key", "other")
    return _numbered(lines, padded).select("id", "key").join(owed, on="key").drop("key")


def unequal_groups(lines: pl.DataFrame, credits_: pl.DataFrame, batches: pl.Series) -> pl.DataFrame:
    """Declared groups of known batches whose bookings are not the promise: off by `fen`.

    The difference is the group's; no member is guessed. `candidates` are the bookings.
    """
    known = pl.col("batch_no").is_in(batches.implode()) & (pl.col("batch_no") != "")
    declared = listed(lines.filter(known), "batch_no", "id")
    sums = lines.group_by("batch_no").agg(_FEN)
    owed = credits_.filter(pl.col("host_serial") == "").group_by("batch_no").agg(owed=_FEN)
    joined = declared.join(sums, on="batch_no").join(owed, on="batch_no", how="left")
    off = pl.col("fen") - pl.col("owed").fill_null(0)
    return joined.select("batch_no", "candidates", fen=off)
