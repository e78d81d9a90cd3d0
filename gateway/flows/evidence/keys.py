"""The public keys that a case's signatures are checked with, as files of the package. 公钥"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.flows.fact_words import PURPOSES
from gateway.signing.keys.certificates import pem_of
from gateway.signing.keys.keyring import Key, KeyRing

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


@dataclass(frozen=True, slots=True)
class PackedKey:
    """One public key: SubjectPublicKeyInfo PEM, its certificates if it has any, PEM too.

    `sha256` is the digest of the key's DER, as both sides can read it out on the telephone.
    """

    kid: str
    holder: str
    use: str
    algorithm: str
    sha256: str
    pem: bytes = field(repr=False)
    chain: bytes = field(repr=False)

    @property
    def member(self) -> str:
        """The file of the key itself; a kid that is no plain name goes by its digest."""
        return f"keys/{self.kid if _PLAIN.fullmatch(self.kid) else self.sha256[:32]}.pem"

    @property
    def chain_member(self) -> str:
        """The file of its certificates, own first; empty when there are none."""
        return self.member.removesuffix(".pem") + ".chain.pem" if self.chain else ""


def pack_keys(ring: KeyRing, kids: Iterable[str]) -> Sequence[PackedKey]:
    """The keys of these ids, each once, by id."""
    return [_packed(ring.key(kid)) for kid in sorted(set(kids))]


def _packed(key: Key) -> PackedKey:
    return PackedKey(
        kid=key.kid,
        holder=key.holder,
        use=PURPOSES[key.purpose.value],
        algorithm=key.verifier.algorithm.value,
        sha256=key.public_sha256,
        pem=key.public_pem,
        chain=pem_of_chain(key.chain),
    )


def pem_of_chain(chain: Sequence[bytes]) -> bytes:
    """Certificates in DER as one PEM file, in the same order."""
    return b"".join(pem_of("CERTIFICATE", der) for der in chain)
