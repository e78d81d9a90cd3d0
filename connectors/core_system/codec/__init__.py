"""The core system's rows and payloads ⇄ our values. 核心系统编解码"""

from connectors.core_system.codec.postings import (
    POSTING_COLUMNS,
    content_digest,
    decode,
    decode_results,
    encode,
    encode_instructions,
    encode_results,
    row_of,
    scrub,
)

__all__ = [
    "POSTING_COLUMNS",
    "content_digest",
    "decode",
    "decode_results",
    "encode",
    "encode_instructions",
    "encode_results",
    "row_of",
    "scrub",
]
