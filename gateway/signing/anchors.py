"""Whom a certificate may speak for: roots, pinned certificates, the path between. 信任锚"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gateway.signing.keyring import ALLOWED, KeyRing, Purpose


@dataclass(frozen=True, slots=True)
class Anchors:
    """Root certificates in DER, and the signers' own that count below them.

    `pins` are SHA-256 fingerprints in hex; empty means: whomever a root has certified.
    """

    roots: tuple[bytes, ...]
    pins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count, and whose stamps."""

    signers: Anchors
    authorities: Anchors


def anchors_of(ring: KeyRing, purpose: Purpose, at: datetime) -> Anchors:
    """The certificates of the ring's keys of this purpose that may verify at this moment."""
    chains = [
        key.chain
        for key in ring.keys()  # noqa: SIM118
        if key.purpose is purpose
        and key.chain
        and key.verifier.algorithm in ALLOWED[purpose]
        and key.not_before <= at < key.verify_until
        and not key.revoked(at)
    ]
    return Anchors(
        tuple({chain[-1]: None for chain in chains}),
        frozenset(hashlib.sha256(chain[0]).hexdigest() for chain in chains),
    )


def trust_of(ring: KeyRing, at: datetime) -> Trust:
    """Whom the ring lets seal documents, and stamp them, at this moment."""
    purposes = (Purpose.DOCUMENT_SEAL, Purpose.TIME_STAMP)
    return Trust(*(anchors_of(ring, purpose, at) for purpose in purposes))


def is_trusted(
    anchors: Anchors, leaf: x509.Certificate, others: Sequence[x509.Certificate], at: datetime
) -> bool:
    """Whether a path (RFC 5280) valid at `at` leads from the certificate to one of the roots.

    Nothing is fetched: what the path needs comes with the signature, and revocation is the ring's.
    """
    fingerprint = hashlib.sha256(leaf.dump()).hexdigest()
    if not anchors.roots or (anchors.pins and fingerprint not in anchors.pins):
        return False
    try:
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(root) for root in anchors.roots],
            moment=at,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )
        validator = CertificateValidator(
            leaf,
            SimpleCertificateStore.from_certs(others),  # type: ignore[no-untyped-call]
            validation_context=context,
        )
        asyncio.run(validator.async_validate_usage(set()))  # type: ignore[no-untyped-call]
    except Exception:  # the certificates are a stranger's: whatever breaks, nothing is trusted
        return False
    return True
