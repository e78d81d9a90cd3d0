"""The archive of raw bytes: content-addressed files, durable before any row. 归档"""

import hashlib
import os
import tempfile
from pathlib import Path

from gateway.errors import Code, SignatureInvalid


class Archive:
    """Files under a root directory, named by the SHA-256 of their bytes, never changed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> str:
        """Keep the bytes; returns their digest. When it returns, they survive a power cut.

        Putting the same bytes again is nothing new. A process that dies on the way leaves at most
        a `.part` file, which nothing refers to.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        if not (path.exists() and path.read_bytes() == data):
            _write_durably(path, data)
        # whoever made a directory or renamed the file may have died before making that durable
        for directory in (path.parent, path.parent.parent, self._root, self._root.parent):
            _sync_directory(directory)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of a digest. Raises SignatureInvalid when they are missing or altered."""
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError as missing:
            raise SignatureInvalid(Code.ARCHIVE_DAMAGED, subject=digest) from missing
        if hashlib.sha256(data).hexdigest() != digest:
            raise SignatureInvalid(Code.ARCHIVE_DAMAGED, subject=digest)
        return data

    def path(self, digest: str) -> Path:
        """Where the bytes of a digest lie."""
        return self._root / digest[:2] / digest[2:4] / digest


def _write_durably(path: Path, data: bytes) -> None:
    """Write under a name that no other thread, process or container has, then rename."""
    descriptor, part = tempfile.mkstemp(".part", path.name + ".", path.parent)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o640)
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    Path(part).rename(path)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
