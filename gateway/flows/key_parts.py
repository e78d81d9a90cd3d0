"""What acts on keys are given: the store, the key ring's files, and who acts. 密钥操作所需部件"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.signing.keys.register import KeyEntry
from gateway.store.unit_of_work import Store


class KeyFiles(Protocol):
    """The key ring's file and those beside it, on whatever they lie."""

    def entries(self) -> tuple[KeyEntry, ...]:
        """All keys."""

    def passphrase(self) -> bytes:
        """What opens the private keys."""

    def read(self, name: str) -> bytes:
        """A file an entry names; empty for no name."""

    def write(self, name: str, data: bytes) -> None:
        """Write such a file, for nobody else to read."""

    def save(self, *changed: KeyEntry) -> None:
        """Put entries into the key ring, those of the same id replaced."""

    def exposed(self) -> Sequence[str]:
        """What of the secrets directory others may read: directories and files."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The store, where acts are journaled, the files they change, and who changes them.

    `user` is a person's name at the operating system: it stands in the journal.
    """

    store: Store
    files: KeyFiles
    user: str
