"""A signer and the signature companion it writes: a signed manifest. 签名者与签名文件."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes

from sandbox.keys.algorithms import sign, verify

DAY_IN_NAME = re.compile(r"_(20\d\d)(\d\d)(\d\d)_")
FIRST_DAY = ("2026", "02", "24")
FIELDS = {"name", "size", "sha256", "sm3", "made_at", "kid", "alg"}


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature companion says, and the bytes that are signed."""

    kid: str
    alg: str
    value: bytes
    name: str
    digests: tuple[int, str, str]
    signed: bytes

    def speaks_of(self, name: str, data: bytes) -> bool:
        """Tell whether it is about these bytes under this name."""
        return (self.name, self.digests) == (name, digests_of(data))


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name; the secret never shows in a repr."""

    kid: str
    alg: str
    public_pem: str
    sign: Callable[[bytes], bytes]

    def companion(self, name: str, data: bytes) -> bytes:
        """Return the ``.sig`` file for exactly these bytes under this name."""
        size, sha256, sm3 = digests_of(data)
        manifest = canonical(
            {
                "alg": self.alg,
                "kid": self.kid,
                "made_at": made_at(name),
                "name": name,
                "sha256": sha256,
                "size": size,
                "sm3": sm3,
            }
        )
        value = base64.b64encode(self.sign(manifest)).decode("ascii")
        told = {"manifest": json.loads(manifest), "signature": value}
        return f"{json.dumps(told)}\n".encode("ascii")

    def made(self, companion: bytes, name: str, data: bytes) -> bool:
        """Tell whether a companion is a good signature of this key for the data of that name."""
        said = read_companion(companion)
        if said is None or (said.kid, said.alg) != (self.kid, self.alg):
            return False
        return said.speaks_of(name, data) and verify(
            self.alg, self.public_pem, said.value, said.signed
        )


def signer(kid: str, alg: str, private: str, public_pem: str) -> Signer:
    """Return the signer of a private key in the algorithm's own notation."""
    return Signer(kid, alg, public_pem, lambda data: sign(alg, private, data))


def read_companion(companion: bytes) -> Signature | None:
    """Return what a ``.sig`` file says, or nothing if it cannot be read."""
    try:
        told = json.loads(companion)
        manifest = told["manifest"]
        value = base64.b64decode(told["signature"], validate=True)
        if set(manifest) != FIELDS:
            return None
        digests = (int(manifest["size"]), str(manifest["sha256"]), str(manifest["sm3"]))
        kid, alg, name = (str(manifest[key]) for key in ("kid", "alg", "name"))
        return Signature(kid, alg, value, name, digests, canonical(manifest))
    except (ValueError, KeyError, TypeError):
        return None


def canonical(manifest: dict[str, str | int]) -> bytes:
    """Return the one way to write a manifest: keys in order, nothing between, UTF-8."""
    parts = (
        f"{json.dumps(key)}:{json.dumps(manifest[key], ensure_ascii=False)}"
        for key in sorted(manifest)
    )
    return ("{" + ",".join(parts) + "}").encode("utf-8")


def digests_of(data: bytes) -> tuple[int, str, str]:
    """Return size, SHA-256 and SM3."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(data)
    return len(data), hashlib.sha256(data).hexdigest(), sm3.finalize().hex()


def made_at(name: str) -> str:
    """Return when a file was made: the sandbox's clock stands at ten on the evening of its day."""
    found = DAY_IN_NAME.search(name)
    year, month, day = found.groups() if found else FIRST_DAY
    return f"{year}-{month}-{day}T22:00:00+08:00"
