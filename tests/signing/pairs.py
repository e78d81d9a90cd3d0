"""Key pairs for the tests of signing, made once: RSA takes its time. 测试密钥"""

from functools import cache

from gateway.ports import Algorithm
from gateway.signing.primitives.algorithms import (
    KeyPair,
    SoftwareSigner,
    SoftwareVerifier,
    load_signer,
    load_verifier,
    new_key_pair,
)

PASSPHRASE = b"correct horse"


def pair_of(algorithm: Algorithm, number: int = 1) -> KeyPair:
    """The pair of that number; the two RSA algorithms share theirs."""
    shares = algorithm is Algorithm.RSA_V15_SHA256
    return _pair(Algorithm.RSA_PSS_SHA256 if shares else algorithm, number)


def signer_of(algorithm: Algorithm, number: int = 1) -> SoftwareSigner:
    """Its signer."""
    return _signer(algorithm, number)


def verifier_of(algorithm: Algorithm, number: int = 1) -> SoftwareVerifier:
    """Its verifier."""
    return _verifier(algorithm, number)


# functools.cache takes f(a) and f(a, 1) for two calls: what is cached has no default.
@cache
def _pair(algorithm: Algorithm, number: int) -> KeyPair:
    return new_key_pair(algorithm, PASSPHRASE)


@cache
def _signer(algorithm: Algorithm, number: int) -> SoftwareSigner:
    return load_signer("k1", algorithm, pair_of(algorithm, number).private_pem, PASSPHRASE)


@cache
def _verifier(algorithm: Algorithm, number: int) -> SoftwareVerifier:
    return load_verifier("k1", algorithm, pair_of(algorithm, number).public_pem)
