"""A signer and the signature companion it writes. 签名者与签名文件."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.keys.algorithms import sign, verify


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature companion says."""

    kid: str
    alg: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name; the secret never shows in a repr."""

    kid: str
    alg: str
    public_pem: str
    sign: Callable[[bytes], bytes]

    def companion(self, data: bytes) -> bytes:
        """Return the ``.sig`` file over exactly these bytes."""
        value = base64.b64encode(self.sign(data)).decode("ascii")
        text = json.dumps({"kid": self.kid, "alg": self.alg, "signature": value})
        return f"{text}\n".encode("ascii")

    def made(self, companion: bytes, data: bytes) -> bool:
        """Tell whether a companion is a good signature of this key over the data."""
        said = read_companion(companion)
        if said is None or (said.kid, said.alg) != (self.kid, self.alg):
            return False
        return verify(self.alg, self.public_pem, said.value, data)


def signer(kid: str, alg: str, private: str, public_pem: str) -> Signer:
    """Return the signer of a private key in the algorithm's own notation."""
    return Signer(kid, alg, public_pem, lambda data: sign(alg, private, data))


def read_companion(companion: bytes) -> Signature | None:
    """Return what a ``.sig`` file says, or nothing if it cannot be read."""
    try:
        told = json.loads(companion)
        value = base64.b64decode(told["signature"], validate=True)
        return Signature(str(told["kid"]), str(told["alg"]), value)
    except (ValueError, KeyError, TypeError):
        return None
