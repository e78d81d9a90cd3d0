"""Forms of an elliptic signature: strict DER inside, raw r‖s at the edges. 签名编码"""

from gateway.ports import Algorithm

_COORDINATE_BYTES = 32
# A signature's r and s lie in 1 … n-1, n the order of the curve: sm2p256v1 (GM/T 0003.5), P-256
# (FIPS 186-4 D.1.2.3).
ORDERS: dict[Algorithm, int] = {
    Algorithm.SM2_SM3: 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    Algorithm.ECDSA_P256_SHA256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
}


def normalised(algorithm: Algorithm, signature: bytes) -> bytes:
    """The one strict DER form of a signature given as DER or as 64 raw bytes r‖s (X04, X05).

    Raises ValueError for anything else: r or s outside 1 … n-1, sloppy or trailing DER.
    """
    order = ORDERS[algorithm]
    if len(signature) == 2 * _COORDINATE_BYTES:
        r, s = signature[:_COORDINATE_BYTES], signature[_COORDINATE_BYTES:]
        return _der(int.from_bytes(r, "big"), int.from_bytes(s, "big"), order)
    strict = _der(*_integers(signature), order)
    if strict != signature:
        raise ValueError("not strict DER")
    return strict


def raw(algorithm: Algorithm, signature: bytes) -> bytes:
    """The 64 bytes r‖s of a signature in either form, as RFC 6931 (XML) and RFC 7518 (JOSE) want.

    Raises ValueError like `normalised`.
    """
    r_and_s = _integers(normalised(algorithm, signature))
    return b"".join(value.to_bytes(_COORDINATE_BYTES, "big") for value in r_and_s)


def _integers(der: bytes) -> tuple[int, int]:
    if len(der) < 8 or der[0] != 0x30 or der[1] != len(der) - 2 or der[2] != 0x02:
        raise ValueError("not a DER signature")
    r_end = 4 + der[3]
    if r_end + 2 > len(der) or der[r_end] != 0x02 or r_end + 2 + der[r_end + 1] != len(der):
        raise ValueError("not a DER signature")
    return int.from_bytes(der[4:r_end], "big"), int.from_bytes(der[r_end + 2 :], "big")


def _der(r: int, s: int, order: int) -> bytes:
    if not (0 < r < order and 0 < s < order):
        raise ValueError("r or s out of range")
    body = b"".join(_der_integer(value) for value in (r, s))
    return bytes((0x30, len(body))) + body


def _der_integer(value: int) -> bytes:
    # one more bit than the value needs, so that the sign bit stays clear
    content = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return bytes((0x02, len(content))) + content
