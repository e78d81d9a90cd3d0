"""Layouts: how one kind of file of one dialect is written. 文件格式定义"""

from dataclasses import dataclass

from connectors.bank.model import FileKind


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record."""

    name: str
    title: str
    type: str
    length: int | None = None
    max_bytes: int | None = None
    equals: str | None = None
    one_of: tuple[str, ...] | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of line: its tag and its fields after the tag."""

    tag: str
    fields: tuple[Field, ...]

    def names(self) -> frozenset[str]:
        """The names of its fields."""
        return frozenset(field.name for field in self.fields)


@dataclass(frozen=True, slots=True)
class Control:
    """One control total: the trailer's field and how it comes from the details."""

    trailer: str
    is_sum: bool
    of: str | None = None
    where: str | None = None
    one_of: tuple[str, ...] | None = None
    none_of: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class BalanceChain:
    """How opening balance, lines and closing balance hang together; names of fields."""

    opening: str
    amount: str
    balance: str
    closing: str
    direction: str
    credit: str
    reversal: str
    reversed: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout; its YAML in schemas/bank is the documentation."""

    name: str
    version: int
    kind: FileKind
    title: str
    encoding: str
    delimiter: str
    newline: str
    file_name: str
    flag_suffix: str
    flag_fields: tuple[str, ...]
    signature_suffix: str
    header: Record
    detail: Record
    trailer: Record
    controls: tuple[Control, ...]
    sequence: str | None
    unique: str | None
    balance_chain: BalanceChain | None
