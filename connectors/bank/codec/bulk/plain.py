"""Which layouts are read in blocks, and what is said when a file is not plain. 适用范围"""

from connectors.bank.codec.layouts import Form, Layout, Terminator
from connectors.bank.model import FileKind

_KINDS = frozenset({FileKind.DEDUCTION_RESULT, FileKind.ACCOUNT_STATEMENT})
_ENCODINGS = frozenset({"gb18030", "utf-8"})


class NotPlain(Exception):
    """Something in this file is off, or may be: the line-by-line reader has the word."""


def is_plain(layout: Layout) -> bool:
    """Whether files of this layout can be read in blocks.

    Delimited by one sign, ended alike in every line; header, details and trailer tagged; every
    total in the trailer; nothing to be held, undone or chosen; balances, if any, that go from the
    oldest line to the newest.
    """
    return (
        layout.form is Form.DELIMITED
        and len(layout.delimiter) == 1
        and layout.terminator is not Terminator.OPTIONAL
        and all(record.tag for record in layout.records)
        and layout.encoding in _ENCODINGS
        and layout.kind in _KINDS
        and not (layout.hold_lines or layout.quirks or layout.versions or layout.row_sums)
        and layout.rows_cap is None
        and layout.taken is None
        and _chain_is_plain(layout)
    )


def _chain_is_plain(layout: Layout) -> bool:
    chain = layout.balance_chain
    return chain is None or (
        bool(chain.direction and chain.opening and chain.closing)
        and not chain.account
        and chain.order == "oldest_first"
    )
