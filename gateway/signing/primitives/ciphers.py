"""Authenticated encryption: AES-256-GCM and SM4-GCM, tag behind the ciphertext. 认证加密"""

from enum import Enum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as Engine
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from gateway.errors import Code, SignatureInvalid

NONCE_BYTES = 12
TAG_BYTES = 16


class Cipher(Enum):
    """NIST SP 800-38D over AES-256 (FIPS 197), RFC 8998 over SM4 (GM/T 0002), by stored name."""

    AES_256_GCM = "aes-256-gcm"
    SM4_GCM = "sm4-gcm"


_BLOCKS: dict[Cipher, type[AES] | type[SM4]] = {Cipher.AES_256_GCM: AES, Cipher.SM4_GCM: SM4}
KEY_BYTES: dict[Cipher, int] = {Cipher.AES_256_GCM: 32, Cipher.SM4_GCM: 16}


def seal(cipher: Cipher, key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:
    """The ciphertext of `data` with its 16-byte tag behind it; the tag covers `associated` too.

    A nonce (12 bytes) serves one text under one key and never a second. Raises ValueError when key
    or nonce is not as long as the cipher wants: that is an error of our own program.
    """
    engine = Engine(_block(cipher, key, nonce), GCM(nonce)).encryptor()
    engine.authenticate_additional_data(associated)
    return engine.update(data) + engine.finalize() + engine.tag


def unseal(cipher: Cipher, key: bytes, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    """The text that `seal` took.

    Raises SignatureInvalid when a bit of it, of its tag, of `associated` or of the key differs.
    """
    if len(sealed) < TAG_BYTES:
        raise SignatureInvalid(Code.CIPHERTEXT_WRONG)
    data, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
    engine = Engine(_block(cipher, key, nonce), GCM(nonce, tag)).decryptor()
    engine.authenticate_additional_data(associated)
    try:
        return engine.update(data) + engine.finalize()
    except InvalidTag:
        raise SignatureInvalid(Code.CIPHERTEXT_WRONG) from None


def _block(cipher: Cipher, key: bytes, nonce: bytes) -> AES | SM4:
    # AES would take a key of 16 bytes and be another cipher than its name says
    if len(key) != KEY_BYTES[cipher] or len(nonce) != NONCE_BYTES:
        raise ValueError(f"{cipher.value}: key or nonce of the wrong length")
    return _BLOCKS[cipher](key)
