"""SM2 with SM3 (GM/T 0003, GM/T 0009): keys and signatures. 国密 SM2"""

import ctypes
from collections.abc import Iterable

from asn1crypto import pem

from gateway.ports import Algorithm
from gateway.signing.keys.pkcs8 import encrypted_pem
from gateway.signing.primitives.forms import normalised
from gateway.signing.primitives.libcrypto import (
    LibcryptoError,
    digesting,
    empty_memory,
    failure,
    library,
    memory_of,
    written,
)

# GM/T 0009-2012 §10: the default id when two parties have agreed on none.
DEFAULT_ID = b"1234567812345678"
# SubjectPublicKeyInfo up to the point's coordinates: id-ecPublicKey, sm2p256v1, uncompressed.
_INFO = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
_INFO_BYTES = len(_INFO) + 64
_ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


class Sm2Key:
    """One SM2 key of the system's libcrypto, private or public; freed with the object."""

    def __init__(self, handle: int | None, what: str) -> None:
        if not handle:
            raise failure(what)
        self._handle = handle
        if library().EVP_PKEY_is_a(handle, b"SM2") != 1:
            raise LibcryptoError("not an SM2 key")

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle:
            library().EVP_PKEY_free(handle)

    @property
    def handle(self) -> int:
        """The library's own key, for calls that live elsewhere; dead with this object."""
        return self._handle

    @classmethod
    def generate(cls) -> "Sm2Key":
        """A new private key from the library's own generator."""
        make = library().EVP_PKEY_Q_keygen
        return cls(make(ctypes.c_void_p(), ctypes.c_char_p(), ctypes.c_char_p(b"SM2")), "keygen")

    @classmethod
    def from_private_pem(cls, data: bytes, passphrase: bytes) -> "Sm2Key":
        """A private key from encrypted PKCS#8 PEM. Raises LibcryptoError when it does not open.

        One that anybody can read is refused: the library itself would not ask for the passphrase.
        """
        # the library takes the first block it can read, which may lie before the encrypted one
        if _ENCRYPTED not in data or data.count(b"-----BEGIN ") != 1:
            raise LibcryptoError("the private key is not encrypted")
        with memory_of(data) as bio:
            key = library().PEM_read_bio_PrivateKey(bio, None, None, passphrase)
            return cls(key, "read private key")

    @classmethod
    def from_public_pem(cls, data: bytes) -> "Sm2Key":
        """A public key from SubjectPublicKeyInfo PEM. Raises LibcryptoError for anything else.

        One form alone is taken, the named curve and a whole point (GM/T 0009): the library would
        read curves spelled out in numbers, and bytes behind the end.
        """
        with memory_of(data) as bio:
            # with no passphrase at all the library would ask the terminal for one, and wait
            key = cls(library().PEM_read_bio_PUBKEY(bio, None, None, b""), "read public key")
        _, _, info = pem.unarmor(data)
        if len(info) != _INFO_BYTES or not info.startswith(_INFO):
            raise LibcryptoError("not the one form of an SM2 key")
        return key

    def private_pem(self, passphrase: bytes) -> bytes:
        """The private key as PKCS#8 PEM, encrypted under the passphrase."""
        with empty_memory() as bio:
            args = (bio, self._handle, None, None, 0, None, None)
            if library().PEM_write_bio_PKCS8PrivateKey(*args) != 1:
                raise failure("write private key")
            _, _, plain = pem.unarmor(written(bio))
        return encrypted_pem(plain, passphrase)

    def public_pem(self) -> bytes:
        """The public key as SubjectPublicKeyInfo PEM."""
        with empty_memory() as bio:
            if library().PEM_write_bio_PUBKEY(bio, self._handle) != 1:
                raise failure("write public key")
            return written(bio)

    def sign(self, chunks: Iterable[bytes], identity: bytes = DEFAULT_ID) -> bytes:
        """The signature in DER over Z‖M."""
        lib = library()
        with digesting("EVP_DigestSignInit_ex", self._handle, identity, chunks) as context:
            size = ctypes.c_size_t(lib.EVP_PKEY_get_size(self._handle))
            buffer = ctypes.create_string_buffer(size.value)
            if lib.EVP_DigestSignFinal(context, buffer, ctypes.byref(size)) != 1:
                raise failure("sign")
            return buffer.raw[: size.value]

    def verify(
        self, signature: bytes, chunks: Iterable[bytes], identity: bytes = DEFAULT_ID
    ) -> bool:
        """Whether the signature (DER, or raw r‖s) fits. Rubbish is False."""
        try:
            der = normalised(Algorithm.SM2_SM3, signature)
        except ValueError:
            return False
        lib = library()
        with digesting("EVP_DigestVerifyInit_ex", self._handle, identity, chunks) as context:
            answer = lib.EVP_DigestVerifyFinal(context, der, len(der))
            lib.ERR_clear_error()
            return bool(answer == 1)
