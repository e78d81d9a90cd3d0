"""XLS and XLSX → values, bounded before they are believed. 电子表格"""

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from connectors.bank.codec.ebank.unreadable import Unreadable
from gateway.errors import Code, Finding

_UNPACKED_MAX = 256 * 1024 * 1024
_CHUNK = 1024 * 1024
_COLUMNS_MAX = 200
# The reader makes room for every cell up to the last one named, so the names are looked at first;
# one that is hidden behind a character reference is none that a spreadsheet writes.
_CELL_NAME = re.compile(rb"""\br\s*=\s*["']\s*([^"']{1,40})["']""")
_PLAIN_NAME = re.compile(rb"([A-Z]{0,3})([0-9]{0,7})")


def sheet_rows(data: bytes, rows_max: int) -> Sequence[Sequence[Any]]:
    """Every row of the only sheet that is not empty, from the first line on. Raises Unreadable."""
    if data.startswith(b"PK"):
        _require_small(data, rows_max)
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
    if sheet.total_height > rows_max or sheet.total_width > _COLUMNS_MAX:
        raise Unreadable(Finding(Code.TOO_MANY_LINES, rows_max))
    rows: Sequence[Sequence[Any]] = sheet.to_python(skip_empty_area=False)
    return rows


def _require_small(data: bytes, rows_max: int) -> None:
    """Unpack once, in pieces: neither a bomb nor a cell far outside may reach the reader."""
    left = _UNPACKED_MAX
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                left = _unpacked(archive, name, left, rows_max)
    except Unreadable:
        raise
    except Exception as broken:
        raise Unreadable(Finding(Code.MESSAGE_UNREADABLE)) from broken


def _unpacked(archive: zipfile.ZipFile, name: str, left: int, rows_max: int) -> int:
    tail = b""
    with archive.open(name) as member:
        while chunk := member.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise Unreadable(Finding(Code.FILE_TOO_LARGE))
            if "worksheets" in name:
                piece = tail + chunk
                _require_near(piece, rows_max)
                tail = piece[-64:]
    return left


def _require_near(piece: bytes, rows_max: int) -> None:
    for found in _CELL_NAME.finditer(piece):
        plain = _PLAIN_NAME.fullmatch(found[1])
        if plain is None:
            raise Unreadable(Finding(Code.MESSAGE_UNREADABLE))
        if (plain[2] and int(plain[2]) > rows_max) or _column(plain[1]) > _COLUMNS_MAX:
            raise Unreadable(Finding(Code.TOO_MANY_LINES, rows_max))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
