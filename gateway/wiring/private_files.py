"""Files nobody else can read: written whole, and asked whether they still are. 私有文件"""

import os
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077


def write_private(path: Path, data: bytes) -> None:
    """Write a file only we can read, replacing what was there in one step, durable on return.

    Raises OSError when that cannot be; what was there stays then, and no part is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(path.name + ".part")
    try:
        _write(part, data)
        part.rename(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise
    # a revocation that the journal has must not be undone by a power cut
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _write(part: Path, data: bytes) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)  # also when a dead process left it there
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def is_exposed(path: Path) -> bool:
    """Whether anybody but the owner may read, write or enter it; what is not there is not."""
    return path.exists() and bool(path.stat().st_mode & _OTHERS)
