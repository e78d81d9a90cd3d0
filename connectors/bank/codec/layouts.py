"""Layouts: how one kind of file of one dialect is written. 文件格式定义"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from connectors.bank.model import FileKind


class Form(Enum):
    """How the bytes of a file are built; the dispatch table in decoding has a row for each."""

    DELIMITED = "delimited"
    FIXED = "fixed"
    CAMT = "camt"
    MT940 = "mt940"
    EBANK = "ebank"
    PAIN_REQUEST = "pain008"
    PAIN_REPORT = "pain002"


class Place(Enum):
    """Where a control total stands: in the file, or with whoever handed it over."""

    HEADER = "header"
    TRAILER = "trailer"
    TOLD = "told"


class Terminator(Enum):
    """Whether the last field of a line is ended by a delimiter as the others are."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


class Pad(Enum):
    """What fills a fixed field that is longer than its value, and on which side."""

    RIGHT = "right"
    LEFT = "left"
    ZEROS = "zeros"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record; `width` and `pad` where fields are cut by bytes."""

    name: str
    title: str
    type: str
    length: int | None = None
    max_bytes: int | None = None
    equals: str | None = None
    one_of: tuple[str, ...] | None = None
    empty: bool = False
    width: int = 0
    pad: Pad = Pad.NONE


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of line: its mark and its fields.

    The mark is `tag`, a field of its own, or `prefix`, glued to the first field; a header without
    either is the first line, a detail without either any other line.
    """

    tag: str = ""
    fields: tuple[Field, ...] = ()
    prefix: str = ""

    @property
    def mark(self) -> str:
        """What its lines begin with."""
        return self.tag or self.prefix

    def names(self) -> frozenset[str]:
        """The names of its fields."""
        return frozenset(field.name for field in self.fields)


# The record that a dialect does not have.
ABSENT = Record()


@dataclass(frozen=True, slots=True)
class Control:
    """One control total: its name, where it stands, and how it comes from the details."""

    total: str
    place: Place
    is_sum: bool
    of: str | None = None
    where: str | None = None
    one_of: tuple[str, ...] | None = None
    none_of: tuple[str, ...] | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class RowSum:
    """In every line the fields `of` make `total` (B36)."""

    total: str
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BalanceChain:
    """How opening balance, lines and closing balance hang together; names of fields.

    Without a `direction` the amount's sign is the effect. Without `opening` or `closing` only the
    lines hang together; lines of different `account` do not. `order` is how lines follow each
    other: oldest_first, newest_first, or proved by the balances themselves.
    """

    amount: str
    balance: str
    reversal: str = ""
    reversed: str = ""
    direction: str = ""
    credit: str = ""
    opening: str = ""
    closing: str = ""
    account: str = ""
    order: str = "oldest_first"


@dataclass(frozen=True, slots=True)
class Taken:
    """What the bank took, where a dialect has no field for it: `of` if `where` is one of these."""

    of: str
    where: str
    one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quirk:
    """One bank's habit, undone before a field is read: `kind` is `empty_word` or `drop_prefix`."""

    field: str
    kind: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class FlagFile:
    """The flag beside a data file: how its name is made, which fields it has; none is empty."""

    prefix: str = ""
    suffix: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout; its YAML in schemas/bank is the documentation.

    Forms other than delimited and fixed have `options` instead of records. Without a `file_name`
    it is only for looking at a file.
    """

    name: str
    version: int
    kind: FileKind
    title: str
    form: Form
    file_name: str
    flag: FlagFile | None = None
    signature_suffix: str = ""
    encoding: str = "utf-8"
    newline: str = "\n"
    delimiter: str = ""
    terminator: Terminator = Terminator.REQUIRED
    header: Record = ABSENT
    detail: Record = ABSENT
    trailer: Record = ABSENT
    controls: tuple[Control, ...] = ()
    row_sums: tuple[RowSum, ...] = ()
    sequence: str | None = None
    unique: str | None = None
    balance_chain: BalanceChain | None = None
    taken: Taken | None = None
    rows_cap: int | None = None
    hold_lines: bool = False
    quirks: tuple[Quirk, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    versions: tuple["Layout", ...] = ()

    @property
    def records(self) -> tuple[Record, Record, Record]:
        """Header, detail and trailer."""
        return (self.header, self.detail, self.trailer)

    @property
    def flag_suffix(self) -> str:
        """What a flag's name has behind the data file's name."""
        return self.flag.suffix if self.flag else ""
