"""XLS and XLSX → values, bounded before they are believed. 电子表格"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from connectors.bank.codec.ebank.extent import COLUMNS_MAX, require_small
from connectors.bank.codec.ebank.old_extent import require_near
from connectors.bank.codec.ebank.unreadable import Unreadable
from gateway.errors import Code, Finding


def sheet_rows(data: bytes, rows_max: int) -> Sequence[Sequence[Any]]:
    """Every row of the only sheet that is not empty, from the first line on. Raises Unreadable."""
    if data.startswith(b"PK"):
        require_small(data, rows_max)
    else:
        require_near(data, rows_max)
    try:
        return _read(data, rows_max)
    except (KeyboardInterrupt, SystemExit, Unreadable):
        raise
    # the reader is Rust: its panic is no Exception
    except BaseException as broken:
        raise Unreadable(Finding(Code.MESSAGE_UNREADABLE)) from broken


def _read(data: bytes, rows_max: int) -> Sequence[Sequence[Any]]:
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    sheets = [book.get_sheet_by_name(name) for name in book.sheet_names[:20]]
    filled = [sheet for sheet in sheets if sheet.height and sheet.width]
    if len(filled) != 1:
        code = Code.STATEMENT_NOT_ALONE if filled else Code.HEADER_MISSING
        raise Unreadable(Finding(code))
    sheet = filled[0]
    if sheet.total_height > rows_max or sheet.total_width > COLUMNS_MAX:
        raise Unreadable(Finding(Code.TOO_MANY_LINES, rows_max))
    rows: Sequence[Sequence[Any]] = sheet.to_python(skip_empty_area=False)
    return rows
