"""Anchoring: the journal's head made, signed, stamped, published for others to keep. 存证锚定"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gateway.errors import Code, SignatureInvalid
from gateway.flows.stamping import Stamping, stamp_or_wait
from gateway.ports import StageCount
from gateway.signing.keys.keyring import KeyRing, Purpose
from gateway.signing.seals.timestamps import Imprint, as_reply
from gateway.store import alarms, heads
from gateway.store.heads import Head, SignedHead
from gateway.store.history import History, read_history
from gateway.store.publication import Publication
from gateway.store.unit_of_work import Store, UnitOfWork

# Whose keys sign heads: the journal has one signer at a time, and no counterparty.
HOLDER = "journal"
# What anchoring's alarms are about, and nobody else's.
ABOUT = "journal"


@dataclass(frozen=True, slots=True)
class Anchoring:
    """What anchoring needs: the store, whose keys sign, where it is published, who stamps."""

    store: Store
    ring: KeyRing
    publication: Publication
    stamping: Stamping


def anchor(anchoring: Anchoring) -> StageCount:
    """Make a head if anything has happened since the last, have it stamped, and publish it.

    Where no stamp can be had now, the head is published without one, and the stamp when it is had.

    May run twice, also at the same time: one head is made, and each file published once. Raises
    SignatureInvalid, and rings, when the history is not what the last head says, or when what is
    published is not exactly what is recorded: then no head is signed over it.
    """
    try:
        made = _make(anchoring)
        stamped = sum(_stamp(anchoring, head) for head in _of(anchoring, heads.unstamped))
        published = sum(_publish(anchoring, head) for head in _of(anchoring, heads.unpublished))
    except SignatureInvalid as broken:
        with anchoring.store.begin() as work:
            alarms.ring(work, broken.code, ABOUT, broken.detail)
        raise
    with anchoring.store.begin() as work:
        for alarm in alarms.ringing(work):
            if alarm.subject == ABOUT:
                alarms.clear(work, alarm.code, ABOUT, "重新核验通过")
        newest = heads.newest(work)
    size = newest.size if newest else 0
    counts = {"made": made, "stamped": stamped, "published": published}
    return StageCount("anchoring", size, counts)


def _make(anchoring: Anchoring) -> int:
    # looked at first: a head is recorded before it is published
    names = set(anchoring.publication.names("head-*"))
    with anchoring.store.begin() as work:
        heads.lock(work)
        kept, history = heads.every(work), read_history(work.connection)
        before = kept[-1] if kept else None
        if before is not None:
            _require_followed(before, history, anchoring.ring)
        # whoever empties our records too gets no head that others' copies of the old contradict
        _require_published(anchoring, kept, names)
        if history.acted <= (before.size if before else 0):
            return 0
        head = _sign(anchoring.ring, history, work)
        heads.add(work, head)
        work.note("head_made", head.head_id, size=head.size, root=head.root, kid=head.kid)
    return 1


def _require_followed(before: SignedHead, history: History, ring: KeyRing) -> None:
    """Hold the newest head against the history, before another is made.

    That its key is revoked by now hinders nothing: all the more a head is wanted under one that
    holds. `verify_heads` goes on saying so of the old one.
    """
    try:
        require_sound(before, history, ring)
    except SignatureInvalid as refused:
        if refused.code is not Code.KEY_REVOKED:
            raise


def _sign(ring: KeyRing, history: History, work: UnitOfWork) -> SignedHead:
    signer = ring.signer(Purpose.JOURNAL_HEAD, HOLDER, work.now)
    size, root = len(history.hashes), history.tree.root().hex()
    head = Head(size, root, history.hashes[-1], work.now, signer.kid, signer.algorithm)
    signature = signer.sign((head.text().encode(),))
    public = ring.key(signer.kid).public_pem.decode("ascii")
    return SignedHead(
        size, root, head.at, head.text(), signer.kid, signer.algorithm, signature, public
    )


def require_sound(head: SignedHead, history: History, ring: KeyRing) -> None:
    """Raise SignatureInvalid unless a head is what the entries have and a key of ours signed it.

    The key's window is asked for at the head's own time: old heads outlive their keys, and what
    vouches for that time is the stamp.
    """
    history.require(head)
    stated = (head.kid, head.algorithm.value)
    refusal = ring.refusal(Purpose.JOURNAL_HEAD, HOLDER, stated, head.at)
    # a revoked key still tells a head of ours from one that somebody else has put there
    if refusal in (None, Code.KEY_REVOKED) and not ring.verifier(head.kid).verify(
        head.signature, (head.text.encode(),)
    ):
        raise SignatureInvalid(Code.JOURNAL_BROKEN, detail=f"{head.head_id} 签名不符")
    if refusal is not None:
        raise SignatureInvalid(refusal, detail=f"{head.head_id} {head.kid}")


def _of(
    anchoring: Anchoring, which: Callable[[UnitOfWork], Sequence[SignedHead]]
) -> Sequence[SignedHead]:
    with anchoring.store.begin() as work:
        return which(work)


def _stamp(anchoring: Anchoring, head: SignedHead) -> int:
    """Ask for a head's stamp once; afterwards take over what the waiting for it has brought.

    A stamp that has come to be disbelieved (its authority's key is revoked) rings and is left out.
    """
    try:
        had = stamp_or_wait(anchoring.stamping, head.head_id, Imprint(bytes.fromhex(head.digest)))
    except SignatureInvalid as disbelieved:
        with anchoring.store.begin() as work:
            alarms.ring(work, disbelieved.code, head.head_id, disbelieved.detail)
        return 0
    if had is None:
        return 0
    with anchoring.store.begin() as work:
        heads.set_stamp(work, head.size, had.digest)
    return 1


def _publish(anchoring: Anchoring, head: SignedHead) -> int:
    """Publish what there is of a head; 1 unless another worker was faster."""
    for name, data in files_of(anchoring.store, head):
        anchoring.publication.put(f"{head.head_id}.{name}", data)
    with anchoring.store.begin() as work:
        done = heads.set_published(work, head)
        if done:
            work.note("head_published", head.head_id, stamped=head.stamp is not None)
    return int(done)


def files_of(store: Store, head: SignedHead) -> Iterator[tuple[str, bytes]]:
    """A head as files, by extension: its text, the raw signature, the public key, the stamp."""
    yield "json", head.text.encode()
    yield "sig", head.signature
    yield "pem", head.public_key.encode("ascii")
    if head.stamp is not None:
        yield "tsr", as_reply(store.archive.get(head.stamp))


def verify_heads(anchoring: Anchoring) -> int:
    """Hold every head, and everything published, against the journal; how many heads there are.

    Raises SignatureInvalid for the first that does not fit, also for a published head that is not
    recorded, or one that is no longer there: who rewrites the database cannot unpublish.
    """
    # looked at first: a head is recorded before it is published
    names = set(anchoring.publication.names("head-*"))
    with anchoring.store.begin() as work:
        history, kept = read_history(work.connection), heads.every(work)
    for head in kept:
        require_sound(head, history, anchoring.ring)
    _require_published(anchoring, kept, names)
    return len(kept)


def _require_published(anchoring: Anchoring, kept: Sequence[SignedHead], strange: set[str]) -> None:
    """Raise SignatureInvalid unless exactly the files of these heads are published."""
    for head in kept:
        for extension, data in files_of(anchoring.store, head):
            name = f"{head.head_id}.{extension}"
            # what a head does not have yet may be on its way
            due = head.published_at is not None or name in strange
            if due and anchoring.publication.read(name) != data:
                raise SignatureInvalid(Code.PUBLICATION_DIFFERS, detail=name)
            strange.discard(name)
    if strange:
        raise SignatureInvalid(Code.PUBLICATION_DIFFERS, detail=min(strange))
