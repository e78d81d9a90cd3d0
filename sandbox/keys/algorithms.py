"""The five signature algorithms by name: how each makes, signs, verifies. 签名算法表."""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

from sandbox.keys import sm2

RSA_BITS = 2048
PUBLIC_EXPONENT = 65537
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
PKCS1 = padding.PKCS1v15()

OTHER_KIND = "the key belongs to another algorithm"
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Algorithm:
    """What can be done under one name; private keys are text in the algorithm's notation."""

    new_private: Callable[[], str]
    public_pem: Callable[[str], str]
    sign: Callable[[str, bytes], bytes]
    verify: Callable[[str, bytes, bytes], bool]


def sign(alg: str, private: str, data: bytes) -> bytes:
    """Return the signature over the data."""
    return ALGORITHMS[alg].sign(private, data)


def verify(alg: str, public_pem: str, signature: bytes, data: bytes) -> bool:
    """Tell whether the signature is good; anything unreadable is not good."""
    try:
        return ALGORITHMS[alg].verify(public_pem, signature, data)
    except (InvalidSignature, UnsupportedAlgorithm, KeyError, ValueError, TypeError, IndexError):
        return False


def private_text(key: Private) -> str:
    """Return a private key as PKCS#8 in PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")


def _public_pem(private: str) -> str:
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    key = _private(private).public_key()
    return key.public_bytes(serialization.Encoding.PEM, info).decode("ascii")


def _private(text: str) -> PrivateKeyTypes:
    return serialization.load_pem_private_key(text.encode("ascii"), password=None)


def _public(pem: str) -> PublicKeyTypes:
    return serialization.load_pem_public_key(pem.encode("ascii"))


def _new_rsa() -> str:
    return private_text(rsa.generate_private_key(PUBLIC_EXPONENT, RSA_BITS))


def _rsa(scheme: padding.PSS | padding.PKCS1v15) -> Algorithm:
    def sign_it(private: str, data: bytes) -> bytes:
        key = _private(private)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(OTHER_KIND)
        return key.sign(data, scheme, hashes.SHA256())

    def verify_it(pem: str, signature: bytes, data: bytes) -> bool:
        key = _public(pem)
        if not isinstance(key, rsa.RSAPublicKey):
            raise TypeError(OTHER_KIND)
        key.verify(signature, data, scheme, hashes.SHA256())
        return True

    return Algorithm(_new_rsa, _public_pem, sign_it, verify_it)


def _new_p256() -> str:
    return private_text(ec.generate_private_key(ec.SECP256R1()))


def _sign_p256(private: str, data: bytes) -> bytes:
    key = _private(private)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(OTHER_KIND)
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def _verify_p256(pem: str, signature: bytes, data: bytes) -> bool:
    key = _public(pem)
    if not (isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)):
        raise TypeError(OTHER_KIND)
    key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    return True


def _new_ed25519() -> str:
    return private_text(ed25519.Ed25519PrivateKey.generate())


def _sign_ed25519(private: str, data: bytes) -> bytes:
    key = _private(private)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise TypeError(OTHER_KIND)
    return key.sign(data)


def _verify_ed25519(pem: str, signature: bytes, data: bytes) -> bool:
    key = _public(pem)
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise TypeError(OTHER_KIND)
    key.verify(signature, data)
    return True


SM2_SM3, RSA_PSS, RSA_V1_5 = "sm2-sm3", "rsa-pss-sha256", "rsa-v1_5-sha256"
ECDSA_P256, ED25519 = "ecdsa-p256-sha256", "ed25519"

ALGORITHMS: dict[str, Algorithm] = {
    SM2_SM3: Algorithm(sm2.new_private, sm2.public_pem, sm2.sign, sm2.verify),
    RSA_PSS: _rsa(PSS),
    RSA_V1_5: _rsa(PKCS1),
    ECDSA_P256: Algorithm(_new_p256, _public_pem, _sign_p256, _verify_p256),
    ED25519: Algorithm(_new_ed25519, _public_pem, _sign_ed25519, _verify_ed25519),
}
