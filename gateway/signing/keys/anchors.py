"""Whom a certificate may speak for: roots, and the certificates pinned below them. 信任锚"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.errors import Code, SignatureInvalid
from gateway.signing.keys.certificates import Certificate, fingerprint_of, verify_chain
from gateway.signing.keys.keyring import ALLOWED, KeyRing, Purpose


class Known(Protocol):
    """Whoever says what is trusted as of a moment: that of a stamp may lie years back."""

    def at(self, moment: datetime) -> "Anchors":
        """What counts for something done at this moment."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """Root certificates in DER, and the signers' own that count below them.

    `pins` are SHA-256 fingerprints in hex; empty means: whomever a root has certified.
    """

    roots: tuple[bytes, ...]
    pins: frozenset[str] = frozenset()

    def at(self, _moment: datetime) -> "Anchors":
        """The same at every moment."""
        return self


@dataclass(frozen=True, slots=True)
class RingAnchors:
    """The certificates, former ones too, of the ring's keys of one purpose.

    A key's window is asked for at the moment of use: what was stamped in it outlives a rotation.
    Its revocation is asked for as of `now`: whoever has a leaked key states any moment he likes.
    """

    ring: KeyRing
    purpose: Purpose
    now: datetime

    def at(self, moment: datetime) -> Anchors:
        """What counted at this moment and is not revoked by now."""
        every = self.ring.keys()
        chains = [
            chain
            for key in every
            if key.purpose is self.purpose
            and key.verifier.algorithm in ALLOWED[self.purpose]
            and key.not_before <= moment < key.verify_until
            and not key.revoked(max(moment, self.now))
            for chain in (key.chain, *key.former)
            if chain
        ]
        return Anchors(
            tuple({chain[-1]: None for chain in chains}),
            frozenset(fingerprint_of(chain[0]) for chain in chains),
        )


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose seals count, and whose stamps."""

    signers: Known
    authorities: Known


def trust_of(ring: KeyRing, now: datetime) -> Trust:
    """Whom the ring lets seal documents, and stamp them, as we know it now."""
    return Trust(
        RingAnchors(ring, Purpose.DOCUMENT_SEAL, now), RingAnchors(ring, Purpose.TIME_STAMP, now)
    )


def require_trusted(known: Known, chain: Sequence[bytes], at: datetime) -> Certificate:
    """The leaf of a chain that leads to one of the roots at this moment, and is pinned.

    Raises SignatureInvalid CERTIFICATE_UNTRUSTED, or CERTIFICATE_UNREADABLE.
    """
    anchors = known.at(at)
    leaf = verify_chain(chain, anchors.roots, at)
    if anchors.pins and leaf.fingerprint not in anchors.pins:
        raise SignatureInvalid(Code.CERTIFICATE_UNTRUSTED, detail="未登记")
    return leaf
