"""The two generations of the platform's messages, and how files lie in them. 报文版本"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from gateway.errors import Code, MalformedMessage

_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")
_TX_CODE_LENGTH = 7


class Generation(Enum):
    """Which generation the platform speaks; the value is what settings say."""

    V1 = "v1"
    V2 = "v2"


@dataclass(frozen=True, slots=True)
class Writing:
    """How a generation writes: the encoding its label names, the one it really is, the names."""

    label: str
    encoding: str
    lower_camel: bool
    padded: bool


# The first says GBK and sends GB18030: 䶮 and its like come through (fund-exchange notes, 0.8).
_WRITINGS: dict[Generation, Writing] = {
    Generation.V1: Writing("GBK", "gb18030", lower_camel=False, padded=False),
    Generation.V2: Writing("UTF-8", "utf-8", lower_camel=True, padded=True),
}


class FileFields(Protocol):
    """How a file's bytes stand in a DATA field: a vendor's packing."""

    def pack(self, data: bytes) -> str:
        """The field's text."""

    def unpack(self, text: str) -> bytes:
        """The file's bytes. Raises MalformedMessage for a text that is none."""


class HexFields:
    """The sandbox's packing: two hex digits a byte."""

    def pack(self, data: bytes) -> str:
        """The field's text."""
        return data.hex().upper()

    def unpack(self, text: str) -> bytes:
        """The file's bytes. Raises MalformedMessage for a text that is none."""
        if not _HEX.fullmatch(text):
            raise MalformedMessage(Code.MESSAGE_UNREADABLE, detail="DATA")
        return bytes.fromhex(text)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is agreed about messages: their generation and the packing of files."""

    generation: Generation
    files: FileFields

    @property
    def writing(self) -> Writing:
        """How this generation writes."""
        return _WRITINGS[self.generation]

    def name(self, wire: str) -> str:
        """A field's name: `SendDate` or `sendDate`, `FILE_LIST` or `fileList`."""
        if not self.writing.lower_camel:
            return wire
        if "_" in wire or wire.isupper():
            first, *others = wire.lower().split("_")
            return first + "".join(map(str.capitalize, others))
        return wire[0].lower() + wire[1:]

    def tx_code(self, code: str) -> str:
        """A transaction code: `BDC105` or `BDC1050`."""
        return code.ljust(_TX_CODE_LENGTH, "0") if self.writing.padded else code
