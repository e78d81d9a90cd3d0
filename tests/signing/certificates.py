"""Certificates for tests: our own, and small authorities made with the package. 测试证书"""

from datetime import UTC, datetime, timedelta

from gateway.ports import Algorithm
from gateway.signing.keys.certificates import Usage, self_signed
from tests.signing.pairs import pair_of, signer_of

_AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def at(days: float = 0) -> datetime:
    """The test's moment, or some days from it."""
    return _AT + timedelta(days=days)


def own(
    subject: str = "住房公积金网关",
    algorithm: Algorithm = Algorithm.ECDSA_P256_SHA256,
    usage: Usage = Usage.SEAL,
) -> bytes:
    """A certificate our key signed for itself, in force for a month around the moment."""
    signer, public = signer_of(algorithm), pair_of(algorithm).public_pem
    return self_signed(signer, public, subject, at(-1), at(30), usage)
