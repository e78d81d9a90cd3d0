"""keyring.json and the files beside it: read, and written whole, one key at a time. 密钥环文件"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from gateway.errors import Code, NotConfigured
from gateway.signing.keys.register import KeyEntry
from gateway.wiring.private_files import is_exposed, write_private
from gateway.wiring.reading import read_json, read_secret, read_typed

FILE = "keyring.json"
_PASSPHRASE = "key_passphrase"  # noqa: S105 - a file's name
_ENTRIES = TypeAdapter(tuple[KeyEntry, ...])
_ENTRY = TypeAdapter(KeyEntry)


@dataclass(frozen=True, slots=True)
class KeyringFile:
    """The key ring of one secrets directory."""

    secrets: Path

    def entries(self) -> tuple[KeyEntry, ...]:
        """All keys. Raises NotConfigured naming what cannot be read."""
        found = read_typed(self.secrets / FILE, _ENTRIES)
        for entry in found:
            if any(moment.tzinfo is None for moment in _moments(entry)):
                raise NotConfigured(
                    Code.SETTING_INVALID, detail=f"{FILE}: {entry.kid}: 时刻须带时区"
                )
        return found

    def passphrase(self) -> bytes:
        """What opens the private keys. Raises NotConfigured when it is missing."""
        return read_secret(self.secrets / _PASSPHRASE).encode()

    def read(self, name: str) -> bytes:
        """A file an entry names; empty for no name. Raises NotConfigured when it is missing."""
        if not name:
            return b""
        try:
            return (self.secrets / name).read_bytes()
        except OSError as missing:
            raise NotConfigured(Code.KEY_MISSING, detail=Path(name).name) from missing

    def write(self, name: str, data: bytes) -> None:
        """Write a file of the secrets directory, for nobody else to read.

        Raises NotConfigured when it cannot be written: no right, no space.
        """
        try:
            write_private(self.secrets / name, data)
        except OSError as refused:
            detail = f"密钥目录的 {name} 写不进：{refused.strerror}；查磁盘空间与目录的属主、权限"
            raise NotConfigured(Code.SETTING_INVALID, detail=detail) from refused

    def save(self, *changed: KeyEntry) -> None:
        """Put entries into keyring.json, replacing those of the same id; the others stay as read.

        Fields that this program does not know stay too. One writer at a time: the caller locks.
        """
        rows: list[dict[str, Any]] = read_json(self.secrets / FILE)
        for entry in changed:
            stated = _ENTRY.dump_python(entry, mode="json", exclude_defaults=True)
            there = next((row for row in rows if row.get("kid") == entry.kid), None)
            if there is None:
                rows.append(stated)
            else:
                there.update(stated)
        text = json.dumps(rows, ensure_ascii=False, indent=1)
        self.write(FILE, text.encode())

    def exposed(self) -> Sequence[str]:
        """What of the secrets directory others than its owner may read, all secrets alike."""
        every = [self.secrets, *sorted(self.secrets.rglob("*"))]
        return [str(path.relative_to(self.secrets)) for path in every if is_exposed(path)]


def _moments(entry: KeyEntry) -> Iterator[datetime]:
    yield from (entry.not_before, entry.sign_until, entry.verify_until)
    if entry.revoked_at is not None:
        yield entry.revoked_at
