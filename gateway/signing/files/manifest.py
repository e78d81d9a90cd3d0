"""The manifest of a file: name, size and both digests in one canonical JSON. 文件清单

The signature is over the manifest, so a key never sees the file: Ed25519 and a hardware module sign
ten gigabytes as they sign a line.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

SIGNATURE_FILE_BYTES_MAX = 16 * 1024
_NAME_CHARACTERS_MAX = 255
_SIZE_MAX = 2**53 - 1  # what every reader of JSON keeps exactly (RFC 8259 §6)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FIELDS = frozenset({"name", "size", "sha256", "sm3", "made_at", "kid", "alg"})
_TEXTS = tuple(sorted(_FIELDS - {"size"}))


@dataclass(frozen=True, slots=True)
class Content:
    """What is known of exact bytes without keeping them: size, SHA-256 and SM3 in hex."""

    size: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is signed: which bytes, under which name, by whom, when they say they made it."""

    name: str
    content: Content
    made_at: str
    kid: str
    algorithm: str

    def canonical(self) -> bytes:
        """The one way to write it (RFC 8785): keys sorted, no blanks, UTF-8. This is signed."""
        fields = {
            "name": self.name,
            "size": self.content.size,
            "sha256": self.content.sha256,
            "sm3": self.content.sm3,
            "made_at": self.made_at,
            "kid": self.kid,
            "alg": self.algorithm,
        }
        text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode()


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A signature file: the manifest and the signature over its canonical bytes."""

    manifest: Manifest
    signature: bytes = field(repr=False)

    def written(self) -> bytes:
        """The signature file: `{"manifest": …, "signature": base64}`."""
        encoded = base64.b64encode(self.signature)
        return b'{"manifest":' + self.manifest.canonical() + b',"signature":"' + encoded + b'"}\n'


def content_of(chunks: Iterable[bytes]) -> Content:
    """Size and both digests of the chunks put together, in one pass."""
    size, sha256, sm3 = 0, hashlib.sha256(), hashlib.new("sm3")
    for chunk in chunks:
        size += len(chunk)
        sha256.update(chunk)
        sm3.update(chunk)
    return Content(size, sha256.hexdigest(), sm3.hexdigest())


def read_signature_file(data: bytes) -> SignedManifest | None:
    """What a signature file says, None when it is not exactly one; never raises for rubbish."""
    if len(data) > SIGNATURE_FILE_BYTES_MAX:
        return None
    try:
        told = json.loads(data.decode("utf-8"), object_pairs_hook=_without_repeats)
        if set(told) != {"manifest", "signature"}:
            return None
        signature = _base64(told["signature"])
        return SignedManifest(_manifest(told["manifest"]), signature)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _manifest(told: dict[str, object]) -> Manifest:
    size, texts = told["size"], {name: _text(told[name]) for name in _TEXTS}
    if set(told) != _FIELDS or type(size) is not int or not 0 <= size <= _SIZE_MAX:
        raise ValueError("not the fields of a manifest")
    if not all(_DIGEST.fullmatch(texts[name]) for name in ("sha256", "sm3")):
        raise ValueError("not a digest")
    if datetime.fromisoformat(texts["made_at"]).tzinfo is None:
        raise ValueError("a time without its zone")
    content = Content(size, texts["sha256"], texts["sm3"])
    return Manifest(texts["name"], content, texts["made_at"], texts["kid"], texts["alg"])


def _text(value: object) -> str:
    """Plain characters only: no control, no half of a surrogate, so one way to write it."""
    if not isinstance(value, str) or not value.isprintable() or len(value) > _NAME_CHARACTERS_MAX:
        raise ValueError("not plain text")
    return value


def _base64(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("not base64")
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error as sloppy:
        raise ValueError("not base64") from sloppy
    if base64.b64encode(value).decode() != text:
        raise ValueError("not the one way to write it")
    return value
