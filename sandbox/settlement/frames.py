"""Frames as the platform writes and reads them. 结算平台帧."""

import asyncio
import struct
from dataclasses import dataclass

NODE = "D00000"
HEADER = struct.Struct(">6sc9sI")
BODY_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: the sender's node, whether its body is clear, the body."""

    node: str
    clear: bool
    body: bytes

    def to_bytes(self) -> bytes:
        """Return it as it goes on the wire."""
        flag = b"1" if self.clear else b"0"
        return HEADER.pack(self.node.encode("ascii"), flag, bytes(9), len(self.body)) + self.body


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """Read one frame; IncompleteReadError when the line ends before it does."""
    node, flag, _, length = HEADER.unpack(await reader.readexactly(HEADER.size))
    if length > BODY_BYTES_MAX:
        raise ValueError("frame too large")
    body = await reader.readexactly(length)
    return Frame(node.decode("ascii"), flag == b"1", body)
