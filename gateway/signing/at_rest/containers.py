"""Encrypted containers: sealed chunk by chunk under a data key of their own. 加密容器

STREAM of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015): the nonce of a chunk is a random
prefix, the chunk's number, and a flag that stands at the last one only. So nobody can cut, swap,
repeat or append chunks. The header goes into every chunk's tag.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from gateway.errors import Code, SignatureInvalid
from gateway.signing.primitives.ciphers import (
    KEY_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    Cipher,
    seal,
    unseal,
)

CHUNK_BYTES = 1024 * 1024
KEY_ID_BYTES = 16
_MAGIC = b"GFXBOX\x00\x01"
_CODES = {Cipher.AES_256_GCM: 1, Cipher.SM4_GCM: 2}
_CIPHERS = {code: cipher for cipher, code in _CODES.items()}
_COUNTER_BYTES, _FLAG_BYTES = 4, 1
_PREFIX_BYTES = NONCE_BYTES - _COUNTER_BYTES - _FLAG_BYTES
_HEADER_BYTES = len(_MAGIC) + 1 + KEY_ID_BYTES + _PREFIX_BYTES


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one container, made for it alone; `kid` is its id in hex."""

    kid: str
    cipher: Cipher
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Header:
    """What stands in clear before the chunks."""

    kid: str
    cipher: Cipher
    raw: bytes

    @property
    def prefix(self) -> bytes:
        """What all nonces of the container begin with."""
        return self.raw[-_PREFIX_BYTES:]


def new_data_key(cipher: Cipher) -> DataKey:
    """A fresh random key."""
    secret = secrets.token_bytes(KEY_BYTES[cipher])
    return DataKey(secrets.token_hex(KEY_ID_BYTES), cipher, secret)


def sealed(key: DataKey, data: bytes) -> Iterator[bytes]:
    """The container of `data`, piece by piece: its header, then the sealed chunks."""
    prefix = secrets.token_bytes(_PREFIX_BYTES)
    raw = _MAGIC + bytes([_CODES[key.cipher]]) + bytes.fromhex(key.kid) + prefix
    yield raw
    view, last = memoryview(data), max(0, (len(data) - 1) // CHUNK_BYTES)
    for number in range(last + 1):
        chunk = bytes(view[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES])
        nonce = _nonce(prefix, number, last=number == last)
        yield seal(key.cipher, key.secret, nonce, chunk, raw)


def read_header(stream: BinaryIO) -> Header:
    """The header of a container. Raises SignatureInvalid when it is none of ours."""
    raw = stream.read(_HEADER_BYTES)
    place = len(_MAGIC)
    cipher = _CIPHERS.get(raw[place]) if len(raw) == _HEADER_BYTES else None
    if cipher is None or not raw.startswith(_MAGIC):
        raise SignatureInvalid(Code.ARCHIVE_DAMAGED)
    return Header(raw[place + 1 : -_PREFIX_BYTES].hex(), cipher, raw)


def opened(header: Header, key: DataKey, stream: BinaryIO) -> Iterator[bytes]:
    """The chunks behind the header. Only after the last may the first be believed to be all.

    Raises SignatureInvalid at the first that is altered, moved, missing or too many.
    """
    if (header.kid, header.cipher) != (key.kid, key.cipher):
        raise SignatureInvalid(Code.ARCHIVE_DAMAGED)
    number, chunk = 0, stream.read(CHUNK_BYTES + TAG_BYTES)
    while chunk:
        after = stream.read(CHUNK_BYTES + TAG_BYTES)
        nonce = _nonce(header.prefix, number, last=not after)
        yield unseal(key.cipher, key.secret, nonce, chunk, header.raw)
        number, chunk = number + 1, after
    if number == 0:
        raise SignatureInvalid(Code.ARCHIVE_DAMAGED)


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(_COUNTER_BYTES, "big") + bytes([last])
