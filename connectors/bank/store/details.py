"""Bookings on our special accounts as the platform tells them, each one once. 账户明细"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from connectors.bank.model import StatementLine
from connectors.bank.rules.pushes import Told
from connectors.bank.store.people import other_tokens
from connectors.bank.store.platform_tables import DETAIL
from gateway.signing.at_rest.tokens import Tokens
from gateway.store.unit_of_work import UnitOfWork

_ROWS_AT_ONCE = 1000


def add(
    work: UnitOfWork, item_id: str, of: tuple[str, str], told: Sequence[Told], tokens: Tokens
) -> int:
    """Store the bookings of one (bank, account) that are not known yet; how many were new.

    `item_id` is what told them; of two that tell one booking the first is kept (B24).
    """
    bank, account = of
    ours = {"item_id": item_id, "bank": bank, "account": account}
    rows = [ours | _row(one, tokens) for one in told]
    return sum(
        work.connection.execute(insert(DETAIL).values(some).on_conflict_do_nothing()).rowcount
        for some in _batched(rows, _ROWS_AT_ONCE)
    )


def _row(told: Told, tokens: Tokens) -> dict[str, Any]:
    line = asdict(told.booking.line)
    number = told.booking.account_number
    found = {"account_number": number, "told_apart": told.told_apart}
    return line | other_tokens(tokens, line) | found


def _batched(rows: list[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """The rows in lists of at most `size`: a statement takes 65,535 parameters."""
    return (rows[at : at + size] for at in range(0, len(rows), size))


def of_day(work: UnitOfWork, bank: str, account: str, day: date) -> Sequence[StatementLine]:
    """Every booking told of one account and day, in the order of the bank's day."""
    columns = (DETAIL.c[name] for name in StatementLine.__dataclass_fields__)
    query = (
        select(*columns)
        .where(DETAIL.c.bank == bank, DETAIL.c.account == account, DETAIL.c.booked_on == day)
        .order_by(DETAIL.c.booked_time, DETAIL.c.host_serial, DETAIL.c.item_id, DETAIL.c.line)
    )
    return [StatementLine(*row) for row in work.connection.execute(query)]
