"""The index: what lies in the package and what is claimed of it, for programs. 目录"""

import json
from collections.abc import Sequence

from gateway.dates import SHANGHAI
from gateway.documents.timeline import Asked
from gateway.flows.evidence.case import Case
from gateway.flows.evidence.keeping import Kept
from gateway.flows.evidence.keys import PackedKey

FORMAT = "gateway-evidence-1"


def to_json(data: object) -> bytes:
    """JSON for people and programs: the same bytes for the same data."""
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def index_of(
    case: Case, kept: Sequence[Kept], keys: Sequence[PackedKey], asked: Asked
) -> dict[str, object]:
    """The index as data; the outsider's script reads exactly this form."""
    return {
        "format": FORMAT,
        "case": {
            "id": case.case_id, "title": case.title, "label": case.label, "state": case.state,
        },
        "asked": {
            "who": asked.who,
            "at": asked.at.astimezone(SHANGHAI).isoformat(timespec="milliseconds"),
            "reason": asked.reason,
        },
        "entries": [entry.seq for entry in case.entries],
        "payloads": [_row(one) for one in kept],
        "keys": [_key(key) for key in keys],
    }  # fmt: skip


def _row(one: Kept) -> dict[str, object]:
    piece = one.piece
    signature = {"kid": piece.kid, "sha256": piece.signature} if piece.kid else None
    return {
        "member": one.member,
        "role": piece.role.name,
        "title": piece.role.value,
        "direction": piece.direction.name,
        "counterparty": piece.counterparty,
        "subject": piece.subject,
        "name": piece.name,
        "sha256": piece.digest,
        "sm3": one.sm3,
        "bytes": one.size,
        "at": piece.at and piece.at.astimezone(SHANGHAI).isoformat(timespec="milliseconds"),
        "grade": piece.grade and piece.grade.name,
        "seq": one.seq,
        "inside": piece.inside,
        "signature": signature,
        "state": one.state,
    }


def _key(key: PackedKey) -> dict[str, object]:
    return {
        "kid": key.kid,
        "holder": key.holder,
        "use": key.use,
        "algorithm": key.algorithm,
        "sha256": key.sha256,
        "member": key.member,
        "chain": key.chain_member,
    }
