"""Workbooks byte by byte, as no spreadsheet writes them. 手工拼出的工作簿"""

import io
import struct
import zipfile

import openpyxl

SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xlsx(rows: str, at: str = SHEET, **members: str) -> bytes:
    """An XLSX whose one sheet has these rows and lies at `at`."""
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != SHEET}
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        parts[name] = parts[name].replace(SHEET.encode(), at.encode())
    parts[at] = sheet.encode()
    parts |= {f"xl/{name}.xml": text.encode() for name, text in members.items()}
    return zipped(parts)


def strings(count: str) -> str:
    """A table of one text that announces more of them."""
    return f'<sst xmlns="{_MAIN}" count="1" uniqueCount="{count}"><si><t>x</t></si></sst>'


def ods(rows: int, columns: int) -> bytes:
    """An OpenDocument sheet of one cell, repeated."""
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    cell = f'<t:table-cell o:value-type="float" o:value="1" t:number-columns-repeated="{columns}"/>'
    row = f'<t:table-row t:number-rows-repeated="{rows}">{cell}</t:table-row>'
    content = (
        f'<o:document-content xmlns:o="{office}office:1.0" xmlns:t="{office}table:1.0"><o:body>'
        f'<o:spreadsheet><t:table t:name="S">{row}</t:table></o:spreadsheet></o:body>'
        "</o:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": content.encode()})


def zipped(parts: dict[str, bytes]) -> bytes:
    """These members in a ZIP."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return whole.getvalue()


def number(row: int, column: int, value: float = 1.0) -> bytes:
    """A cell of an XLS, counted from 0."""
    return _record(0x203, struct.pack("<HHHd", row, column, 0, value))


def xls(cells: bytes) -> bytes:
    """An XLS whose one sheet has these cells."""

    def books(start: int) -> bytes:
        sheet = _record(0x85, struct.pack("<IBBBB", start, 0, 0, 1, 0) + b"S")
        return _begins(5) + sheet + _record(0x0A)

    stream = books(len(books(0))) + _begins(0x10) + cells + _record(0x0A)
    return _compound(stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0"))


def _begins(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes) -> bytes:
    """A compound file: its table in sector 0, its directory in 1, the stream from 2 on."""
    sectors = len(stream) // 512
    table = [_TABLE, _END, *range(3, sectors + 2), _END]
    table += [_FREE] * (128 - len(table))
    numbers = struct.pack("<9I", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6) + numbers
    head += struct.pack("<I", 0) + b"\xff" * 432
    root, book = _entry("Root Entry", 5, 1, _END, 0), _entry("Workbook", 2, _FREE, 2, len(stream))
    return head + struct.pack("<128I", *table) + root + book + bytes(256) + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    wide = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBIII", len(wide), kind, 1, _FREE, _FREE, child)
    return wide.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)
