"""Whom a certificate may speak for: roots, and the certificates pinned below them. 信任锚"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.errors import Code, SignatureInvalid
from gateway.signing.keys.certificates import Certificate, fingerprint_of, verify_chain
from gateway.signing.keys.keyring import ALLOWED, KeyRing, Purpose


@dataclass(frozen=True, slots=True)
class Anchors:
    """Root certificates in DER, and the signers' own that count below them.

    `pins` are SHA-256 fingerprints in hex; empty means: whomever a root has certified.
    """

    roots: tuple[bytes, ...]
    pins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose seals count, and whose stamps."""

    signers: Anchors
    authorities: Anchors


def anchors_of(ring: KeyRing, purpose: Purpose, at: datetime) -> Anchors:
    """The certificates of the ring's keys of this purpose that may verify at this moment."""
    every = ring.keys()
    chains = [
        key.chain
        for key in every
        if key.purpose is purpose
        and key.chain
        and key.verifier.algorithm in ALLOWED[purpose]
        and key.not_before <= at < key.verify_until
        and not key.revoked(at)
    ]
    return Anchors(
        tuple({chain[-1]: None for chain in chains}),
        frozenset(fingerprint_of(chain[0]) for chain in chains),
    )


def trust_of(ring: KeyRing, at: datetime) -> Trust:
    """Whom the ring lets seal documents, and stamp them, at this moment."""
    return Trust(
        anchors_of(ring, Purpose.DOCUMENT_SEAL, at), anchors_of(ring, Purpose.TIME_STAMP, at)
    )


def require_trusted(anchors: Anchors, chain: Sequence[bytes], at: datetime) -> Certificate:
    """The leaf of a chain that leads to one of the roots at this moment, and is pinned.

    Raises SignatureInvalid CERTIFICATE_UNTRUSTED, or CERTIFICATE_UNREADABLE.
    """
    leaf = verify_chain(chain, anchors.roots, at)
    if anchors.pins and leaf.fingerprint not in anchors.pins:
        raise SignatureInvalid(Code.CERTIFICATE_UNTRUSTED, detail="未登记")
    return leaf
