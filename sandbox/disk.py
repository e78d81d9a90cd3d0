"""Files put down whole or not at all. 原子写文件."""

import os
from pathlib import Path

PRIVATE, READABLE = 0o600, 0o644
TEMPORARY = ".tmp"


def write_whole(path: Path, data: bytes, mode: int = READABLE) -> None:
    """Write a file under a temporary name, flush it to the disk, rename it into place."""
    temporary = path.with_name(path.name + TEMPORARY)
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that nobody else may read."""
    write_whole(path, data, PRIVATE)
