"""A large file read in blocks: lines as frames, then header and totals. 批量读取"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from connectors.bank.codec.bulk.blocks import as_utf8, blocks
from connectors.bank.codec.bulk.plain import NotPlain, is_plain
from connectors.bank.codec.bulk.proving import Proof
from connectors.bank.codec.bulk.typing import typed
from connectors.bank.codec.bulk.values import COLUMNS, lines_of
from connectors.bank.codec.fields import BadField, read_field
from connectors.bank.codec.layouts import Layout, Record, Terminator
from connectors.bank.model import FileHeader

BLOCK_BYTES = 4 * 1024 * 1024
_TAG, _END = "\x00tag", "\x00end"


class BulkReading:
    """One file being read. When `frames` has ended, `header` and `controls` are there.

    Raises NotPlain at once for a layout that is not read in blocks.
    """

    def __init__(self, layout: Layout, lines_max: int, block_bytes: int = BLOCK_BYTES) -> None:
        if not is_plain(layout):
            raise NotPlain
        self._layout, self._lines_max, self._block_bytes = layout, lines_max, block_bytes
        self.columns = tuple(COLUMNS[layout.kind])
        self._read = 1  # lines, the header among them
        self.header: FileHeader | None = None
        self.controls: dict[str, int] = {}

    def frames(self, chunks: Iterable[bytes]) -> Iterator[pl.DataFrame]:
        """The lines, block after block, with the columns of their value and `line`.

        Raises NotPlain as soon as anything is off; what was handed out before counts for nothing.
        """
        layout = self._layout
        body = blocks(chunks, layout.newline, self._block_bytes)
        first, rest = _first_line(next(body, b""))
        header = _record(layout, layout.header, first)
        proof = Proof(layout, header)
        for block, is_last in _with_last(_joined(rest, body)):
            details, last = _last_line(block) if is_last else (block, b"")
            lines = self._lines(details)
            proof.add(lines)
            if is_last:
                trailer = _record(layout, layout.trailer, last)
                proof.require(trailer)
                self._conclude(header, trailer)
            if not lines.is_empty():
                yield lines_of(layout, header, lines)
        if self.header is None:
            raise NotPlain

    def _lines(self, details: bytes) -> pl.DataFrame:
        layout = self._layout
        names = [_TAG, *(field.name for field in layout.detail.fields), *_ending(layout)]
        text = as_utf8(details, layout.encoding)
        count = text.count(b"\n")
        if self._read + count > self._lines_max:
            raise NotPlain
        # none has more fields than there are names, so that the signs counted are in every line
        if text.count(layout.delimiter.encode()) != count * (len(names) - 1):
            raise NotPlain
        lines = _parsed(text, layout.delimiter, names)
        if lines.height != count or not (lines.get_column(_TAG) == layout.detail.tag).all():
            raise NotPlain
        if _END in names and (lines.get_column(_END) != "").any():
            raise NotPlain
        first = self._read + 1
        self._read += count
        numbers = pl.int_range(first, first + count, dtype=pl.Int32, eager=True)
        return typed(
            lines.drop(_TAG, _END, strict=False), layout.detail.fields, layout.encoding
        ).with_columns(line=numbers)

    def _conclude(self, header: Mapping[str, Any], trailer: Mapping[str, Any]) -> None:
        self._read += 1
        if self._read > self._lines_max:
            raise NotPlain
        self.controls = {name: value for name, value in trailer.items() if isinstance(value, int)}
        if "opening" in header:
            self.controls["opening"] = header["opening"]
        self.header = FileHeader(
            bank=header.get("bank", ""),
            account_number=header.get("account_number", ""),
            business_date=header["business_date"],
            batch_no=header.get("batch_no", ""),
            opening_fen=header.get("opening", 0),
        )


def _ending(layout: Layout) -> list[str]:
    """What stands behind the last field where a delimiter ends it too: nothing."""
    return [_END] if layout.terminator is Terminator.REQUIRED else []


def _parsed(text: bytes, delimiter: str, names: list[str]) -> pl.DataFrame:
    if not text:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    try:
        return pl.read_csv(
            text,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            separator=delimiter,
            quote_char=None,
            infer_schema=False,
            empty_string_is_null=False,
            truncate_ragged_lines=False,
        )
    except pl.exceptions.PolarsError:
        raise NotPlain from None


def _record(layout: Layout, record: Record, line: bytes) -> Mapping[str, Any]:
    """Header or trailer, field by field as the other reader reads them."""
    text = as_utf8(line, layout.encoding).decode()
    tag, *texts = text.removesuffix("\n").split(layout.delimiter)
    ended = texts[len(record.fields) :]
    if (
        tag != record.tag
        or ended != [""] * len(_ending(layout))
        or len(texts) - len(ended) != len(record.fields)
    ):
        raise NotPlain
    try:
        return {
            field.name: read_field(field, text, layout.encoding)
            for field, text in zip(record.fields, texts, strict=False)
        }
    except BadField:
        raise NotPlain from None


def _first_line(block: bytes) -> tuple[bytes, bytes]:
    end = block.find(b"\n") + 1
    return block[:end], block[end:]


def _last_line(block: bytes) -> tuple[bytes, bytes]:
    start = block.rfind(b"\n", 0, -1) + 1
    return block[:start], block[start:]


def _joined(rest: bytes, body: Iterator[bytes]) -> Iterator[bytes]:
    if rest:
        yield rest
    yield from body


def _with_last(body: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block, and whether it is the last one."""
    before = next(body, None)
    for block in body:
        if before is not None:
            yield before, False
        before = block
    if before is not None:
        yield before, True
