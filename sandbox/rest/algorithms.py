"""What the package http-message-signatures can sign with, and two it does not know. 签名算法."""

from http_message_signatures import HTTPSignatureAlgorithm, InvalidSignature
from http_message_signatures.algorithms import ECDSA_P256_SHA256, ED25519, RSA_V1_5_SHA256

from sandbox.keys import algorithms
from sandbox.keys.sm2 import raw_of

RAW_BYTES = 64


class RsaPssSha256(HTTPSignatureAlgorithm):
    """RSA-PSS with SHA-256: in no registry, so its name holds by contract."""

    algorithm_id = algorithms.RSA_PSS

    def __init__(self, public_key: bytes = b"", private_key: bytes = b"") -> None:
        """Take the public key in PEM, the private one in the algorithm's own notation."""
        self._public, self._private = public_key.decode("ascii"), private_key.decode("ascii")

    def sign(self, message: bytes) -> bytes:
        """Return the signature."""
        return algorithms.sign(self.algorithm_id, self._private, message)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raise unless the signature is good."""
        if not algorithms.verify(self.algorithm_id, self._public, signature, message):
            raise InvalidSignature("not a signature of this key")


class Sm2Sm3(RsaPssSha256):
    """SM2 with SM3 by gmalg, r and s side by side: in no registry either."""

    algorithm_id = algorithms.SM2_SM3

    def sign(self, message: bytes) -> bytes:
        """Return r‖s."""
        return raw_of(super().sign(message))

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raise unless it is a good r‖s."""
        if len(signature) != RAW_BYTES:
            raise InvalidSignature("not r and s")
        super().verify(signature, message)


ALGORITHMS: dict[str, type[HTTPSignatureAlgorithm]] = {
    algorithms.SM2_SM3: Sm2Sm3,
    algorithms.RSA_PSS: RsaPssSha256,
    algorithms.RSA_V1_5: RSA_V1_5_SHA256,
    algorithms.ECDSA_P256: ECDSA_P256_SHA256,
    algorithms.ED25519: ED25519,
}
