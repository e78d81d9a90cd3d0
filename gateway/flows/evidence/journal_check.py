"""The journal's part of a package: head, entries, proofs, and what they speak of. 流水部分核验"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.errors import Code, GatewayError, MalformedMessage, SignatureInvalid
from gateway.flows.anchoring import HOLDER
from gateway.flows.evidence.index import Index
from gateway.ports import Algorithm
from gateway.signing.keys.anchors import Trust
from gateway.signing.keys.keyring import KeyRing, Purpose
from gateway.signing.proofs.merkle import includes, leaf_hash
from gateway.signing.seals.timestamps import Imprint, Terms, check_reply
from gateway.store.heads import Head
from gateway.store.journal import Entry, entry_hash

Read = Callable[[str], bytes]


def check(
    ring: KeyRing, trust: Trust, index: Index, read: Read, names: Collection[str]
) -> tuple[Sequence[str], Sequence[str]]:
    """What holds of the journal's part, and what was not checked.

    Raises MalformedMessage for another form than ours, SignatureInvalid for what does not hold.
    """
    try:
        head, entries = _head(read("journal/head.json")), _entries(read("journal/entries.jsonl"))
        _require_signed(ring, head, read)
        _require_included(entries, head, json.loads(read("journal/proofs.json")))
        bound = require_bound(index, entries)
        _require_told(entries, json.loads(read("timeline.json")))
    except GatewayError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as odd:
        raise MalformedMessage(Code.PACKAGE_UNREADABLE, detail="journal/") from odd
    done = [
        f"流水：{len(entries)} 条摘要相符，均在树根之下（树根 {head.size} 条）/ entries",
        f"树根签名：{head.kid} / signed head",
        f"原件与流水：{bound} 行的摘要记在所指流水中；时间线逐条对应 / bound",
    ]
    if "journal/head.tsr" not in names:
        return done, ["流水树根尚无时间戳 / head not stamped"]
    imprint = Imprint(hashlib.sha256(head.text().encode()).digest())
    stamp = check_reply(read("journal/head.tsr"), imprint, Terms(trust.authorities))
    return [
        *done,
        f"树根时间戳：{stamp.gen_time:%Y-%m-%d %H:%M:%S} {stamp.authority} / stamped",
    ], []


def _head(data: bytes) -> Head:
    told = json.loads(data)
    head = Head(
        size=told["size"],
        root=told["root"],
        last=told["last"],
        at=datetime.fromisoformat(told["at"]),
        kid=told["kid"],
        algorithm=Algorithm(told["alg"]),
    )
    if head.text().encode() != data:
        raise ValueError("another form")
    return head


def _entries(data: bytes) -> Sequence[Entry]:
    # `splitlines` would end a line inside a text that holds a line separator (U+2028)
    return [_entry(line) for line in data.decode().removesuffix("\n").split("\n")]


def _entry(line: str) -> Entry:
    told = json.loads(line)
    at = datetime.fromisoformat(told["at"])
    what = (told["event"], told["subject"], told["facts"])
    entry = Entry(told["seq"], at, *what, told["previous"], told["hash"])
    if entry.line() != line:
        raise ValueError("another form")
    if entry_hash(entry.previous, entry.seq, at, what) != entry.hash:
        raise SignatureInvalid(Code.JOURNAL_BROKEN, detail=f"seq {entry.seq}")
    return entry


def _require_signed(ring: KeyRing, head: Head, read: Read) -> None:
    """By the key of our ring: the pack's own proves nothing to us."""
    stated = (head.kid, head.algorithm.value)
    refusal = ring.refusal(Purpose.JOURNAL_HEAD, HOLDER, stated, head.at)
    if refusal is not None:
        raise SignatureInvalid(refusal, detail=head.kid)
    if not ring.verifier(head.kid).verify(read("journal/head.sig"), (head.text().encode(),)):
        raise SignatureInvalid(Code.SIGNATURE_WRONG, detail="journal/head.sig")


def _require_included(entries: Sequence[Entry], head: Head, proofs: Mapping[str, Any]) -> None:
    root = bytes.fromhex(head.root)
    for entry in entries:
        path = [bytes.fromhex(step) for step in proofs["inclusion"][str(entry.seq)]]
        leaf = leaf_hash(entry.line().encode())
        if not includes(leaf, (entry.seq - 1, head.size), path, root):
            raise SignatureInvalid(Code.JOURNAL_BROKEN, detail=f"seq {entry.seq}")


def require_bound(index: Index, entries: Sequence[Entry]) -> int:
    """How many payloads' digests stand in the entry that the index names.

    Raises SignatureInvalid for one that does not, or when the index names other entries.
    """
    found = {entry.seq: json.loads(entry.facts) for entry in entries}
    bound = [row for row in index.payloads if row.seq is not None]
    for row in bound:
        if row.sha256 not in found.get(row.seq or 0, {}).values():
            raise SignatureInvalid(Code.EVIDENCE_CONTRADICTS, detail=f"seq {row.seq}")
    if list(index.entries) != list(found):
        raise SignatureInvalid(Code.EVIDENCE_CONTRADICTS, detail="index.json entries")
    return len(bound)


def _require_told(entries: Sequence[Entry], timeline: Mapping[str, Any]) -> None:
    """The timeline tells these entries, one for one."""
    told = [(step["seq"], datetime.fromisoformat(step["at"])) for step in timeline["steps"]]
    written = [(entry.seq, _in_milliseconds(entry.at)) for entry in entries]
    if told != written:
        raise SignatureInvalid(Code.EVIDENCE_CONTRADICTS, detail="timeline.json")


def _in_milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
