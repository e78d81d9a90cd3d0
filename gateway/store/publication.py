"""The publication: a directory for others to copy, files added and never changed. 公布目录"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gateway.errors import Code, NotConfigured, SignatureInvalid

_FILE_BYTES_MAX = 1024 * 1024
_MODE = 0o644
_PART = ".part"


class Publication:
    """Files under a directory that everybody may read; each is whole, and stays as it is."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def put(self, name: str, data: bytes) -> None:
        """Publish a file; publishing it again is nothing new.

        Raises SignatureInvalid when another content has this name, NotConfigured when nothing can
        be written there.
        """
        try:
            self._put(name, data)
        except OSError as refused:
            detail = f"journal.publication: {refused.strerror}"
            raise NotConfigured(Code.SETTING_INVALID, detail=detail) from refused

    def _put(self, name: str, data: bytes) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / name
        descriptor, part = tempfile.mkstemp(_PART, name + ".", self.directory)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(descriptor, _MODE)
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            # a link is made whole or not at all, and never in another file's place
            os.link(part, path)
        except FileExistsError:
            self._require_same(path, data)
        finally:
            Path(part).unlink()
        _sync(self.directory)

    def _require_same(self, path: Path, data: bytes) -> None:
        if self.read(path.name) != data:
            raise SignatureInvalid(Code.PUBLICATION_DIFFERS, detail=path.name)

    def names(self, pattern: str) -> Iterator[str]:
        """The names of published files, sorted; not what a worker that died has left of one."""
        found = sorted(path.name for path in self.directory.glob(pattern))
        return (name for name in found if not name.endswith(_PART))

    def read(self, name: str) -> bytes:
        """A published file's bytes; what is larger than any of ours is cut, and so differs.

        Raises SignatureInvalid when nothing readable lies there under this name.
        """
        try:
            with (self.directory / name).open("rb") as file:
                return file.read(_FILE_BYTES_MAX)
        except OSError as unreadable:
            raise SignatureInvalid(Code.PUBLICATION_DIFFERS, detail=name) from unreadable


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
