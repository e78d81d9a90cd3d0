"""Session keys by sign-in: the sandbox's cipher, SM4-GCM under an installed key. 会话密钥

The platform's own cipher is a vendor's; it plugs in as a package with an entry point of the group
`gateway.session_ciphers`, a callable that takes the key file's bytes.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import entry_points

from gateway.errors import Code, NotConfigured, SignatureInvalid
from gateway.ports import Session, SessionCipher
from gateway.signing.primitives.ciphers import KEY_BYTES, NONCE_BYTES, Cipher, seal, unseal

_GROUP = "gateway.session_ciphers"
_KEY, _BODY = b"hand key", b"body"


@dataclass(frozen=True, slots=True)
class Sm4Session:
    """Bodies under one session key: nonce, ciphertext, tag."""

    _key: bytes = field(repr=False)

    def encrypt(self, body: bytes) -> bytes:
        """The body as it goes on the wire."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + seal(Cipher.SM4_GCM, self._key, nonce, body, _BODY)

    def decrypt(self, body: bytes) -> bytes:
        """The body as it was written. Raises SignatureInvalid when the key does not open it."""
        return _opened(self._key, body, _BODY)


@dataclass(frozen=True, slots=True)
class Sm4Sessions:
    """Opens sessions whose HandKey is the session key, sealed under the installed one, in hex."""

    _installed: bytes = field(repr=False)

    def open_session(self, hand_key: str) -> Session:
        """The session. Raises SignatureInvalid when the HandKey is not for our key file."""
        try:
            sealed = bytes.fromhex(hand_key)
        except ValueError:
            raise SignatureInvalid(Code.CIPHERTEXT_WRONG, detail="HandKey") from None
        key = _opened(self._installed, sealed, _KEY)
        if len(key) != KEY_BYTES[Cipher.SM4_GCM]:
            raise SignatureInvalid(Code.CIPHERTEXT_WRONG, detail="HandKey")
        return Sm4Session(key)


def session_cipher(name: str, key_file: bytes) -> SessionCipher:
    """The cipher of that name over the installed key file.

    Raises NotConfigured when no installed package has it, or the key is not of its length.
    """
    if name == "sm4-sandbox":
        return _sandbox(key_file)
    found: list[Callable[[bytes], SessionCipher]] = [
        point.load() for point in entry_points(group=_GROUP, name=name)
    ]
    if len(found) != 1:
        raise NotConfigured(Code.SETTING_INVALID, detail=f"settlement.cipher {name}")
    return found[0](key_file)


def _sandbox(key_file: bytes) -> Sm4Sessions:
    try:
        key = bytes.fromhex(key_file.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES[Cipher.SM4_GCM]:
        raise NotConfigured(Code.KEY_MISSING, detail="settlement.key_file")
    return Sm4Sessions(key)


def _opened(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    if len(nonce) < NONCE_BYTES:
        raise SignatureInvalid(Code.CIPHERTEXT_WRONG)
    return unseal(Cipher.SM4_GCM, key, nonce, rest, associated)
