"""What the ledger is asked to book for a night: new repayments, and reversals of its own. 入账"""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from connectors.bank.model import NightKey
from connectors.core_system.model import Posting, PostingKind

PARTS = ("principal_fen", "interest_fen", "penalty_fen", "fine_fen")


def postings(key: NightKey, answered: pl.DataFrame, dues: pl.DataFrame) -> Iterator[Posting]:
    """One posting for each answer that is to be booked, in batch order: in full, or its part (B07).

    What was due before the night's own date is an overdue repayment (JGJ/T 320 A.15, 04).
    """
    overdue = dues.filter(pl.col("kind") == "overdue").select("loan_no", "instalment_no")
    late = set(overdue.iter_rows())
    for row in answered.filter("post").iter_rows(named=True):
        is_late = (row["loan_no"], row["instalment_no"]) in late
        yield _posting(key, row, PostingKind.OVERDUE if is_late else PostingKind.NORMAL)


def _posting(key: NightKey, row: Mapping[str, Any], kind: PostingKind) -> Posting:
    return Posting(
        bank=key.bank,
        account=key.account,
        business_date=row["business_date"],
        batch_no=row["batch_no"],
        serial=row["serial"],
        loan_no=row["loan_no"],
        instalment_no=row["instalment_no"],
        fen=row["taken_fen"],
        booked_on=row["host_date"] or key.business_date,
        host_serial=row["host_serial"],
        kind=kind,
        **{part: row[part] for part in PARTS},
    )
