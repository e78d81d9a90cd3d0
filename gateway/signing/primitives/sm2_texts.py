"""SM2 ciphertexts (GM/T 0003.4): one order of their parts, the agreed one. 国密公钥密文

The parts are a point C1, the digest C3 and the text C2. Until 2010 they came as C1‖C2‖C3; both
orders have the same length, so nothing in the bytes says which one it is.
"""

import ctypes
from enum import Enum

from asn1crypto.core import Integer, OctetString, Sequence

from gateway.errors import Code, SignatureInvalid
from gateway.signing.primitives.libcrypto import library
from gateway.signing.primitives.sm2 import Sm2Key

_POINT_BYTES, _DIGEST_BYTES = 65, 32
_COORDINATE_BYTES = 32
_UNCOMPRESSED = 4


class Order(Enum):
    """The order of the parts, as a peer's profile names it."""

    C1C3C2 = "c1c3c2"
    C1C2C3 = "c1c2c3"


class _Ciphertext(Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """GM/T 0009-2012 7.2, the form the library reads."""

    _fields = [("x", Integer), ("y", Integer), ("hash", OctetString), ("text", OctetString)]  # noqa: RUF012


def opened(key: Sm2Key, sealed: bytes, order: Order = Order.C1C3C2) -> bytes:
    """The text of a ciphertext to our key, in the order agreed with its sender and no other (X06).

    Raises SignatureInvalid for another order, another key, or bytes that were altered.
    """
    text_bytes = len(sealed) - _POINT_BYTES - _DIGEST_BYTES
    if text_bytes < 1 or sealed[0] != _UNCOMPRESSED:
        raise SignatureInvalid(Code.CIPHERTEXT_WRONG)
    text = _decrypted(key, _der(sealed, text_bytes, order))
    if text is None:
        raise SignatureInvalid(Code.CIPHERTEXT_WRONG)
    return text


def _der(sealed: bytes, text_bytes: int, order: Order) -> bytes:
    x, y = sealed[1 : 1 + _COORDINATE_BYTES], sealed[1 + _COORDINATE_BYTES : _POINT_BYTES]
    rest = sealed[_POINT_BYTES:]
    digest, text = rest[:_DIGEST_BYTES], rest[_DIGEST_BYTES:]
    if order is Order.C1C2C3:
        text, digest = rest[:text_bytes], rest[text_bytes:]
    parts = {
        "x": int.from_bytes(x, "big"),
        "y": int.from_bytes(y, "big"),
        "hash": digest,
        "text": text,
    }
    return bytes(_Ciphertext(parts).dump())


def _decrypted(key: Sm2Key, der: bytes) -> bytes | None:
    """What the library finds in it; None when it does not fit the key."""
    lib = library()
    context = lib.EVP_PKEY_CTX_new(key.handle, None)
    try:
        size = ctypes.c_size_t(len(der))
        buffer = ctypes.create_string_buffer(len(der))
        fits = (
            lib.EVP_PKEY_decrypt_init(context) == 1
            and lib.EVP_PKEY_decrypt(context, buffer, ctypes.byref(size), der, len(der)) == 1
        )
        lib.ERR_clear_error()
        return buffer.raw[: size.value] if fits else None
    finally:
        lib.EVP_PKEY_CTX_free(context)
