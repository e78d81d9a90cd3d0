"""Banks' bytes ⇄ our values, by declarative layouts; pure. 银行文件编解码"""

from connectors.bank.codec.layouts import Layout
from connectors.bank.codec.loading import layout_of
from connectors.bank.codec.names import flag_of, matching_name, read_flag, receipt_name
from connectors.bank.codec.reading import decode
from connectors.bank.codec.scrubbing import scrub
from connectors.bank.codec.writing import encode

__all__ = [
    "Layout",
    "decode",
    "encode",
    "flag_of",
    "layout_of",
    "matching_name",
    "read_flag",
    "receipt_name",
    "scrub",
]
