"""Known-answer tests of every algorithm, run before the first use of a key. 密码算法自检"""

import base64
from collections.abc import Callable, Mapping
from functools import cache, partial

from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm
from gateway.signing.primitives.algorithms import load_verifier
from gateway.signing.primitives.ciphers import Cipher, seal, unseal
from gateway.signing.primitives.digests import DigestName, digest_of
from gateway.signing.primitives.libcrypto import library
from gateway.signing.primitives.vectors import ABC, SEALED, SIGNED


def _digest_holds(name: DigestName) -> bool:
    return digest_of(name, (b"a", b"bc")).hex() == ABC[name.value]


def _cipher_holds(cipher: Cipher) -> bool:
    key, nonce, text, associated, sealed = map(bytes.fromhex, SEALED[cipher.value])
    same = seal(cipher, key, nonce, text, associated) == sealed
    return same and unseal(cipher, key, nonce, sealed, associated) == text


def _signature_holds(algorithm: Algorithm) -> bool:
    """Whether the known signature verifies, and does not over another message."""
    info, signature, message = SIGNED[algorithm.value]
    body = base64.b64encode(info).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n".encode()
    verifier = load_verifier("self-test", algorithm, pem)
    altered = bytes([message[0] ^ 1]) + message[1:]
    right = verifier.verify(signature, (message[:4], message[4:]))
    return right and not verifier.verify(signature, (altered,))


_TESTS: Mapping[str, Callable[[], bool]] = {
    **{name.name: partial(_digest_holds, name) for name in DigestName},
    **{cipher.name: partial(_cipher_holds, cipher) for cipher in Cipher},
    **{algorithm.name: partial(_signature_holds, algorithm) for algorithm in Algorithm},
}


def _passes(test: Callable[[], bool]) -> bool:
    try:
        return test()
    # two libraries, built or told to do without an algorithm, say so in many ways: none is a pass
    except Exception:
        return False


@cache
def require_sound_algorithms() -> None:
    """Raise NotConfigured naming what gives a wrong answer, or none; run once a process."""
    library()  # whose absence has a code of its own
    failed = [name for name, test in _TESTS.items() if not _passes(test)]
    if failed:
        raise NotConfigured(Code.SELF_TEST_FAILED, detail="、".join(failed))
