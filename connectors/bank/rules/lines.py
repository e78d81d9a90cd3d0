"""A file's lines as the frames the engine works on, straight from its values. 来文成表

The same frames that stored lines make: a night replayed from its bytes is held against them.
"""

import re
from collections.abc import Sequence
from datetime import date

import polars as pl

from connectors.bank.model import DeductionResult, StatementLine
from connectors.bank.model.books import RESULT, STATEMENT, Columns

# Where a line stands: beside the frame's own columns, and never shown to the engine.
PLACE: Columns = {"file_id": pl.String, "line": pl.Int32}


def result_lines(files: Sequence[tuple[str, Sequence[DeductionResult]]]) -> pl.DataFrame:
    """The result lines of these files (id, lines)."""
    names = [name for name in RESULT if name != "id"]
    rows = [
        (*(getattr(line, name) for name in names), file_id, line.line)
        for file_id, lines in files
        for line in lines
    ]
    return _framed(rows, RESULT).sort("batch_no", "serial", "file_id", "line")


def statement_lines(
    files: Sequence[tuple[str, Sequence[StatementLine]]], day: date, lump_summary: str
) -> pl.DataFrame:
    """The bookings of these statements (id, lines), signed.

    The batch is the group the bank declares by the agreed summary, `lump_summary` with `{batch}` in
    it. A booking without a date of its own is of the statement's date.
    """
    group = _group(lump_summary)
    rows = [
        (*_booking(line, day, group), file_id, line.line)
        for file_id, lines in files
        for line in lines
    ]
    return _framed(rows, STATEMENT).sort("file_id", "line")


def _group(pattern: str) -> re.Pattern[str]:
    before, _, after = pattern.partition("{batch}")
    return re.compile(f"{re.escape(before)}(\\S+){re.escape(after)}")


def _booking(line: StatementLine, day: date, group: re.Pattern[str]) -> tuple[object, ...]:
    declared = group.fullmatch(line.summary)
    said = {
        "fen": line.amount_fen if (line.direction == "C") != line.reversal else -line.amount_fen,
        "booked_on": line.booked_on or day,
        "batch_no": declared.group(1) if declared else "",
        "first_seen": day,
    }
    names = (name for name in STATEMENT if name != "id")
    return tuple(said[name] if name in said else getattr(line, name) for name in names)


def _framed(rows: Sequence[tuple[object, ...]], columns: Columns) -> pl.DataFrame:
    schema = {name: kind for name, kind in columns.items() if name != "id"} | dict(PLACE)
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_row_index("id").cast({"id": pl.Int64})
