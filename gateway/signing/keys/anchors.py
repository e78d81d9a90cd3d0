"""Whom a certificate may speak for: roots, and the certificates pinned below them. 信任锚"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.errors import Code, SignatureInvalid
from gateway.signing.keys.certificates import Certificate, fingerprint_of, verify_chain
from gateway.signing.keys.keyring import ALLOWED, KeyRing, Purpose


@dataclass(frozen=True, slots=True)
class Anchors:
    """Root certificates in DER, and the signers' own that count below them.

    `pins` are SHA-256 fingerprints in hex; empty means: whomever a root has certified. `windows`
    says of a pin from when until when its key verifies; of one that is not in it the dates of its
    certificate alone decide.
    """

    roots: tuple[bytes, ...]
    pins: frozenset[str] = frozenset()
    windows: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose seals count, and whose stamps."""

    signers: Anchors
    authorities: Anchors


def anchors_of(ring: KeyRing, purpose: Purpose, at: datetime) -> Anchors:
    """The certificates, former ones too, of the ring's keys of this purpose not revoked by now.

    Keys that have ended are among them: what a stamp puts inside their window they still prove.
    """
    chains = [
        (key, chain)
        for key in ring.keys()  # noqa: SIM118 - a ring is no dict
        if key.purpose is purpose
        and key.verifier.algorithm in ALLOWED[purpose]
        and not key.revoked(at)
        for chain in (key.chain, *key.former)
        if chain
    ]
    windows = {
        fingerprint_of(chain[0]): (key.not_before, key.verify_until) for key, chain in chains
    }
    return Anchors(tuple({chain[-1]: None for _, chain in chains}), frozenset(windows), windows)


def trust_of(ring: KeyRing, at: datetime) -> Trust:
    """Whom the ring lets seal documents, and stamp them, at this moment."""
    return Trust(
        anchors_of(ring, Purpose.DOCUMENT_SEAL, at), anchors_of(ring, Purpose.TIME_STAMP, at)
    )


def require_trusted(anchors: Anchors, chain: Sequence[bytes], at: datetime) -> Certificate:
    """The leaf of a chain that leads to one of the roots at this moment, and is pinned for it.

    Raises SignatureInvalid CERTIFICATE_UNTRUSTED, or CERTIFICATE_UNREADABLE.
    """
    leaf = verify_chain(chain, anchors.roots, at)
    if anchors.pins and leaf.fingerprint not in anchors.pins:
        raise SignatureInvalid(Code.CERTIFICATE_UNTRUSTED, detail="未登记")
    window = anchors.windows.get(leaf.fingerprint)
    if window is not None and not window[0] <= at < window[1]:
        raise SignatureInvalid(Code.CERTIFICATE_UNTRUSTED, detail="密钥不在有效期")
    return leaf
