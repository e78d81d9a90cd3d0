"""The one entrance: bytes of any form → values. 解码入口"""

from collections.abc import Callable, Mapping

from connectors.bank.codec.layouts import ABSENT, Form, Layout
from connectors.bank.codec.names import name_parts
from connectors.bank.codec.reading import decode_lines, header_reads
from connectors.bank.model import DecodedFile

Totals = Mapping[str, int]
_Decoder = Callable[[Layout, bytes, int, Totals], DecodedFile]
# One row a form: the function that reads it, never raising for what is in the bytes.
_DECODERS: dict[Form, _Decoder] = {
    Form.DELIMITED: decode_lines,
    Form.FIXED: decode_lines,
}
_NOTHING_TOLD: Totals = {}


def decode(
    layout: Layout, data: bytes, lines_max: int, told: Totals = _NOTHING_TOLD
) -> DecodedFile:
    """Read a whole file. Never raises for what is in it: faults are findings, in file order.

    `told` are control totals that came beside the file (a batch's count and sum in fen stand in
    the message that carries it), by the names the layout gives them; what is not told is not held
    against the lines.
    """
    chosen = version_of(layout, data)
    return _DECODERS[chosen.form](chosen, data, lines_max, told)


def version_of(layout: Layout, data: bytes, name: str = "") -> Layout:
    """Which version of a layout a file is written in: by its name where it has one, by its header.

    The layout itself when neither says: its findings then tell what is wrong.
    """
    named = [each for each in (layout, *layout.versions) if name and name_parts(each, name)]
    open_ones = named or [layout, *layout.versions]
    if len(open_ones) == 1:
        return open_ones[0]
    return next((each for each in open_ones if _fits(each, data)), open_ones[0])


def _fits(layout: Layout, data: bytes) -> bool:
    lined = _DECODERS[layout.form] is decode_lines
    return lined and layout.header is not ABSENT and header_reads(layout, data)
