"""Session keys: SM4-GCM under the key both sides installed. 会话密钥."""

import os

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

KEY_BYTES = 16
_NONCE, _TAG = 12, 16


def hand_key(installed: bytes, session: bytes) -> str:
    """Return the session key for the partner, sealed under the installed one, in hex."""
    return sealed(installed, session, b"hand key").hex()


def sealed(key: bytes, data: bytes, about: bytes = b"body") -> bytes:
    """Return nonce, ciphertext and tag."""
    nonce = os.urandom(_NONCE)
    engine = Cipher(SM4(key), GCM(nonce)).encryptor()
    engine.authenticate_additional_data(about)
    return nonce + engine.update(data) + engine.finalize() + engine.tag


def opened(key: bytes, data: bytes) -> bytes:
    """Return what was sealed; InvalidTag when it was not under this key."""
    nonce, tag = data[:_NONCE], data[-_TAG:]
    engine = Cipher(SM4(key), GCM(nonce, tag)).decryptor()
    engine.authenticate_additional_data(b"body")
    return engine.update(data[_NONCE:-_TAG]) + engine.finalize()
