"""ASiC-E packages with CAdES (ETSI EN 319 162-1): written by us, read strictly. 材料包"""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from gateway.errors import Code, GatewayError, error_for
from gateway.signing.keys.anchors import Trust
from gateway.signing.seals.asic_manifest import (
    MANIFEST,
    MIMETYPE,
    SIGNATURE,
    Listed,
    read_manifest,
    write_manifest,
)
from gateway.signing.seals.cms import Seal, Sealed, add_stamp, check_cms, imprint_of, sign_cms
from gateway.signing.seals.timestamps import Imprint
from gateway.signing.seals.zips import (
    DEFLATED,
    MAKER,
    MODE,
    STORED,
    Limits,
    Member,
    Unsound,
    is_safe_name,
    read_members,
)
from gateway.signing.seals.zips import chunks as unpacked

LIMITS = Limits()
_OWN_BYTES_MAX = 1024 * 1024
_CHUNK = 1024 * 1024
# The same content makes the same bytes: no member has a time of its own.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_OURS = (MANIFEST, SIGNATURE)


@dataclass(frozen=True, slots=True)
class Document:
    """One document to be packed: from memory, or streamed from a file."""

    name: str
    mime: str
    content: bytes | Path = field(repr=False)


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was verified: its documents as the signed manifest lists them, and its seal.

    `path` may be read again with `read_document`, which checks again what it reads.
    """

    path: Path
    documents: tuple[Listed, ...]
    sealed: Sealed
    members: Mapping[str, Member] = field(repr=False)


# ------------------------------------------------------------------ writing


def write_package(target: Path, documents: Sequence[Document], seal: Seal, at: datetime) -> Imprint:
    """Pack and seal documents; the file is there whole or not at all, readable by its owner.

    Returns what an authority stamps (`stamp_package`). Raises MalformedMessage PACKAGE_UNREADABLE
    for a name that may not stand in a package.
    """
    names = [document.name for document in documents]
    if len({name.casefold() for name in names}) < len(names) or not names:
        raise error_for(Code.PACKAGE_UNREADABLE, detail="成员为空或重名")
    if not all(map(_may_be_document, names)):
        raise error_for(Code.PACKAGE_UNREADABLE, detail="成员名不合格")
    if sum(_size(document.content) for document in documents) > LIMITS.bytes:
        raise error_for(Code.PACKAGE_UNREADABLE, detail="超过 2 GB")
    with _whole_file(target) as archive:
        _add(archive, "mimetype", (MIMETYPE,), STORED)
        listed = [_pack(archive, document) for document in documents]
        manifest = write_manifest(listed)
        signature = sign_cms(seal, hashlib.sha256(manifest).digest(), at)
        _add(archive, MANIFEST, (manifest,), DEFLATED)
        _add(archive, SIGNATURE, (signature,), STORED)
    return imprint_of(signature)


def imprint_of_package(path: Path) -> Imprint:
    """What an authority stamps of a package: its signature's value."""
    with _opened(path) as (file, members):
        return imprint_of(_small(file, members[SIGNATURE]))


def stamp_package(source: Path, target: Path, token: bytes) -> None:
    """The same package with the stamp beside its signature; nothing that is signed changes."""
    with _opened(source) as (file, members), _whole_file(target) as archive:
        for name, member in members.items():
            if name != SIGNATURE:
                _add(archive, name, unpacked(file, member), member.method)
        stamped = add_stamp(_small(file, members[SIGNATURE]), token)
        _add(archive, SIGNATURE, (stamped,), STORED)


def _pack(archive: zipfile.ZipFile, document: Document) -> Listed:
    """Write one document and say what was written, in one pass."""
    digest = hashlib.sha256()
    # a large one that shrinks too well would look like a bomb, and we would refuse our own package
    method = DEFLATED if _size(document.content) <= LIMITS.free else STORED

    def digested() -> Iterator[bytes]:
        for piece in _pieces(document.content):
            digest.update(piece)
            yield piece

    _add(archive, document.name, digested(), method)
    return Listed(document.name, document.mime, digest.digest())


def _size(content: bytes | Path) -> int:
    if isinstance(content, bytes):
        return len(content)
    with _file(content) as file:
        return file.seek(0, os.SEEK_END)


