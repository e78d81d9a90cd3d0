"""The system's libcrypto (OpenSSL ≥ 3.0) by ctypes: the few calls SM2 needs. 系统密码库"""

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from gateway.errors import Code, NotConfigured

_LIBRARY = "libcrypto.so.3"
_VERSION_MIN = 0x30000000
_ERROR_TEXT_BYTES = 256

_POINTER, _INT, _BYTES, _SIZE = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t

# name → (result, arguments)
_SIGNATURES: dict[str, tuple[object, tuple[object, ...]]] = {
    "OpenSSL_version_num": (ctypes.c_ulong, ()),
    "ERR_get_error": (ctypes.c_ulong, ()),
    "ERR_error_string_n": (None, (ctypes.c_ulong, _BYTES, _SIZE)),
    "ERR_clear_error": (None, ()),
    "BIO_new_mem_buf": (_POINTER, (_BYTES, _INT)),
    "BIO_free": (_INT, (_POINTER,)),
    "PEM_read_bio_PrivateKey": (_POINTER, (_POINTER, _POINTER, _POINTER, _BYTES)),
    "PEM_read_bio_PUBKEY": (_POINTER, (_POINTER, _POINTER, _POINTER, _BYTES)),
    "PEM_write_bio_PKCS8PrivateKey": (
        _INT,
        (_POINTER, _POINTER, _POINTER, _BYTES, _INT, _POINTER, _POINTER),
    ),
    "PEM_write_bio_PUBKEY": (_INT, (_POINTER, _POINTER)),
    "BIO_new": (_POINTER, (_POINTER,)),
    "BIO_s_mem": (_POINTER, ()),
    "BIO_read": (_INT, (_POINTER, _BYTES, _INT)),
    "BIO_ctrl_pending": (_SIZE, (_POINTER,)),
    "EVP_PKEY_free": (None, (_POINTER,)),
    "EVP_PKEY_CTX_new": (_POINTER, (_POINTER, _POINTER)),
    "EVP_PKEY_CTX_free": (None, (_POINTER,)),
    "EVP_PKEY_decrypt_init": (_INT, (_POINTER,)),
    "EVP_PKEY_decrypt": (_INT, (_POINTER, _BYTES, _POINTER, _BYTES, _SIZE)),
    "EVP_PKEY_is_a": (_INT, (_POINTER, _BYTES)),
    "EVP_PKEY_get_size": (_INT, (_POINTER,)),
    "EVP_MD_CTX_new": (_POINTER, ()),
    "EVP_MD_CTX_free": (None, (_POINTER,)),
    "EVP_DigestSignInit_ex": (
        _INT,
        (_POINTER, _POINTER, _BYTES, _POINTER, _BYTES, _POINTER, _POINTER),
    ),
    "EVP_DigestVerifyInit_ex": (
        _INT,
        (_POINTER, _POINTER, _BYTES, _POINTER, _BYTES, _POINTER, _POINTER),
    ),
    "EVP_PKEY_CTX_set1_id": (_INT, (_POINTER, _BYTES, _INT)),
    "EVP_DigestUpdate": (_INT, (_POINTER, _BYTES, _SIZE)),
    "EVP_DigestSignFinal": (_INT, (_POINTER, _BYTES, _POINTER)),
    "EVP_DigestVerifyFinal": (_INT, (_POINTER, _BYTES, _SIZE)),
}


@cache
def library() -> ctypes.CDLL:
    """The loaded library. Raises NotConfigured when there is none, or one before 3.0."""
    try:
        lib = ctypes.CDLL(_LIBRARY)
    except OSError as missing:
        raise NotConfigured(Code.PLATFORM_UNFIT, detail=f"{_LIBRARY} ≥ 3.0") from missing
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    # Not in _SIGNATURES: its C form takes a variable argument list.
    lib.EVP_PKEY_Q_keygen.restype = _POINTER
    if lib.OpenSSL_version_num() < _VERSION_MIN:
        raise NotConfigured(Code.PLATFORM_UNFIT, detail=f"{_LIBRARY} ≥ 3.0")
    return lib


class LibcryptoError(Exception):
    """A call of the library failed; the text is the library's own."""


def failure(what: str) -> LibcryptoError:
    """The library's queued errors as one exception; the queue is empty afterwards."""
    lib, texts = library(), []
    while number := lib.ERR_get_error():
        buffer = ctypes.create_string_buffer(_ERROR_TEXT_BYTES)
        lib.ERR_error_string_n(number, buffer, _ERROR_TEXT_BYTES)
        texts.append(buffer.value.decode())
    return LibcryptoError(f"{what}: {'; '.join(texts) or 'no reason given'}")


@contextmanager
def memory_of(data: bytes) -> Iterator[int]:
    """A read-only memory BIO over `data`."""
    lib = library()
    bio = lib.BIO_new_mem_buf(data, len(data))
    try:
        yield bio
    finally:
        lib.BIO_free(bio)


@contextmanager
def empty_memory() -> Iterator[int]:
    """A writable memory BIO."""
    lib = library()
    bio = lib.BIO_new(lib.BIO_s_mem())
    try:
        yield bio
    finally:
        lib.BIO_free(bio)


def written(bio: int) -> bytes:
    """What stands in a memory BIO."""
    lib = library()
    size = lib.BIO_ctrl_pending(bio)
    buffer = ctypes.create_string_buffer(size)
    lib.BIO_read(bio, buffer, size)
    return buffer.raw


@contextmanager
def digesting(start: str, key: int, identity: bytes, chunks: Iterable[bytes]) -> Iterator[int]:
    """A digest context of SM2-with-SM3 over the chunks, begun by `start`.

    The distinguishing id is always set: the library's own default is empty, the world's is not.
    """
    lib = library()
    context, key_context = lib.EVP_MD_CTX_new(), ctypes.c_void_p()
    try:
        begin = getattr(lib, start)
        if begin(context, ctypes.byref(key_context), b"SM3", None, None, key, None) != 1:
            raise failure(start)
        if lib.EVP_PKEY_CTX_set1_id(key_context, identity, len(identity)) != 1:
            raise failure("EVP_PKEY_CTX_set1_id")
        for chunk in chunks:
            if lib.EVP_DigestUpdate(context, chunk, len(chunk)) != 1:
                raise failure("EVP_DigestUpdate")
        yield context
    finally:
        lib.EVP_MD_CTX_free(context)
