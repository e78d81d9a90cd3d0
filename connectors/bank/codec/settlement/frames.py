"""Frames of the settlement platform: a header of twenty bytes, then the body. 结算平台帧

Bytes 0–5 the sender's node, byte 6 clear or encrypted, 7–15 reserved, 16–19 the body's length,
unsigned and big-endian.
"""

import re
from dataclasses import dataclass

from gateway.errors import Code, MalformedMessage

HEADER_BYTES = 20
_CLEAR, _ENCRYPTED = b"1", b"0"
_RESERVED = bytes(9)
_LENGTH_AT = 16
_NODE = re.compile(rb"[A-Z0-9][0-9]{5}")


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """Who sends, whether the body is clear text (sign-in, probe), and how many bytes it has."""

    node: str
    clear: bool
    length: int


def read_header(data: bytes, body_bytes_max: int) -> FrameHeader:
    """The header in the first twenty bytes of a frame.

    Raises MalformedMessage for any other number of bytes, a node, a flag that is none, and a body
    that is empty or larger than agreed: nobody waits for bytes that were only promised.
    """
    node, flag, length = data[:6], data[6:7], int.from_bytes(data[_LENGTH_AT:HEADER_BYTES])
    if len(data) != HEADER_BYTES:
        raise _unreadable("帧头不完整")
    if not _NODE.fullmatch(node):
        raise _unreadable("帧头节点号")
    if flag not in (_CLEAR, _ENCRYPTED):
        raise _unreadable("帧头标志")
    if not 0 < length <= body_bytes_max:
        raise _unreadable("帧长度")
    return FrameHeader(node.decode("ascii"), flag == _CLEAR, length)


def frame(node: str, body: bytes, *, clear: bool) -> bytes:
    """A whole frame."""
    flag = _CLEAR if clear else _ENCRYPTED
    return node.encode("ascii") + flag + _RESERVED + len(body).to_bytes(4) + body


def _unreadable(what: str) -> MalformedMessage:
    return MalformedMessage(Code.MESSAGE_UNREADABLE, detail=what)
