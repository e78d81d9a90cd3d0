"""Digests by name, over chunks: SHA-256 and SM3. 摘要"""

import hashlib
from collections.abc import Iterable
from enum import Enum


class DigestName(Enum):
    """The digests of the house: FIPS 180-4 and GM/T 0004, by the name hashlib knows."""

    SHA256 = "sha256"
    SM3 = "sm3"


def digest_of(name: DigestName, chunks: Iterable[bytes]) -> bytes:
    """The 32-byte digest over the chunks put together.

    Raises ValueError on a machine whose OpenSSL does without the digest; the self-test asks first.
    """
    digest = hashlib.new(name.value)
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()
