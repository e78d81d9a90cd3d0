"""What the ledger is asked to book for a night: new repayments, and reversals of its own. 入账"""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from connectors.bank.model import NightKey
from connectors.bank.model.books import Decided, Evidence, Side
from connectors.bank.rules.telling import Filled
from connectors.core_system.model import Posting, PostingKind
from gateway.identity import idempotency_key

_BOOK_BY_THEMSELVES = (Evidence.LOAN_AND_DUE.name, Evidence.PAYER_ACCOUNT.name)
# What a due is, and what paying it is (JGJ/T 320 A.15).
_KINDS = {
    "instalment": PostingKind.NORMAL,
    "overdue": PostingKind.OVERDUE,
    "payoff": PostingKind.SETTLEMENT,
}
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


def receipts(
    key: NightKey, parts: pl.DataFrame, filled: Filled, decided: Decided
) -> Iterator[Posting]:
    """One posting for each booking that a strong key has matched with exactly one open due.

    Suggestions never book. No batch stands behind these: the booking's own identity does.
    """
    sure = decided.links.filter(pl.col("automatic") & pl.col("evidence").is_in(_BOOK_BY_THEMSELVES))
    due = _members(sure, Side.DUE).join(filled.books.dues.drop("fen"), on="id")
    line = _members(sure, Side.STATEMENT).join(filled.statement.drop("fen"), on="id")
    whole = due.join(parts, on="id").join(line, on="group", suffix="_line")
    for row in whole.sort("key").iter_rows(named=True):
        place = {"batch_no": receipt_no(key, row["key"]), "serial": 1}
        said = {"taken_fen": row["fen"], "host_date": row["booked_on"]}
        today = {"business_date": key.business_date}
        yield _posting(key, row | place | said | today, _KINDS[row["kind"]])


def _members(links: pl.DataFrame, side: Side) -> pl.DataFrame:
    return links.filter(pl.col("side") == side.value).select("group", "id", "fen")


def receipt_no(key: NightKey, item: str) -> str:
    """The number a receipt is booked under, in the place of a batch's: at most twenty signs."""
    return f"SK{idempotency_key('receipt', key.bank, key.account, item)[:18]}"


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