def _pieces(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with _file(content) as file:
        while piece := file.read(_CHUNK):
            yield piece


def _file(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as missing:
        raise error_for(Code.FILE_NOT_HERE, detail=path.name) from missing


def _add(
    archive: zipfile.ZipFile, name: str, pieces: Sequence[bytes] | Iterator[bytes], method: int
) -> None:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.compress_type, info.create_system, info.external_attr = method, MAKER >> 8, MODE
    with archive.open(info, "w") as member:
        for piece in pieces:
            member.write(piece)


@contextmanager
def _whole_file(target: Path) -> Iterator[zipfile.ZipFile]:
    """An archive that gets its name when it is complete and on the disk."""
    descriptor, part = tempfile.mkstemp(".part", target.name + ".", target.parent)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w") as archive:
                yield archive
            file.flush()
            _require_readable(file)
            os.fsync(descriptor)
        Path(part).rename(target)
    finally:
        Path(part).unlink(missing_ok=True)


def _require_readable(file: BinaryIO) -> None:
    """What we would refuse to read is not given to anybody."""
    try:
        read_members(file, LIMITS)
    except Unsound as wrong:
        raise error_for(Code.PACKAGE_UNREADABLE, detail=str(wrong)) from wrong


# ------------------------------------------------------------------ reading


def check_package(path: Path, trust: Trust, at: datetime, limits: Limits = LIMITS) -> Package:
    """Verify a package: its seal, every document in it, and that nothing else is.

    Raises MalformedMessage PACKAGE_UNREADABLE for what is no package of this profile,
    SignatureInvalid: PACKAGE_ALTERED, and what `check_cms` raises for the seal.
    """
    with _opened(path, limits) as (file, members):
        manifest = _small(file, members[MANIFEST])
        digest = hashlib.sha256(manifest).digest()
        sealed = _seal_over_manifest(_small(file, members[SIGNATURE]), digest, trust, at)
        listed = _listed(manifest)
        if {one.name for one in listed} != set(members) - {"mimetype", *_OURS}:
            raise error_for(Code.PACKAGE_ALTERED, detail="成员与清单不一致")
        for one in listed:
            _require_digest(file, members[one.name], one)
    return Package(path, listed, sealed, members)


def read_document(package: Package, name: str, size_max: int) -> bytes:
    """One document of a verified package. Raises as `check_package`; FILE_TOO_LARGE by size."""
    listed = next((one for one in package.documents if one.name == name), None)
    if listed is None:
        raise error_for(Code.PACKAGE_ALTERED, detail="清单中没有此成员")
    member = package.members[name]
    if member.size > size_max:
        raise error_for(Code.FILE_TOO_LARGE, detail=name)
    # where it lay when the package was verified: to read all headers anew for each takes minutes
    try:
        with _file(package.path) as file:
            content = b"".join(unpacked(file, member))
    except Unsound as wrong:
        raise error_for(Code.PACKAGE_ALTERED, detail=name) from wrong
    if hashlib.sha256(content).digest() != listed.digest:
        raise error_for(Code.PACKAGE_ALTERED, detail=name)
    return content


def _seal_over_manifest(der: bytes, digest: bytes, trust: Trust, at: datetime) -> Sealed:
    try:
        return check_cms(der, digest, trust, at)
    except GatewayError as wrong:
        if wrong.detail == "message-digest":
            raise error_for(Code.PACKAGE_ALTERED, detail="清单被改动") from wrong
        raise


def _listed(manifest: bytes) -> tuple[Listed, ...]:
    listed = read_manifest(manifest)
    if not listed or not all(_may_be_document(one.name) for one in listed):
        raise error_for(Code.PACKAGE_UNREADABLE, detail="清单不合格")
    return listed


def _require_digest(file: BinaryIO, member: Member, listed: Listed) -> None:
    digest = hashlib.sha256()
    for piece in unpacked(file, member):
        digest.update(piece)
    if digest.digest() != listed.digest:
        raise error_for(Code.PACKAGE_ALTERED, detail="成员内容与清单不符")


def _may_be_document(name: str) -> bool:
    first = name.split("/")[0].casefold()
    return is_safe_name(name) and first not in ("meta-inf", "mimetype")


@contextmanager
def _opened(path: Path, limits: Limits = LIMITS) -> Iterator[tuple[BinaryIO, dict[str, Member]]]:
    """A package's members by name, with our three where they belong; our words for what breaks."""
    try:
        with _file(path) as file:
            members = read_members(file, limits)
            _require_package(file, members)
            yield file, {member.name: member for member in members}
    except Unsound as wrong:
        raise error_for(Code.PACKAGE_UNREADABLE, detail=str(wrong)) from wrong


def _require_package(file: BinaryIO, members: Sequence[Member]) -> None:
    first = members[0]
    if (first.name, first.method) != ("mimetype", STORED) or first.size != len(MIMETYPE):
        raise Unsound("mimetype is not first and stored")
    if b"".join(unpacked(file, first)) != MIMETYPE:
        raise Unsound("mimetype")
    own = [member.name for member in members if member.name.split("/")[0] == "META-INF"]
    if sorted(own) != sorted(_OURS):
        raise Unsound("META-INF")


def _small(file: BinaryIO, member: Member) -> bytes:
    if member.size > _OWN_BYTES_MAX:
        raise Unsound("manifest or signature too large")
    return b"".join(unpacked(file, member))
