"""The one entrance: bytes of any form → values. 解码入口"""

from collections.abc import Callable, Mapping
from datetime import date

from connectors.bank.codec import camt, ebank, mt940, pain
from connectors.bank.codec.layouts import ABSENT, Form, Layout
from connectors.bank.codec.names import name_parts
from connectors.bank.codec.reading import decode_lines, header_reads
from connectors.bank.codec.telling import chosen, refused
from connectors.bank.model import DecodedFile, FileKind
from gateway.errors import Code, Finding

Totals = Mapping[str, int]
_Decoder = Callable[[Layout, bytes, int, Totals], tuple[DecodedFile, ...]]
_NOTHING_TOLD: Totals = {}


def decode(
    layout: Layout, data: bytes, lines_max: int, told: Totals = _NOTHING_TOLD
) -> DecodedFile:
    """Read a whole file. Never raises for what is in it: faults are findings, in file order.

    `told` are control totals that came beside the file (a batch's count and sum in fen stand in
    the message that carries it), by the names the layout gives them; what is not told is not held
    against the lines. A file with several statements is refused: `decode_all` reads those.
    """
    return chosen(decode_all(layout, data, lines_max, told))


def decode_one(layout: Layout, data: bytes, lines_max: int, account: str, day: date) -> DecodedFile:
    """The one statement of an account (as the file writes it) and a date, of however many."""
    return chosen(decode_all(layout, data, lines_max), account, day)


def decode_all(
    layout: Layout, data: bytes, lines_max: int, told: Totals = _NOTHING_TOLD
) -> tuple[DecodedFile, ...]:
    """Every statement of a file, at least one; a fault anywhere refuses all of it.

    Where only details are asked for, a statement with proved balances is more than enough; a
    statement that is owed cannot be replaced by details that no balance proves.
    """
    version = version_of(layout, data)
    files = _DECODERS[version.form](version, data, lines_max, told)
    owed = layout.kind is FileKind.ACCOUNT_STATEMENT
    if owed and any(file.kind is not layout.kind for file in files):
        return (refused(layout.kind, Finding(Code.RECORD_UNKNOWN, 1)),)
    return files


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
    lined = layout.form in (Form.DELIMITED, Form.FIXED)
    return lined and layout.header is not ABSENT and header_reads(layout, data)


def _lines(layout: Layout, data: bytes, lines_max: int, told: Totals) -> tuple[DecodedFile, ...]:
    return (decode_lines(layout, data, lines_max, told),)


def _camt(layout: Layout, data: bytes, lines_max: int, _: Totals) -> tuple[DecodedFile, ...]:
    return camt.decode_all(camt.options_of(layout.options), data, lines_max)


def _mt940(layout: Layout, data: bytes, lines_max: int, _: Totals) -> tuple[DecodedFile, ...]:
    return mt940.decode_all(mt940.options_of(layout.options), data, lines_max)


def _ebank(layout: Layout, data: bytes, lines_max: int, _: Totals) -> tuple[DecodedFile, ...]:
    return ebank.decode_all(ebank.options_of(layout.options), data, lines_max)


def _request(layout: Layout, data: bytes, lines_max: int, _: Totals) -> tuple[DecodedFile, ...]:
    return pain.decode_request(pain.request_options_of(layout.options), data, lines_max)


def _report(layout: Layout, data: bytes, lines_max: int, _: Totals) -> tuple[DecodedFile, ...]:
    return pain.decode_report(pain.report_options_of(layout.options), data, lines_max)


# One row a form: the function that reads it, never raising for what is in the bytes.
_DECODERS: dict[Form, _Decoder] = {
    Form.DELIMITED: _lines,
    Form.FIXED: _lines,
    Form.CAMT: _camt,
    Form.MT940: _mt940,
    Form.EBANK: _ebank,
    Form.PAIN_REQUEST: _request,
    Form.PAIN_REPORT: _report,
}
