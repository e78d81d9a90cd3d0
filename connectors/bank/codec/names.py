"""File names, flags and what they say. 文件名与标志文件"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from connectors.bank.codec.layouts import Layout
from connectors.bank.model import FileName, NightKey

FLAG_BYTES_MAX = 1024
_PATTERNS = {
    "bank": r"(?P<bank>\d{6})",
    "account": r"(?P<account>[A-Z0-9]{2,8})",
    "date": r"(?P<date>\d{8})",
    "version": r"(?P<version>\d{2})",
    "digest": r"(?P<digest>[0-9a-f]{16})",
    "batch": r"(?P<batch>[A-Za-z0-9]{1,20})",
    "unit": r"(?P<unit>\d{15})",
    "message": r"(?P<message>\d{20})",
}
# Names that say these say nothing of the night; its rows are found by the batch.
_NIGHT = frozenset({"bank", "account", "date"})


@dataclass(frozen=True, slots=True)
class Flag:
    """What a flag file says of its data file."""

    name: str
    size: int
    sha256: str


def matching_name(layout: Layout, name: str) -> FileName | None:
    """What a file's name says of its night; None when it says none, or is not one of its names.

    A layout with versions has the names of all of them.
    """
    layouts = (layout, *layout.versions)
    return next((found for each in layouts if (found := _matching(each, name))), None)


def name_parts(layout: Layout, name: str) -> Mapping[str, str] | None:
    """What a file's name says, by the places of the layout (`batch`, `unit`, `message` …)."""
    found = re.fullmatch(_pattern(layout.file_name), name, re.ASCII)
    return found.groupdict() if found else None


def _matching(layout: Layout, name: str) -> FileName | None:
    parts = name_parts(layout, name)
    if parts is None or not parts.keys() >= _NIGHT:
        return None
    day = _day(parts["date"])
    version = int(parts.get("version") or 1)
    if day is None or version < 1:
        return None
    return FileName(name, layout.kind, parts["bank"], parts["account"], day, version)


def _pattern(template: str) -> str:
    pieces = re.split(r"\{(\w+)\}", template)
    return "".join(
        _PATTERNS[piece] if number % 2 else re.escape(piece) for number, piece in enumerate(pieces)
    )


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def receipt_name(layout: Layout, night: NightKey, name: str, digest: str) -> str:
    """The name of our receipt for the file of this name and digest."""
    answered = hashlib.sha256(f"{name}|{digest}".encode()).hexdigest()
    return layout.file_name.format(
        bank=night.bank,
        account=night.account,
        date=f"{night.business_date:%Y%m%d}",
        digest=answered[:16],
    )


def flag_name(layout: Layout, name: str) -> str | None:
    """The name of the flag beside a data file; None where the layout has no flags."""
    return None if layout.flag is None else f"{layout.flag.prefix}{name}{layout.flag.suffix}"


def flagged_name(layout: Layout, name: str) -> str | None:
    """The name of the data file that a flag of this name stands for; None when it is no flag."""
    flag = layout.flag
    if flag is None or not (name.startswith(flag.prefix) and name.endswith(flag.suffix)):
        return None
    return name[len(flag.prefix) : len(name) - len(flag.suffix)]


def flag_of(layout: Layout, flag: Flag) -> bytes:
    """A flag file's bytes: the layout's fields, each ended by the bar; none for an empty flag."""
    if not _flag_fields(layout):
        return b""
    values = {"name": flag.name, "size": str(flag.size), "sha256": flag.sha256}
    return ("".join(values[field] + "|" for field in _flag_fields(layout)) + "\n").encode("ascii")


def read_flag(layout: Layout, data: bytes) -> Flag | None:
    """What a flag file says; None when it is not written as agreed.

    An empty flag says only that the data file is complete: size -1, digest "".
    """
    pattern = {"name": r"[A-Za-z0-9_.-]{1,120}", "size": r"\d{1,12}", "sha256": r"[0-9a-f]{64}"}
    line = "".join(rf"(?P<{field}>{pattern[field]})\|" for field in _flag_fields(layout))
    try:
        found = re.fullmatch(line + r"\r?\n?", data.decode("ascii"))
    except UnicodeDecodeError:
        return None
    if not found:
        return None
    parts = found.groupdict()
    return Flag(parts.get("name", ""), int(parts.get("size", -1)), parts.get("sha256", ""))


def _flag_fields(layout: Layout) -> tuple[str, ...]:
    return layout.flag.fields if layout.flag else ()
