"""Banks' bytes ⇄ our values, by declarative layouts; pure. 银行文件编解码"""

from connectors.bank.codec.decoding import decode, decode_all, decode_one, version_of
from connectors.bank.codec.layouts import Layout
from connectors.bank.codec.loading import layout_of
from connectors.bank.codec.names import (
    flag_name,
    flag_of,
    flagged_name,
    matching_name,
    name_parts,
    read_flag,
    receipt_name,
)
from connectors.bank.codec.scrubbing import scrub
from connectors.bank.codec.writing import encode, encode_lines, totals_of, unfit

__all__ = [
    "Layout",
    "decode",
    "decode_all",
    "decode_one",
    "encode",
    "encode_lines",
    "flag_name",
    "flag_of",
    "flagged_name",
    "layout_of",
    "matching_name",
    "name_parts",
    "read_flag",
    "receipt_name",
    "scrub",
    "totals_of",
    "unfit",
    "version_of",
]
