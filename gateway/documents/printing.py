"""A report as PDF/A: what a clerk reads and an auditor recomputes. 报表打印"""

from gateway.documents.glyphs import SUBSTITUTE, printable_all
from gateway.documents.setting import set_type
from gateway.documents.tables import Cell, Kind, Report, Row, Table, added_up
from gateway.money import show_yuan

_SUBSTITUTED = f"{SUBSTITUTE} 为字体中没有的字符"


def to_pdf(report: Report, fonts: str | None = None) -> bytes:
    """The report as PDF/A-2b, A4; the same report gives the same bytes.

    A stranger's character that the typeface does not have is set as 〓, and the page says so.
    Raises NotConfigured without the typeface.
    """
    data = {
        "title": report.title, "english": report.english,
        "facts": [list(fact) for fact in report.facts],
        "conclusion": report.conclusion, "sound": report.sound, "foot": report.foot,
        "signatures": list(report.signatures),
        "tables": [_table(table) for table in report.tables],
    }  # fmt: skip
    shown = {name: printable_all(value, fonts) for name, value in data.items()}
    note = "" if shown == data else _SUBSTITUTED
    return set_type("report", shown | {"substituted": note}, report.at, fonts)


def _table(table: Table) -> dict[str, object]:
    return {
        "title": table.title, "note": table.note, "empty": table.empty, "listing": table.listing,
        "columns": [
            {"title": column.title, "kind": column.kind.value, "width": column.width}
            for column in table.columns
        ],
        "rows": [
            {"look": row.look.value, "cells": _shown(table, row)} for row in added_up(table)
        ],
    }  # fmt: skip


def _shown(table: Table, row: Row) -> list[str]:
    pairs = zip(table.columns, row.cells, strict=True)
    return [_text(column.kind, cell) for column, cell in pairs]


def _text(kind: Kind, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    return show_yuan(cell) if kind is Kind.MONEY else f"{cell:,}"
