"""The index: what lies in the package and what is claimed of it, for programs. 目录"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from gateway.dates import SHANGHAI
from gateway.documents.timeline import Asked
from gateway.errors import Code, MalformedMessage
from gateway.flows.evidence.case import Case
from gateway.flows.evidence.keeping import Kept
from gateway.flows.evidence.keys import PackedKey

FORMAT = "gateway-evidence-1"


@dataclass(frozen=True, slots=True)
class SignedBy:
    """A claim: this key signed the payload, in the signature file of this digest."""

    kid: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Row:
    """One payload; `seq` is the journal entry that states its digest.

    `inside` is the digest of the kept bytes it was taken out of; `state` is empty, or says why the
    bytes are not here, and then `member` is empty.
    """

    member: str
    role: str
    title: str
    direction: str
    counterparty: str
    subject: str
    name: str
    sha256: str
    sm3: str
    bytes: int
    at: str
    grade: str
    seq: int | None
    inside: str
    signature: SignedBy | None
    state: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One public key; `sha256` is the digest of its DER."""

    kid: str
    holder: str
    use: str
    algorithm: str
    sha256: str
    member: str
    chain: str


@dataclass(frozen=True, slots=True)
class Index:
    """The whole index; the outsider's script reads exactly this form."""

    format: str
    case: str
    title: str
    label: str
    state: str
    who: str
    at: str
    reason: str
    entries: tuple[int, ...]
    payloads: tuple[Row, ...]
    keys: tuple[KeyRow, ...]


_ADAPTER = TypeAdapter(Index)


def write_index(index: Index) -> bytes:
    """The index as JSON: the same bytes for the same index."""
    return _ADAPTER.dump_json(index, indent=1) + b"\n"


def read_index(data: bytes) -> Index:
    """An index that says nothing else and nothing otherwise than we would have written it.

    Raises MalformedMessage.
    """
    try:
        index = _ADAPTER.validate_json(data, strict=True)
    except ValidationError:
        index = None
    if index is None or index.format != FORMAT or write_index(index) != data:
        raise MalformedMessage(Code.PACKAGE_UNREADABLE, detail="index.json")
    return index


def index_of(case: Case, kept: Sequence[Kept], keys: Sequence[PackedKey], asked: Asked) -> Index:
    """The index of a case."""
    return Index(
        format=FORMAT,
        case=case.case_id,
        title=case.title,
        label=case.label,
        state=case.state,
        who=asked.who,
        at=_moment(asked.at),
        reason=asked.reason,
        entries=tuple(entry.seq for entry in case.entries),
        payloads=tuple(_row(one) for one in kept),
        keys=tuple(_key(key) for key in keys),
    )


def _row(one: Kept) -> Row:
    piece = one.piece
    return Row(
        member=one.member,
        role=piece.role.name,
        title=piece.role.value,
        direction=piece.direction.name,
        counterparty=piece.counterparty,
        subject=piece.subject,
        name=piece.name,
        sha256=piece.digest,
        sm3=one.sm3,
        bytes=one.size,
        at=_moment(piece.at) if piece.at else "",
        grade=piece.grade.name if piece.grade else "",
        seq=one.seq,
        inside=piece.inside,
        signature=SignedBy(piece.kid, piece.signature) if piece.kid else None,
        state=one.state,
    )


def _key(key: PackedKey) -> KeyRow:
    return KeyRow(
        kid=key.kid,
        holder=key.holder,
        use=key.use,
        algorithm=key.algorithm,
        sha256=key.sha256,
        member=key.member,
        chain=key.chain_member,
    )


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
