"""The archive of raw bytes: content-addressed files, durable before any row. 归档"""

import hashlib
import os
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
        if path.exists() and path.read_bytes() == data:
            _sync_directory(path.parent)
            return digest
        self._make(path.parent)
        part = path.with_name(f"{digest}.{os.getpid()}.part")
        _write_durably(part, data)
        part.rename(path)
        _sync_directory(path.parent)
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

    def _make(self, directory: Path) -> None:
        """Create the directory and make its own entry durable."""
        if directory.exists():
            return
        directory.mkdir(parents=True, exist_ok=True, mode=0o750)
        for parent in (directory, directory.parent, directory.parent.parent):
            _sync_directory(parent)


def _write_durably(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
