"""The lines of a large file: read in blocks and stored as they are read. 批量入库"""

from collections.abc import Iterable

import polars as pl

from connectors.bank.codec import Layout
from connectors.bank.codec.bulk.reading import BulkReading
from connectors.bank.model import DecodedFile, FileKind
from connectors.bank.store.tables import RESULT, STATEMENT
from gateway.store.copying import copy_frames
from gateway.store.unit_of_work import UnitOfWork

_TABLES = {FileKind.DEDUCTION_RESULT: RESULT, FileKind.ACCOUNT_STATEMENT: STATEMENT}


def keep_blocks(
    work: UnitOfWork, file_id: str, layout: Layout, chunks: Iterable[bytes], lines_max: int
) -> DecodedFile:
    """Store a file's lines while they are read; what the file says of itself, without its lines.

    The lines have no tokens of people yet: the housekeeping adds them. Raises NotPlain when the
    file is not one to be read in blocks, or anything in it is off: what was stored until then
    counts for nothing, and the caller's savepoint takes it back.
    """
    reading = BulkReading(layout, lines_max)
    table = _TABLES[layout.kind]
    kept = [name for name in reading.columns if name in table.c]
    placed = (
        frame.select(pl.lit(file_id).alias("file_id"), *kept) for frame in reading.frames(chunks)
    )
    copy_frames(work, table, placed)
    return DecodedFile(layout.kind, reading.header, controls=reading.controls)
