"""What is left of a case's payloads: bytes, digests, and where the journal speaks of them. 原件"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from gateway.errors import Code, GatewayError
from gateway.flows.evidence.case import Case, Piece
from gateway.signing.primitives.digests import DigestName, digest_of
from gateway.store.journal import Entry
from gateway.store.tables import PAYLOAD
from gateway.store.unit_of_work import Store

DESTROYED = "已销毁，仅存摘要"


@dataclass(frozen=True, slots=True)
class Kept:
    """One payload as it is kept. `data` and `sm3` are gone when it was destroyed by our rules.

    `seq` is the journal entry that states its digest, None for what was taken out of another.
    """

    piece: Piece
    size: int
    sm3: str
    seq: int | None
    data: bytes | None = field(repr=False)

    @property
    def member(self) -> str:
        """Where its bytes lie in the package; empty when there are none."""
        return "" if self.data is None else f"payloads/{self.piece.digest}"

    @property
    def state(self) -> str:
        """Why there are no bytes; empty when there are."""
        return DESTROYED if self.data is None else ""


def keep(store: Store, case: Case) -> Sequence[Kept]:
    """Every payload of a case with its bytes, in the case's order.

    Raises SignatureInvalid for one that is missing or altered: evidence with a hole is none.
    """
    stated, sizes = _stated(case.entries), _sizes(store, case)
    return [_kept(store, piece, stated, sizes) for piece in case.pieces]


def _kept(store: Store, piece: Piece, stated: Mapping[str, int], sizes: Mapping[str, int]) -> Kept:
    data = piece.data if piece.data is not None else _bytes(store, piece.digest)
    seq = None if piece.inside else stated.get(piece.digest)
    if data is None:
        return Kept(piece, sizes.get(piece.digest, 0), "", seq, None)
    return Kept(piece, len(data), digest_of(DigestName.SM3, (data,)).hex(), seq, data)


def _bytes(store: Store, digest: str) -> bytes | None:
    try:
        return store.archive.get(digest)
    except GatewayError as failed:
        if failed.code is Code.PAYLOAD_SHREDDED:
            return None
        raise


def _stated(entries: Sequence[Entry]) -> Mapping[str, int]:
    """The first entry that states each digest."""
    found: dict[str, int] = {}
    for entry in entries:
        for value in json.loads(entry.facts).values():
            if isinstance(value, str) and len(value) == hashlib.sha256().digest_size * 2:
                found.setdefault(value, entry.seq)
    return found


def _sizes(store: Store, case: Case) -> Mapping[str, int]:
    digests = {piece.digest for piece in case.pieces}
    query = select(PAYLOAD.c.digest, PAYLOAD.c.bytes).where(PAYLOAD.c.digest.in_(digests))
    with store.begin() as work:
        return {row.digest: row.bytes for row in work.connection.execute(query)}
