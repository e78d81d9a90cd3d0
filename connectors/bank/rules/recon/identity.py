"""Pass 1: which booking is which, the same for whoever reads the statement again. 流水标识"""

import hashlib

import polars as pl

# What a booking says of itself; where it stands in the file is no part of it.
_CONTENT = (
    "booked_on", "host_serial", "fen", "reversal", "original_serial", "other_account",
    "other_name", "summary", "remark", "batch_no",
)  # fmt: skip
_DIGITS = 20
_UNIT = "\x1f"


def identities(lines: pl.DataFrame) -> pl.DataFrame:
    """Add `key` and `repeated` to the bookings (STATEMENT) of one account-day.

    The key is host date and serial where that pair is unique in the account-day; where it is not,
    or there is none, the content's digest and its occurrence: twins are two bookings, and banks
    use serials again. `repeated` names bookings equal in everything, a serial included, to an
    earlier one: sound only if the balances say so.
    """
    numbered = (pl.col("host_serial").fill_null("") != "") & pl.col("booked_on").is_not_null()
    alone = numbered & ~pl.struct("booked_on", "host_serial").is_duplicated()
    mask = lines.select(alone).to_series()
    keyed = lines.filter(mask).with_columns(key=_by_serial(), repeated=pl.lit(value=False))
    rest = lines.filter(~mask).with_columns(text=_text())
    occurrence = pl.int_range(pl.len()).over("text")
    digests = pl.Series("key", [_digest(one) for one in rest.get_column("text")], pl.String)
    told = rest.with_columns(digests).with_columns(
        key=pl.concat_str("key", pl.lit("-"), occurrence), repeated=numbered & (occurrence > 0)
    )
    return pl.concat([keyed, told.select(keyed.columns)])


def _text() -> pl.Expr:
    said = [pl.col(name).cast(pl.String).fill_null("") for name in _CONTENT]
    return pl.concat_str(said, separator=_UNIT)


def _by_serial() -> pl.Expr:
    return pl.concat_str(pl.col("booked_on").dt.strftime("%Y%m%d"), pl.lit("-"), "host_serial")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
