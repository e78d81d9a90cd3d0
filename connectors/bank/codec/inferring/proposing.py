"""The proposal: a layout's YAML as data, and every doubt about it. 提出格式"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.bank.codec.inferring.arithmetic import Chain, Total, chain_of, totals
from connectors.bank.codec.inferring.columns import Column, column_of
from connectors.bank.codec.inferring.naming import file_name_of, header_names, total_names
from connectors.bank.codec.inferring.roles import Assigned, assigned
from connectors.bank.codec.inferring.sniffing import (
    Row,
    Sheet,
    delimited,
    delimiter_of,
    lines_of,
)
from connectors.bank.codec.inferring.widths import fixed
from connectors.bank.codec.layouts import Pad
from connectors.bank.model import FileKind

_BY_SERIAL = frozenset(
    {FileKind.DEDUCTION_RESULT, FileKind.DEDUCTION_REQUEST, FileKind.DEDUCTION_SPLIT}
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A layout to be looked at by a person: its YAML as data, what of it is not proved."""

    data: Mapping[str, Any]
    doubts: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of a file before it is written down."""

    sheet: Sheet
    columns: Sequence[Column]
    header: Sequence[Column]
    trailer: Sequence[Column]
    chain: Chain | None
    roles: Assigned


def infer(name: str, data: bytes) -> Proposal:
    """Propose a layout for a file. Raises Unknowable with the reason when none can be."""
    lines = lines_of(data)
    delimiter = delimiter_of(lines.texts())
    named = re.search(r"(?<![0-9])[0-9]{6}(?![0-9])", name)
    bank = named.group() if named else ""
    sheet = delimited(lines, delimiter) if delimiter else fixed(lines, bank)
    return _proposed(name, _found(sheet))


def _found(sheet: Sheet) -> _Found:
    columns = _columns(sheet.details)
    header = _columns([sheet.header]) if sheet.header else ()
    trailer = _columns([sheet.trailer]) if sheet.trailer else ()
    chain = chain_of(columns)
    opening = chain is not None and _says(header, chain.opening_fen)
    closing = chain is not None and _says(trailer, chain.closing_fen)
    roles = assigned(columns, chain, both_ends=opening and closing)
    return _Found(sheet, columns, header, trailer, chain, roles)


def _columns(rows: Sequence[Row]) -> list[Column]:
    widths = rows[0].widths or (0,) * len(rows[0].texts)
    texts = list(zip(*(row.texts for row in rows), strict=True))
    return [column_of(place, column, widths[place]) for place, column in enumerate(texts)]


def _says(cells: Sequence[Column], fen: int) -> bool:
    return any(cell.is_money and cell.values[0] == fen for cell in cells)


def _proposed(name: str, found: _Found) -> Proposal:
    sheet, kind = found.sheet, found.roles.kind
    head = header_names(found.header, kind, found.chain)
    tails = dict(_explained(found, found.trailer))
    heads = {k: v for k, v in _explained(found, found.header) if k not in head}
    names = total_names(found.roles, {**heads, **{1000 + k: v for k, v in tails.items()}})
    head |= {place: names[place] for place in heads}
    tail = {place: names[1000 + place] for place in tails}
    if found.chain is not None and kind is FileKind.ACCOUNT_STATEMENT:
        place = next(c.place for c in found.trailer if _says([c], found.chain.closing_fen))
        tails.pop(place, None)
        tail[place] = "closing"
    whose = {"bank", "account_number"} <= set(head.values())
    pattern, doubts = file_name_of(name, whose=whose or not found.header, kind=kind)
    controls = [_control("header", head[k], v, found) for k, v in heads.items()]
    controls += [_control("trailer", tail[k], v, found) for k, v in tails.items()]
    told, missing = _told(kind, controls, found)
    data = {
        "layout": "proposed-layout",
        "version": 1,
        "kind": kind.value,
        "title": kind.title,
        "encoding": sheet.lines.encoding,
        **_form(sheet),
        "newline": sheet.lines.newline,
        "file_name": pattern,
        "flag": None,
        "signature": None,
        "header": _record(sheet.header, found.header, head, found),
        "detail": _record(sheet.details[0], found.columns, found.roles.names, found),
        "trailer": _record(sheet.trailer, found.trailer, tail, found),
        "controls": [*controls, *told],
        **_rules(found, head, tail),
    }
    every = (*sheet.lines.doubts, *doubts, *missing, *found.roles.doubts, *_ambiguous(found))
    every = (*every, *_of_form(found))
    return Proposal(data, every)


def _form(sheet: Sheet) -> dict[str, Any]:
    if not sheet.delimiter:
        return {"form": "fixed"}
    return {"form": "delimited", "delimiter": sheet.delimiter, "terminator": sheet.terminator}


def _of_form(found: _Found) -> Iterator[str]:
    if len(found.sheet.details) < 20:
        yield f"明细只有 {len(found.sheet.details)} 行，类型和取值范围可能看不全"
    if not found.sheet.delimiter:
        yield "定长字段的边界由填充和数字推断，请与银行接口文档核对"
    if found.roles.kind is FileKind.DEDUCTION_SPLIT:
        yield "罚息与违约金的先后不能由算术判断，按结算平台的顺序填写"
    if found.chain is not None and found.chain.direction is None:
        yield "没有看到起作用的借贷标志，收支方向按金额的正负读"
    yield "没有看到标志文件和签名文件，flag 与 signature 需按约定填写"


def _explained(found: _Found, cells: Sequence[Column]) -> Iterator[tuple[int, Total]]:
    """The cells of a header or trailer that count or add up the details, by their place."""
    every = [(place, fits[0]) for place, fits in _fitting(found, cells) if fits]
    # part of the lines is counted only beside all of them: a small number is found anywhere
    counted = any(total.of is None and total.where is None for _, total in every)
    return ((place, total) for place, total in every if counted or (total.of and not total.where))


def _fitting(found: _Found, cells: Sequence[Column]) -> Iterator[tuple[int, Sequence[Total]]]:
    """Every count or sum that a cell may be."""
    every = list(totals(found.columns))
    for cell in cells:
        value = cell.values[0]
        if (cell.type == "count" or cell.is_money) and (value or not found.chain):
            yield (
                cell.place,
                [t for t, n in every if n == value and (t.of is not None) is cell.is_money],
            )


def _ambiguous(found: _Found) -> Iterator[str]:
    for where, cells in (("文件头", found.header), ("文件尾", found.trailer)):
        controls = dict(_explained(found, cells))
        for place, fits in _fitting(found, cells):
            if len(fits) > 1 and place in controls:
                yield f"{where}第{place + 1}列有 {len(fits)} 种算法都对得上，取了最简单的一种"


def _control(where: str, name: str, total: Total, found: _Found) -> dict[str, Any]:
    control: dict[str, Any] = {where: name, "is": "sum" if total.of else "count"}
    if total.of:
        control["of"] = _word(total.of, found)
    if total.where:
        control["where"] = _word(total.where, found)
        control["none_of" if total.other_than else "one_of"] = [total.value]
    return control


def _word(column: Column, found: _Found) -> str:
    return found.roles.names.get(column.place, f"field_{column.place + 1}")


# Numbers that are no quantities.
_TEXTS = frozenset({"full_flag", "bank", "account_number", "batch_no", "code"})
# The totals a kind must have, and the column that is added up for each.
_NEEDED: Mapping[FileKind, Mapping[str, str | None]] = {
    FileKind.DEDUCTION_RESULT: {
        "total_count": None,
        "asked_total": "asked",
        "taken_total": "taken",
    },
    FileKind.ACCOUNT_STATEMENT: {"total_count": None},
    FileKind.FILE_RECEIPT: {"total_count": None},
    FileKind.DEDUCTION_REQUEST: {"total_count": None, "asked_total": "asked"},
    FileKind.DEDUCTION_SPLIT: {"total_count": None, "repaid_total": "repaid"},
}


def _told(
    kind: FileKind, controls: Sequence[Mapping[str, Any]], found: _Found
) -> tuple[list[dict[str, Any]], list[str]]:
    """Totals that the file does not say: whoever hands it over must."""
    there = {control.get("header") or control.get("trailer") for control in controls}
    names = set(found.roles.names.values())
    made, doubts = [], []
    for total, of in _NEEDED.get(kind, {}).items():
        if total not in there:
            of = of if of is None or of in names else "amount"
            made.append(
                {"told": total, "is": "sum", "of": of} if of else {"told": total, "is": "count"}
            )
            doubts.append(f"文件里没有找到 {total}，须由文件之外告知")
    return made, doubts


def _record(
    row: Row | None, columns: Sequence[Column], names: Mapping[int, str], found: _Found
) -> dict[str, Any] | None:
    if row is None:
        return None
    fields = [
        _field(column, names, found)
        for column in columns
        if column.texts != ("",) or len(columns) > 1
    ]
    mark = {} if not row.mark else {"prefix" if row.glued else "tag": row.mark}
    return {**mark, "fields": fields}


def _field(column: Column, names: Mapping[int, str], found: _Found) -> dict[str, Any]:
    name = names.get(column.place, f"field_{column.place + 1}")
    field: dict[str, Any] = {"name": name, "title": f"第{column.place + 1}列", "type": column.type}
    if name in _TEXTS and column.type == "count":
        field["type"] = "digits"
    if column.blanks:
        field["empty"] = True
    chain = found.chain
    if chain is not None and column in (chain.direction, chain.reversal):
        field["one_of"] = sorted(column.said)
    if column.width:
        field["width"] = column.width
        field["pad"] = column.pad.value if column.pad is not Pad.NONE else "none"
    return field


def _rules(found: _Found, head: Mapping[int, str], tail: Mapping[int, str]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    names, kind = found.roles.names, found.roles.kind
    if kind in _BY_SERIAL:
        rules["unique"] = "serial"
    if kind is FileKind.DEDUCTION_SPLIT:
        parts = ["principal", "interest", "penalty", "fine"]
        rules["row_sums"] = [
            {"total": "repaid", "of": parts},
            {"total": "offset", "of": [f"offset_{part}" for part in parts]},
        ]
    if kind is FileKind.DEDUCTION_RESULT and "taken" not in names.values():
        code = next(column for column in found.columns if names.get(column.place) == "code")
        done = sorted(text for text in code.said if set(text) == {"0"})
        rules["taken"] = {"of": "amount", "where": "code", "one_of": done}
    if found.chain is not None:
        rules["balance_chain"] = dict(_chain_rule(found.chain, head, tail))
    return rules


def _chain_rule(
    chain: Chain, head: Mapping[int, str], tail: Mapping[int, str]
) -> Iterator[tuple[str, str]]:
    yield "amount", "amount"
    yield "balance", "balance"
    if chain.direction is not None:
        yield from (("direction", "direction"), ("credit", chain.credit))
    if chain.reversal is not None:
        yield from (("reversal", "reversal"), ("reversed", chain.reversed))
    if "opening" in head.values():
        yield "opening", "opening"
    if "closing" in tail.values():
        yield "closing", "closing"
    yield "order", "newest_first" if chain.newest_first else "oldest_first"
