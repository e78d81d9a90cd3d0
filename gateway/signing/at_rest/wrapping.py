"""Data keys wrapped under the site's key-encryption keys: the newest wraps, all unwrap. 密钥包裹"""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import Code, NotConfigured, SignatureInvalid
from gateway.signing.at_rest.containers import DataKey, new_data_key
from gateway.signing.primitives.ciphers import KEY_BYTES, NONCE_BYTES, Cipher, seal, unseal

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """One key-encryption key of the site, 32 random bytes."""

    kid: str
    secret: bytes = field(repr=False)


class Wrapper:
    """Makes data keys and wraps them. `keys` in order of age: the last one wraps."""

    def __init__(self, keys: Sequence[EncryptionKey], cipher: Cipher) -> None:
        self._keys = {key.kid: key for key in keys}
        if not keys or len(self._keys) != len(keys):
            raise NotConfigured(Code.KEY_MISSING, detail="archive keys")
        self._newest, self._cipher = keys[-1], cipher

    def new(self) -> DataKey:
        """A data key for the cipher the site has chosen."""
        return new_data_key(self._cipher)

    def wrap(self, key: DataKey, digest: str) -> bytes:
        """The key as its file holds it, bound to its own id and to the payload's digest."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        place = _place(self._newest.kid, key.kid, key.cipher, digest)
        under = _derived(self._newest, key.cipher)
        wrapped = seal(key.cipher, under, nonce, key.secret, place)
        fields = {
            "kek": self._newest.kid,
            "cipher": key.cipher.value,
            "nonce": base64.b64encode(nonce).decode(),
            "key": base64.b64encode(wrapped).decode(),
        }
        return (json.dumps(fields) + "\n").encode()

    def unwrap(self, stored: bytes, kid: str, digest: str) -> DataKey:
        """The key of a file that `wrap` made.

        Raises SignatureInvalid when it is altered or another payload's, NotConfigured when it lies
        under a key-encryption key that the site has not.
        """
        fields = _read(stored)
        kek = self._keys.get(fields["kek"])
        if kek is None:
            raise NotConfigured(Code.KEY_MISSING, detail="archive key-encryption key")
        try:
            cipher = Cipher(fields["cipher"])
            nonce, wrapped = (base64.b64decode(fields[name]) for name in ("nonce", "key"))
            place = _place(kek.kid, kid, cipher, digest)
            return DataKey(
                kid, cipher, unseal(cipher, _derived(kek, cipher), nonce, wrapped, place)
            )
        except ValueError as rubbish:
            raise SignatureInvalid(Code.ARCHIVE_DAMAGED, subject=digest) from rubbish


def _place(kek: str, kid: str, cipher: Cipher, digest: str) -> bytes:
    return "\n".join(("archive data key", kek, kid, cipher.value, digest)).encode()


def _derived(key: EncryptionKey, cipher: Cipher) -> bytes:
    """One secret serves both ciphers: each has a key of its own length from it (RFC 5869)."""
    info = b"wrap data keys with " + cipher.value.encode()
    return HKDF(SHA256(), KEY_BYTES[cipher], None, info).derive(key.secret)


def _read(stored: bytes) -> Mapping[str, str]:
    try:
        fields = json.loads(stored.decode("ascii"))
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict) or set(fields) != {"kek", "cipher", "nonce", "key"}:
        raise SignatureInvalid(Code.ARCHIVE_DAMAGED)
    if not all(isinstance(value, str) for value in fields.values()):
        raise SignatureInvalid(Code.ARCHIVE_DAMAGED)
    return fields


def read_keys(text: str) -> Sequence[EncryptionKey]:
    """The site's key-encryption keys from JSON: a list of {"kid", "key"}, the oldest first.

    Raises NotConfigured when it is anything else; its text is never told.
    """
    try:
        keys = [_encryption_key(row) for row in json.loads(text)]
    except (ValueError, KeyError, TypeError, RecursionError):
        keys = []
    if not keys:
        raise NotConfigured(Code.KEY_MISSING, detail="archive keys")
    return keys


def _encryption_key(row: Mapping[str, object]) -> EncryptionKey:
    kid, secret = row["kid"], base64.b64decode(str(row["key"]), validate=True)
    if not isinstance(kid, str) or not kid or len(secret) != SECRET_BYTES:
        raise ValueError("no key-encryption key")
    return EncryptionKey(kid, secret)
