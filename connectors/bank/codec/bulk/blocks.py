"""Bytes → blocks of whole lines as UTF-8, without signs that no field may have. 分块"""

from collections.abc import Iterable, Iterator

from connectors.bank.codec.bulk.plain import NotPlain

_LINE_MAX = 64 * 1024
# C0 and DEL but the line feed; what the field reader refuses too
_C0 = bytes(sign for sign in (*range(0x20), 0x7F) if sign != 0x0A)
# C1 begin with this byte; the line and paragraph separators are these
_C1_LEAD, _C1 = b"\xc2", frozenset(range(0x80, 0xA0))
_SEPARATORS = (b"\xe2\x80\xa8", b"\xe2\x80\xa9")


def blocks(chunks: Iterable[bytes], newline: str, size: int) -> Iterator[bytes]:
    """Blocks of about `size` bytes that end with a line, the line ends as LF alone.

    Raises NotPlain for a last line without an end, a line without end, another line end.
    """
    kept = b""
    for chunk in chunks:
        kept += chunk
        end = kept.rfind(b"\n") + 1
        if len(kept) >= size and end:
            yield _unix(kept[:end], newline)
            kept = kept[end:]
        if len(kept) > size + _LINE_MAX and not end:
            raise NotPlain
    if kept and not kept.endswith(b"\n"):
        raise NotPlain
    if kept:
        yield _unix(kept, newline)


def _unix(block: bytes, newline: str) -> bytes:
    if newline == "\n":
        return block
    ends = newline.encode()
    if block.count(ends) != block.count(b"\n"):
        raise NotPlain
    return block.replace(ends, b"\n")


def as_utf8(block: bytes, encoding: str) -> bytes:
    """The block in UTF-8. Raises NotPlain for what is no text, or a sign that no field may have.

    A line feed is never part of a character in GB18030, so a block decodes by itself.
    """
    try:
        text = block if encoding == "utf-8" and _is_utf8(block) else block.decode(encoding).encode()
    except UnicodeError:
        raise NotPlain from None
    if len(text.translate(None, _C0)) != len(text) or _has_c1(text):
        raise NotPlain
    if any(separator in text for separator in _SEPARATORS):
        raise NotPlain
    return text


def _is_utf8(block: bytes) -> bool:
    block.decode()
    return True


def _has_c1(text: bytes) -> bool:
    at = text.find(_C1_LEAD)
    while at >= 0:
        if text[at + 1] in _C1:
            return True
        at = text.find(_C1_LEAD, at + 1)
    return False
