"""A new file for a person: never over another one, readable by nobody else. 写出文件"""

import os
from pathlib import Path

from gateway.errors import Code, NotConfigured


def write_new(path: Path, data: bytes) -> None:
    """Write a file that was not there. Raises NotConfigured when it is, or cannot be written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as there:
        raise NotConfigured(Code.FILE_IN_THE_WAY, detail=path.name) from there
    except OSError as refused:
        detail = f"{path.name}: {refused.strerror}"
        raise NotConfigured(Code.FILE_NOT_HERE, detail=detail) from refused
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
