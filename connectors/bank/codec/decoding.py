"""The one entrance: bytes of any form → values. 解码入口"""

from collections.abc import Callable, Mapping
from datetime import date

from connectors.bank.codec import camt, ebank, mt940
from connectors.bank.codec.layouts import Form, Layout
from connectors.bank.codec.reading import decode_lines
from connectors.bank.model import DecodedFile

Totals = Mapping[str, int]
_Decoder = Callable[[Layout, bytes, int, Totals], DecodedFile]
_Teller = Callable[[Layout, bytes, int], tuple[DecodedFile, ...]]
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
    return _DECODERS[layout.form](layout, data, lines_max, told)
