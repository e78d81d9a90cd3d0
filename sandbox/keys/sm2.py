"""SM2 signatures with SM3, by the pure Python package gmalg. 国密签名."""

import base64
import secrets

from cryptography.hazmat.primitives import hashes
from gmalg.base import Hash  # type: ignore[import-untyped]
from gmalg.sm2 import PC_MODE, SM2, SM2Core, bytes_to_point, point_to_bytes  # type: ignore[import-untyped]

from sandbox.keys import der

DISTINGUISHING_ID = b"1234567812345678"  # the one every Chinese authority uses 用户标识
EC_PUBLIC_KEY = bytes.fromhex("2a8648ce3d0201")  # 1.2.840.10045.2.1
SM2_CURVE = bytes.fromhex("2a811ccf5501822d")  # 1.2.156.10197.1.301
KEY_BYTES = 32
PEM_HEAD, PEM_FOOT = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
PEM_WIDTH = 64

_CURVE = SM2()._core.ecdlp


class _FastSm3(Hash):  # type: ignore[misc]
    """SM3 from OpenSSL: gmalg's own would take a minute over a large file."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._hash = hashes.Hash(hashes.SM3())

    def update(self, data: bytes) -> None:
        self._hash.update(bytes(data))

    def value(self) -> bytes:
        return self._hash.copy().finalize()


def new_private() -> str:
    """Return a private key from the system's randomness, in hex."""
    order: int = _CURVE.fpn.p
    return f"{secrets.randbelow(order - 2) + 1:064x}"


def public_pem(private: str) -> str:
    """Return the public key as SubjectPublicKeyInfo in PEM."""
    point = point_to_bytes(_core().generate_pk(int(private, 16)), PC_MODE.RAW)
    kind = der.element(der.OBJECT_ID, EC_PUBLIC_KEY) + der.element(der.OBJECT_ID, SM2_CURVE)
    info = der.element(der.SEQUENCE, kind) + der.element(der.BIT_STRING, b"\x00" + point)
    text = base64.b64encode(der.element(der.SEQUENCE, info)).decode("ascii")
    rows = [text[at : at + PEM_WIDTH] for at in range(0, len(text), PEM_WIDTH)]
    return "\n".join([PEM_HEAD, *rows, PEM_FOOT, ""])


def sign(private: str, data: bytes) -> bytes:
    """Return the signature in DER."""
    r, s = _core().sign(data, int(private, 16), DISTINGUISHING_ID)
    return der.element(der.SEQUENCE, der.integer(r) + der.integer(s))


def raw_of(signature: bytes) -> bytes:
    """Return a signature in DER as r‖s."""
    return b"".join(number.to_bytes(KEY_BYTES, "big") for number in _numbers(signature))


def verify(pem: str, signature: bytes, data: bytes) -> bool:
    """Tell whether a signature, DER or raw r‖s, is good; what cannot be read is ValueError."""
    point = _point(pem)
    core = _core()
    if not core.verify_pk(point):
        raise ValueError("the public key is no point of the curve")
    r, s = _numbers(signature)
    return bool(core.verify(data, r, s, DISTINGUISHING_ID, point))


def _core() -> SM2Core:
    return SM2Core(_CURVE, _FastSm3())


def _numbers(signature: bytes) -> tuple[int, int]:
    if len(signature) == 2 * KEY_BYTES:
        r, s = signature[:KEY_BYTES], signature[KEY_BYTES:]
    else:
        body, rest = der.opened(signature, der.SEQUENCE)
        r, body = der.opened(body, der.INTEGER)
        s, body = der.opened(body, der.INTEGER)
        if rest or body:
            raise ValueError("bytes after the signature")
    return int.from_bytes(r, "big"), int.from_bytes(s, "big")


def _point(pem: str) -> tuple[int, int]:
    text = pem.strip().removeprefix(PEM_HEAD).removesuffix(PEM_FOOT)
    info, _ = der.opened(base64.b64decode("".join(text.split()), validate=True), der.SEQUENCE)
    kind, bits = der.opened(info, der.SEQUENCE)
    names = der.element(der.OBJECT_ID, EC_PUBLIC_KEY) + der.element(der.OBJECT_ID, SM2_CURVE)
    if kind != names:
        raise ValueError("this is no SM2 public key")
    point, _ = der.opened(bits, der.BIT_STRING)
    x, y = bytes_to_point(point[1:])  # the first byte counts unused bits
    return x, y
