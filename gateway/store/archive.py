"""The archive of raw bytes: content-addressed, encrypted, durable before any row. 归档

A payload lies sealed in the archive's directory, its wrapped data key in a small file of its own in
another one. Without that file the payload is noise, in every copy that anybody made of the archive:
that is how a payload is shredded, while its digest stays in the journal.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.errors import Code, RefusedHere, SignatureInvalid, TransportError
from gateway.signing.at_rest.containers import DataKey, opened, read_header, sealed
from gateway.signing.at_rest.wrapping import Wrapper

# What stands in a key file whose key is gone on purpose.
_SHREDDED = b"shredded\n"
_KEY_FILE_BYTES_MAX = 4096


class Archive:
    """Sealed files under a root, named by the SHA-256 of what is in them, never changed."""

    def __init__(self, root: Path, keys: Path, wrapper: Wrapper) -> None:
        self._root, self._keys, self._wrapper = root, keys, wrapper

    def put(self, data: bytes) -> str:
        """Keep the bytes; returns their digest. When it returns, they survive a power cut.

        Putting the same bytes again is nothing new, unless they were shredded: then they are kept
        anew. The key is durable before the payload that names it, so a process that dies on the
        way leaves at most a `.part` file and a key, which nothing refers to. Raises TransportError
        when the disk does not take them.
        """
        digest = hashlib.sha256(data).hexdigest()
        path, known = self.path(digest), self.holds(digest)
        with _on_disk():
            if not known:
                key = self._wrapper.new()
                self._keep_key(digest, key)
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
                _write_durably(path, sealed(key, data))
            # whoever made a directory or renamed the file may have died before that was durable
            _sync_way(path, self._root)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of a digest.

        Raises SignatureInvalid when they are missing or altered, RefusedHere when they were
        shredded, NotConfigured when the site lacks the key they lie under, TransportError when the
        disk cannot be read.
        """
        try:
            with _on_disk(), self.path(digest).open("rb") as stream:
                header = read_header(stream)
                key = self._wrapper.unwrap(self._stored_key(digest, header.kid), header.kid, digest)
                data = b"".join(opened(header, key, stream))
        except (FileNotFoundError, SignatureInvalid) as damaged:
            raise SignatureInvalid(Code.ARCHIVE_DAMAGED, detail=digest, subject=digest) from damaged
        if hashlib.sha256(data).hexdigest() != digest:
            raise SignatureInvalid(Code.ARCHIVE_DAMAGED, detail=digest, subject=digest)
        return data

    def holds(self, digest: str) -> bool:
        """Whether the bytes of a digest can be read, whole and unaltered."""
        try:
            self.get(digest)
        except (SignatureInvalid, RefusedHere):
            return False
        return True

    def shred(self, digest: str) -> int:
        """Put an end to every key of a digest; how many there were. The sealed bytes stay."""
        live = [path for path in self.key_files(digest) if path.read_bytes() != _SHREDDED]
        for path in live:
            _write_durably(path, (_SHREDDED,))
            _sync_directory(path.parent)
        return len(live)

    def path(self, digest: str) -> Path:
        """Where the sealed bytes of a digest lie."""
        return self._root / digest[:2] / digest[2:4] / digest

    def key_files(self, digest: str) -> list[Path]:
        """Every key file of a digest, spent ones included; more than one after a race or damage."""
        found = (self._keys / digest[:2]).glob(f"{digest}.*")
        return sorted(path for path in found if path.suffix != ".part")

    def _key_path(self, digest: str, kid: str) -> Path:
        return self._keys / digest[:2] / f"{digest}.{kid}"

    def _keep_key(self, digest: str, key: DataKey) -> None:
        path = self._key_path(digest, key.kid)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        _write_durably(path, (self._wrapper.wrap(key, digest),))
        _sync_way(path, self._keys)

    def _stored_key(self, digest: str, kid: str) -> bytes:
        with self._key_path(digest, kid).open("rb") as file:
            stored = file.read(_KEY_FILE_BYTES_MAX)
        if stored == _SHREDDED:
            raise RefusedHere(Code.PAYLOAD_SHREDDED, subject=digest)
        return stored


@contextmanager
def _on_disk() -> Iterator[None]:
    """What a disk refuses, as an error of ours; that a file is not there is the caller's news."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as failed:
        raise TransportError(Code.ARCHIVE_UNREACHABLE, detail=failed.strerror or "") from failed


def _write_durably(path: Path, pieces: Iterable[bytes]) -> None:
    """Write under a name that no other thread, process or container has, then rename."""
    descriptor, part = tempfile.mkstemp(".part", path.name + ".", path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o640)
            file.writelines(pieces)
            file.flush()
            os.fsync(descriptor)
        Path(part).rename(path)
    except OSError:
        # a full disk: what each try leaves would fill it further
        Path(part).unlink()
        raise


def _sync_way(path: Path, root: Path) -> None:
    """Make the names on the way from above `root` down to `path` durable."""
    directory = path.parent
    while directory != root.parent:
        _sync_directory(directory)
        directory = directory.parent
    _sync_directory(root.parent)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
