"""The journal as a pack for an outsider: entries, the signed head, proofs. 流水核验包"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.flows.anchoring import files_of
from gateway.store import heads
from gateway.store.heads import SignedHead
from gateway.store.history import History, read_history
from gateway.store.journal import Entry
from gateway.store.tables import JOURNAL
from gateway.store.unit_of_work import Store, UnitOfWork

FORMAT = "journal-proofs-1"
# A pack of some entries proves that the newest so many earlier heads lead to its own.
_EARLIER_MAX = 1_000
_PAGE = 5_000

Pack = tuple[tuple[str, bytes], ...]


def journal_pack(store: Store, seqs: Sequence[int] | None) -> Pack:
    """Files (name, bytes) below journal/: the entries asked for, or all that the head covers.

    An outsider checks them with gateway/signing/proofs/outsider.py and openssl alone; decision 0018
    says what every file holds. Raises RefusedHere when no head covers the entries yet (run
    anchoring first), NotConfigured for an entry that is not there, and SignatureInvalid when the
    journal is not what its newest head says.
    """
    with store.begin() as work:
        head, history = _newest(work), read_history(work.connection)
        history.require(head)
        wanted = _wanted(seqs, head, history)
        lines = "".join(entry.line() + "\n" for entry in _entries(work, wanted))
        earlier = [each for each in heads.every(work) if each.size < head.size]
    proofs = {
        "format": FORMAT,
        "size": head.size,
        "full": seqs is None,
        "inclusion": {} if seqs is None else _inclusion(history, wanted, head.size),
        "consistency": _consistency(history, earlier[-_EARLIER_MAX if seqs else 0 :], head),
    }
    return (
        ("journal/entries.jsonl", lines.encode()),
        *((f"journal/head.{name}", data) for name, data in files_of(store, head)),
        ("journal/proofs.json", json.dumps(proofs, sort_keys=True, indent=1).encode()),
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """One entry, its leaf, and the path from there to the root of a head."""

    entry: Entry
    leaf: bytes
    path: Sequence[bytes]
    head: SignedHead


def prove(store: Store, seq: int) -> Proof:
    """The proof that an entry is under the newest head. Raises as `journal_pack` does."""
    with store.begin() as work:
        head, history = _newest(work), read_history(work.connection)
        history.require(head)
        (entry,) = _entries(work, _wanted([seq], head, history))
    tree = history.tree
    return Proof(entry, tree.leaf(seq - 1), tree.inclusion(seq - 1, head.size), head)


def seqs_of(store: Store, subject: str) -> Sequence[int]:
    """The entries about one subject. Raises NotConfigured when there are none."""
    query = select(JOURNAL.c.seq).where(JOURNAL.c.subject == subject).order_by(JOURNAL.c.seq)
    with store.begin() as work:
        found = work.connection.execute(query).scalars().all()
    if not found:
        raise NotConfigured(Code.NOT_FOUND, detail=subject)
    return found


def _newest(work: UnitOfWork) -> SignedHead:
    head = heads.newest(work)
    if head is None:
        raise RefusedHere(Code.HEAD_NOT_YET)
    return head


def _wanted(seqs: Sequence[int] | None, head: SignedHead, history: History) -> Sequence[int]:
    if seqs is None:
        return range(1, head.size + 1)
    for seq in seqs:
        if not 1 <= seq <= len(history.hashes):
            raise NotConfigured(Code.NOT_FOUND, detail=f"seq {seq}")
        if seq > head.size:
            raise RefusedHere(Code.HEAD_NOT_YET, detail=_not_yet(seq, head, history))
    return sorted(set(seqs))


def _not_yet(seq: int, head: SignedHead, history: History) -> str:
    """Why no head covers an entry yet; what is only about heads asks for no new one."""
    detail = f"seq {seq} > {head.size}"
    if history.acted > head.size:
        return detail
    return f"{detail}，该记录随下一个树根（有新的业务流水之后）即可证明"


def _entries(work: UnitOfWork, wanted: Sequence[int]) -> Iterator[Entry]:
    for begin in range(0, len(wanted), _PAGE):
        page = list(wanted[begin : begin + _PAGE])
        query = select(JOURNAL).where(JOURNAL.c.seq.in_(page)).order_by(JOURNAL.c.seq)
        yield from (Entry(*row) for row in work.connection.execute(query))


def _inclusion(history: History, wanted: Sequence[int], size: int) -> Mapping[str, Sequence[str]]:
    return {str(seq): _hex(history.tree.inclusion(seq - 1, size)) for seq in wanted}


def _consistency(
    history: History, earlier: Sequence[SignedHead], head: SignedHead
) -> Sequence[Mapping[str, object]]:
    return [
        {
            "size": each.size,
            "root": each.root,
            "path": _hex(history.tree.consistency(each.size, head.size)),
        }
        for each in earlier
    ]


def _hex(path: Sequence[bytes]) -> Sequence[str]:
    return [step.hex() for step in path]
