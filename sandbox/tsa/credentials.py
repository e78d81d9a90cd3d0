"""The authority's key and certificates, from the sandbox's own CA. 时间戳服务的证书.

ca/tsa.key             its private key, 0600, PKCS#8 in PEM
public/ca/tsa.chain.pem    its own certificate first, the root last
public/tsa.pem         its public key
"""

from dataclasses import dataclass
from pathlib import Path

from asn1crypto import pem, x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.disk import write_whole
from sandbox.keys.authority import own_certificate, prepare_authority

NAME = "tsa"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a token is signed with; the certificates are its own first, the root last."""

    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]


def credentials_of(root: Path) -> Credentials:
    """Return the authority's key and certificates; made once, and its public key put down."""
    prepare_authority(root)
    private, chain = own_certificate(root, NAME, "tsa")
    key = serialization.load_pem_private_key(private.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is an EC key")
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    public = key.public_key().public_bytes(serialization.Encoding.PEM, info)
    write_whole(root / "public" / f"{NAME}.pem", public)
    parts = pem.unarmor(chain.read_bytes(), multiple=True)
    return Credentials(key, tuple(x509.Certificate.load(der) for _, _, der in parts))
