"""A case: its journal entries, its payloads, who took part; whatever kind of case it is. 案件"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from gateway.ports import Grade
from gateway.store.journal import Entry


class Direction(Enum):
    """Which way a payload went."""

    IN = "来自对方"
    OUT = "发往对方"
    OWN = "本方内部"


class Role(Enum):
    """What a payload is in its case."""

    FILE = "来文"
    FLAG = "来文的标志文件"
    SIGNATURE = "来文的签名文件"
    EXTRACT = "核心系统账务摘录"
    BOOKS = "勾对所据的账册"
    DECISION = "逐笔勾对决定"
    SHEET = "核对表"
    MESSAGE = "报文内容"
    SENT = "实际发出的字节"
    SENT_FILE = "发出的文件"
    SENT_SIGNATURE = "发出的签名文件"
    SENT_FLAG = "发出的标志文件"
    REPLY = "对方答复的原始字节"
    READ_BACK = "本方标志文件，经认证通道发布后由对方服务器确认大小"


@dataclass(frozen=True, slots=True)
class Piece:
    """One payload of a case, by digest.

    `kid` is the key whose signature over it held when we used it, and `signature` the digest of the
    signature file; both are empty where none is claimed. `inside` is the digest of the kept bytes
    that `data` was taken out of; empty for what the archive keeps by itself.
    """

    role: Role
    direction: Direction
    counterparty: str
    subject: str
    name: str
    digest: str
    at: datetime | None
    grade: Grade | None = None
    kid: str = ""
    signature: str = ""
    inside: str = ""
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Party:
    """One of those who took part; `code` is what pieces call it."""

    code: str
    role: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Case:
    """Everything kept of one case. `results` are what came of it, as title and text, no person."""

    case_id: str
    title: str
    label: str
    state: str
    parties: tuple[Party, ...]
    results: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    pieces: tuple[Piece, ...]

    @property
    def kids(self) -> tuple[str, ...]:
        """The keys whose signatures are claimed to hold, by id."""
        return tuple(sorted({piece.kid for piece in self.pieces if piece.kid}))
