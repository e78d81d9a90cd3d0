"""The lines of a night's files as frames, each with its place. 文件行成表"""

import re
from collections.abc import Sequence
from typing import Any

import polars as pl
from sqlalchemy import Column, Select, case, func, select

from connectors.bank.model.books import RESULT as RESULT_FRAME
from connectors.bank.model.books import STATEMENT as STATEMENT_FRAME
from connectors.bank.model.books import Columns
from connectors.bank.store.tables import FILE, NIGHT, RESULT, STATEMENT
from gateway.store.copying import frame_of
from gateway.store.unit_of_work import UnitOfWork

# Where a line stands: beside the frame's own columns, and never shown to the engine.
PLACE: Columns = {"file_id": pl.String, "line": pl.Int32}


def results(work: UnitOfWork, file_ids: Sequence[str]) -> pl.DataFrame:
    """The result lines of these files: the engine's columns, then each line's place."""
    query = select(*[RESULT.c[name] for name in RESULT_FRAME if name != "id"], RESULT.c.line)
    return _frame(work, query, RESULT.c.file_id, file_ids, RESULT_FRAME)


def statement(work: UnitOfWork, file_ids: Sequence[str], lump_summary: str) -> pl.DataFrame:
    """The bookings of these statements, signed, each with its place.

    The batch is the group the bank declares by the agreed summary, `lump_summary` with `{batch}` in
    it. A booking without a date of its own is of its own statement's date, however late it is read.
    """
    line = STATEMENT.c
    positive = (line.direction == "C") != line.reversal
    said = {
        "fen": case((positive, line.amount_fen), else_=-line.amount_fen),
        "booked_on": func.coalesce(line.booked_on, NIGHT.c.business_date),
        "batch_no": func.coalesce(func.substring(line.summary, _group(lump_summary)), ""),
        "first_seen": NIGHT.c.business_date,
    }
    names = [name for name in STATEMENT_FRAME if name != "id"]
    columns = [said[name] if name in said else STATEMENT.c[name] for name in names]
    of_night = STATEMENT.join(FILE, FILE.c.file_id == line.file_id).join(
        NIGHT, NIGHT.c.night_id == FILE.c.night_id
    )
    query = select(*columns, line.line).select_from(of_night)
    return _frame(work, query, line.file_id, file_ids, STATEMENT_FRAME)


def _group(pattern: str) -> str:
    """The agreed summary as a regular expression whose only group is the batch."""
    before, _, after = pattern.partition("{batch}")
    return f"^{re.escape(before)}(\\S+){re.escape(after)}$"


def _frame(
    work: UnitOfWork,
    query: Select[Any],
    file: Column[str],
    file_ids: Sequence[str],
    columns: Columns,
) -> pl.DataFrame:
    """The lines in the order of their places, put there here: the database would do it on disk."""
    said = {name: kind for name, kind in columns.items() if name != "id"}
    frames = [pl.DataFrame(schema={**said, **PLACE})]
    for file_id in sorted(file_ids):
        lines = frame_of(work, query.where(file == file_id), {**said, "line": PLACE["line"]})
        frames.append(lines.sort("line").select(*said, pl.lit(file_id).alias("file_id"), "line"))
    return pl.concat(frames).with_row_index("id").cast({"id": pl.Int64})
