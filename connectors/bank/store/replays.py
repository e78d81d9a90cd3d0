"""A night's decision in force as it is stored, to be held against another. 已作决定"""

from typing import Any

import polars as pl
from sqlalchemy import Select, select

from connectors.bank.model import NightKey
from connectors.bank.model.books import Columns, Side
from connectors.bank.rules.booking import PARTS, receipt_no
from connectors.bank.rules.replaying import ANSWERED, FOUND, LINKED, RECEIVED, Decision
from connectors.bank.store import breaks
from connectors.bank.store.nights import NightRow
from connectors.bank.store.tables import BREAK, LINK, MATCH
from gateway.store.unit_of_work import UnitOfWork

_PLACE = (MATCH.c.batch_no, MATCH.c.serial, MATCH.c.outcome, MATCH.c.taken_fen)


def decision(work: UnitOfWork, night: NightRow) -> Decision:
    """What was decided about a night and is in force."""
    answers = select(*_PLACE, *(MATCH.c[part] for part in PARTS), MATCH.c.posting_key.is_not(None))
    mine = (LINK.c.night_id == night.night_id) & (LINK.c.revision == night.revision)
    columns = (LINK.c.group_no, *(LINK.c[name] for name in LINKED if name != "group"))
    found = breaks.FOUND
    amounts = (found.c.amount_fen, found.c.unbooked_fen, found.c.signed_fen)
    seen = select(BREAK.c.break_id, BREAK.c.kind, *amounts).join_from(found, BREAK)
    here = (found.c.night_id == night.night_id) & (found.c.revision == night.revision)
    return Decision(
        _frame(work, answers.where(MATCH.c.night_id == night.night_id), ANSWERED),
        _frame(work, select(*columns).where(mine), LINKED),
        _frame(work, seen.where(here), FOUND),
        _receipts(work, night.key, mine),
    )


def _receipts(work: UnitOfWork, key: NightKey, mine: Any) -> pl.DataFrame:  # noqa: ANN401
    booked = (LINK.c.side == Side.STATEMENT.value) & LINK.c.posting_key.is_not(None)
    rows = work.connection.execute(select(LINK.c.item, LINK.c.fen).where(mine, booked))
    numbered = [(receipt_no(key, item), fen) for item, fen in rows]
    return pl.DataFrame(numbered, schema=dict(RECEIVED), orient="row")


def _frame(work: UnitOfWork, query: Select[Any], columns: Columns) -> pl.DataFrame:
    rows = [tuple(row) for row in work.connection.execute(query)]
    return pl.DataFrame(rows, schema=dict(columns), orient="row")
