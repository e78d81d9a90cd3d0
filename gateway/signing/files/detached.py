"""Detached signatures: a signed manifest beside exact bytes, however many. 分离式签名"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gateway.errors import Code, NotConfigured
from gateway.ports import Signer
from gateway.signing.files.manifest import (
    SIGNATURE_FILE_BYTES_MAX,
    Manifest,
    SignedManifest,
    content_of,
    read_signature_file,
)
from gateway.signing.keys.keyring import KeyRing, Purpose

SIGNATURE_SUFFIX = ".sig"
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Verified:
    """What verification found: `code` is None when the signature holds, `kid` who signed."""

    code: Code | None
    kid: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A file as it was found: its name, its bytes in chunks, and the signature file beside it."""

    name: str
    chunks: Iterable[bytes] = field(repr=False)
    signature_file: bytes | None = field(repr=False)


def sign_detached(signer: Signer, name: str, chunks: Iterable[bytes], at: datetime) -> bytes:
    """The signature file for the chunks put together, published as `name`; one pass over them."""
    made_at = at.isoformat(timespec="seconds")
    manifest = Manifest(name, content_of(chunks), made_at, signer.kid, signer.algorithm.value)
    return SignedManifest(manifest, signer.sign((manifest.canonical(),))).written()


def verify_detached(
    ring: KeyRing, purpose: Purpose, holder: str, found: Published, at: datetime
) -> Verified:
    """Verify a file as `holder`'s, at our time of use; never raises for rubbish.

    The name is signed too: true bytes under another name are refused. `made_at` is theirs to say
    and proves nothing. The chunks are read once, and only when the manifest is really signed.
    """
    if found.signature_file is None:
        return Verified(Code.SIGNATURE_MISSING)
    stated = read_signature_file(found.signature_file)
    if stated is None:
        return Verified(Code.SIGNATURE_UNREADABLE)
    manifest = stated.manifest
    refusal = ring.refusal(purpose, holder, (manifest.kid, manifest.algorithm), at)
    if refusal is not None:
        return Verified(refusal)
    return Verified(_difference(ring, stated, found), manifest.kid)


def sign_file(signer: Signer, path: Path, at: datetime) -> bytes:
    """The signature file for a file on this machine, read in chunks: memory stays flat.

    Raises NotConfigured when the file cannot be read.
    """
    return sign_detached(signer, path.name, _chunks(path), at)


def verify_file(ring: KeyRing, purpose: Purpose, holder: str, path: Path, at: datetime) -> Verified:
    """Verify a file on this machine with the signature file beside it, read in chunks.

    Raises NotConfigured when the file cannot be read.
    """
    beside = path.with_name(path.name + SIGNATURE_SUFFIX)
    found = Published(path.name, _chunks(path), _bounded(beside) if beside.exists() else None)
    return verify_detached(ring, purpose, holder, found, at)


def _difference(ring: KeyRing, stated: SignedManifest, found: Published) -> Code | None:
    manifest = stated.manifest
    if not ring.verifier(manifest.kid).verify(stated.signature, (manifest.canonical(),)):
        return Code.SIGNATURE_WRONG
    if manifest.name != found.name:
        return Code.SIGNED_NAME_DIFFERS
    return None if content_of(found.chunks) == manifest.content else Code.SIGNATURE_WRONG


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as data:
            while chunk := data.read(_CHUNK_BYTES):
                yield chunk
    except OSError as unreadable:
        raise NotConfigured(Code.FILE_NOT_HERE, detail=path.name) from unreadable


def _bounded(path: Path) -> bytes:
    """One byte more than a signature file may have: enough to see that it is too large."""
    try:
        with path.open("rb") as data:
            return data.read(SIGNATURE_FILE_BYTES_MAX + 1)
    except OSError as unreadable:
        raise NotConfigured(Code.FILE_NOT_HERE, detail=path.name) from unreadable
