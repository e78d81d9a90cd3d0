"""Signers and verifiers behind the port, one table of algorithms. 签名算法"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm
from gateway.signing.keys.pkcs8 import encrypted_pem
from gateway.signing.primitives.forms import normalised
from gateway.signing.primitives.sm2 import Sm2Key

_RSA_BITS = 3072
_RSA_BITS_MIN = 2048
_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
_HASHED = utils.Prehashed(hashes.SHA256())


def _sha256(chunks: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


@dataclass(frozen=True, slots=True)
class _Method:
    """How one algorithm of the package cryptography makes, signs, verifies and recognises."""

    generate: Callable[[], Any]
    sign: Callable[[Any, Iterable[bytes]], bytes]
    verify: Callable[[Any, bytes, Iterable[bytes]], None]
    fits: Callable[[Any], bool]


def _rsa_fits(key: Any) -> bool:
    kinds = (rsa.RSAPrivateKey, rsa.RSAPublicKey)
    return isinstance(key, kinds) and key.key_size >= _RSA_BITS_MIN


def _p256_fits(key: Any) -> bool:
    kinds = (ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey)
    return isinstance(key, kinds) and isinstance(key.curve, ec.SECP256R1)


def _ed25519_fits(key: Any) -> bool:
    return isinstance(key, (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey))


def _new_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)


# Ed25519 signs the message itself, twice over: it cannot take a digest, so chunks are put together.
_METHODS: dict[Algorithm, _Method] = {
    Algorithm.RSA_PSS_SHA256: _Method(
        _new_rsa,
        lambda key, chunks: key.sign(_sha256(chunks), _PSS, _HASHED),
        lambda key, sig, chunks: key.verify(sig, _sha256(chunks), _PSS, _HASHED),
        _rsa_fits,
    ),
    Algorithm.RSA_V15_SHA256: _Method(
        _new_rsa,
        lambda key, chunks: key.sign(_sha256(chunks), padding.PKCS1v15(), _HASHED),
        lambda key, sig, chunks: key.verify(sig, _sha256(chunks), padding.PKCS1v15(), _HASHED),
        _rsa_fits,
    ),
    Algorithm.ECDSA_P256_SHA256: _Method(
        lambda: ec.generate_private_key(ec.SECP256R1()),
        lambda key, chunks: key.sign(_sha256(chunks), ec.ECDSA(_HASHED)),
        lambda key, sig, chunks: key.verify(
            normalised(Algorithm.ECDSA_P256_SHA256, sig), _sha256(chunks), ec.ECDSA(_HASHED)
        ),
        _p256_fits,
    ),
    Algorithm.ED25519: _Method(
        ed25519.Ed25519PrivateKey.generate,
        lambda key, chunks: key.sign(b"".join(chunks)),
        lambda key, sig, chunks: key.verify(sig, b"".join(chunks)),
        _ed25519_fits,
    ),
}


@dataclass(frozen=True, slots=True)
class SoftwareSigner:
    """A signer whose key lies in this process; the key never leaves it."""

    kid: str
    algorithm: Algorithm
    _key: Any = field(repr=False)

    def sign(self, chunks: Iterable[bytes]) -> bytes:
        """The signature over the chunks put together; SM2 and ECDSA in DER."""
        if self.algorithm is Algorithm.SM2_SM3:
            return bytes(self._key.sign(chunks))
        return _METHODS[self.algorithm].sign(self._key, chunks)


@dataclass(frozen=True, slots=True)
class SoftwareVerifier:
    """A verifier over one public key."""

    algorithm: Algorithm
    _key: Any = field(repr=False)

    def verify(self, signature: bytes, chunks: Iterable[bytes]) -> bool:
        """Whether the signature fits the chunks; rubbish is False. Elliptic ones in DER or r‖s."""
        if self.algorithm is Algorithm.SM2_SM3:
            return bool(self._key.verify(signature, chunks))
        try:
            _METHODS[self.algorithm].verify(self._key, signature, chunks)
        except (InvalidSignature, ValueError):
            return False
        return True


def load_signer(kid: str, algorithm: Algorithm, pem: bytes, passphrase: bytes) -> SoftwareSigner:
    """A signer from encrypted PKCS#8 PEM.

    Raises NotConfigured when the key cannot be opened or is not one of the algorithm's.
    """
    return SoftwareSigner(kid, algorithm, _load_private(kid, algorithm, pem, passphrase))


def load_verifier(kid: str, algorithm: Algorithm, pem: bytes) -> SoftwareVerifier:
    """A verifier from SubjectPublicKeyInfo PEM. Raises NotConfigured when it does not fit."""
    try:
        if algorithm is Algorithm.SM2_SM3:
            return SoftwareVerifier(algorithm, Sm2Key.from_public_pem(pem))
        key = serialization.load_pem_public_key(pem)
    except Exception as unreadable:
        raise NotConfigured(Code.KEY_MISSING, detail=f"public key {kid}") from unreadable
    return SoftwareVerifier(algorithm, _fitting(kid, algorithm, key))


def _load_private(kid: str, algorithm: Algorithm, pem: bytes, passphrase: bytes) -> Any:
    try:
        if algorithm is Algorithm.SM2_SM3:
            return Sm2Key.from_private_pem(pem, passphrase)
        key = serialization.load_pem_private_key(pem, passphrase)
    except Exception as unreadable:
        raise NotConfigured(Code.KEY_MISSING, detail=f"private key {kid}") from unreadable
    return _fitting(kid, algorithm, key)


def _fitting(kid: str, algorithm: Algorithm, key: Any) -> Any:
    if not _METHODS[algorithm].fits(key):
        raise NotConfigured(Code.KEY_MISSING, detail=f"{kid} is no key for {algorithm.value}")
    return key


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A new key: encrypted PKCS#8 and SubjectPublicKeyInfo, both PEM."""

    private_pem: bytes = field(repr=False)
    public_pem: bytes


def new_key_pair(algorithm: Algorithm, passphrase: bytes) -> KeyPair:
    """Generate a key pair; the private half is encrypted under the passphrase."""
    if algorithm is Algorithm.SM2_SM3:
        sm2 = Sm2Key.generate()
        return KeyPair(sm2.private_pem(passphrase), sm2.public_pem())
    key = _METHODS[algorithm].generate()
    plain = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return KeyPair(encrypted_pem(plain, passphrase), public)
