"""Glyphs: which characters the typeface has, and what stands where it has none. 字形"""

import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import typst

from gateway.documents.fonts import FAMILY, font_directory

# The geta mark: what Chinese and Japanese printers set where they have no type for a character.
SUBSTITUTE = "〓"
# Set without a glyph; every other invisible character is shown to be there.
_SPACING = frozenset("\n\t")
_SEGMENTED_COVERAGE = 12


def printable(text: str, fonts: str | None = None) -> str:
    """The text with 〓 for each character that the typeface does not have.

    Raises NotConfigured without the typeface.
    """
    known = _characters(font_directory(fonts))
    return "".join(c if ord(c) in known or c in _SPACING else SUBSTITUTE for c in text)


def printable_all(value: object, fonts: str | None = None) -> object:
    """JSON's lists, mappings and texts, with 〓 as `printable` puts it.

    Raises NotConfigured without the typeface.
    """
    if isinstance(value, str):
        return printable(value, fonts)
    if isinstance(value, dict):
        return {name: printable_all(part, fonts) for name, part in value.items()}
    if isinstance(value, list):
        return [printable_all(part, fonts) for part in value]
    return value


@lru_cache(maxsize=4)
def _characters(directory: Path) -> frozenset[int]:
    """The code points that every face of the typeface has."""
    faces = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[directory]
    ).fonts()
    covered = [
        frozenset(_code_points(Path(face.path), face.index))
        for face in faces
        if face.family == FAMILY and face.path
    ]
    return frozenset.intersection(*covered)


def _code_points(path: Path, index: int) -> Iterator[int]:
    """What a face maps to a glyph (OpenType, table `cmap`); `index` counts within a collection."""
    data = path.read_bytes()
    face = 0
    if data.startswith(b"ttcf"):
        (face,) = struct.unpack_from(">I", data, 12 + 4 * index)
    (tables,) = struct.unpack_from(">H", data, face + 4)
    records = (struct.unpack_from(">4sIII", data, face + 12 + 16 * n) for n in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", data, cmap + 2)
    for number in range(subtables):
        (offset,) = struct.unpack_from(">I", data, cmap + 8 + 8 * number)
        yield from _segments(data, cmap + offset)


def _segments(data: bytes, at: int) -> Iterator[int]:
    """The code points of one subtable; the 16-bit ones say nothing that this form does not."""
    if struct.unpack_from(">H", data, at)[0] != _SEGMENTED_COVERAGE:
        return
    (groups,) = struct.unpack_from(">I", data, at + 12)
    for number in range(groups):
        first, last, _ = struct.unpack_from(">III", data, at + 16 + 12 * number)
        yield from range(first, last + 1)
