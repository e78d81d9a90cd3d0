"""Names for what a header, a trailer and a file's name say. 命名"""

import re
from collections.abc import Mapping, Sequence

from connectors.bank.codec.inferring.arithmetic import Chain, Total
from connectors.bank.codec.inferring.columns import Column
from connectors.bank.codec.inferring.roles import Assigned
from connectors.bank.model import FileKind


def header_names(cells: Sequence[Column], kind: FileKind, chain: Chain | None) -> dict[int, str]:
    """The header's cells that we know, by place."""
    names: dict[int, str] = {}

    def take(name: str, fits: Sequence[Column]) -> None:
        found = next((cell for cell in fits if cell.place not in names), None)
        if found is not None:
            names[found.place] = name

    texts = [cell for cell in cells if cell.is_text and cell.said]
    take("business_date", [cell for cell in cells if cell.type in ("date", "dashed_date")])
    # a bank's code of six digits may look like a number
    take("bank", [c for c in cells if re.fullmatch(r"[0-9]{6}", c.texts[0]) and c.type != "time"])
    if kind is FileKind.DEDUCTION_RESULT:
        lettered = [c for c in texts if re.fullmatch(r"[A-Za-z]+[0-9]{6,}", c.texts[0])]
        take("batch_no", lettered)
    take("account_number", [c for c in texts if c.is_account and len(c.texts[0]) != 15])
    if kind is FileKind.DEDUCTION_RESULT and "batch_no" not in names.values():
        take("batch_no", texts)
    if chain is not None and kind is FileKind.ACCOUNT_STATEMENT:
        take("opening", [c for c in cells if c.is_money and c.values[0] == chain.opening_fen])
    return names


def total_names(roles: Assigned, found: Mapping[int, Total]) -> dict[int, str]:
    """A name for every total, ours where it is one that we know, never the same one twice."""
    names: dict[int, str] = {}
    for place, total in found.items():
        name = _total_name(roles, total)
        names[place] = name if name not in names.values() else f"{name}_{place % 1000 + 1}"
    return names


def _total_name(roles: Assigned, total: Total) -> str:
    of = roles.names.get(total.of.place, f"field_{total.of.place + 1}") if total.of else ""
    if total.where is None:
        asked = roles.kind is FileKind.DEDUCTION_RESULT and of == "amount"
        return f"{'asked' if asked else of}_total" if of else "total_count"
    ending = "total" if of else "count"
    if roles.names.get(total.where.place) == "code" and set(total.value) == {"0"}:
        return f"{'failed' if total.other_than else 'taken'}_{ending}"
    word = roles.names.get(total.where.place, f"field_{total.where.place + 1}")
    value = re.sub(r"[^a-z0-9]", "", total.value.lower()) or "x"
    return f"{word}_{'not_' if total.other_than else ''}{value}_{ending}"


def file_name_of(name: str, *, whose: bool, kind: FileKind) -> tuple[str, list[str]]:
    """A pattern for names like this one; `whose` where the header says bank and account."""
    stem, dot, suffix = name.rpartition(".")
    pattern = re.sub(r"[^A-Za-z0-9_.-]", "_", stem or suffix)
    places = (
        ("date", r"(?<!\d)20\d{6}(?!\d)"), ("bank", r"(?<![\dA-Za-z])\d{6}(?!\d)"),
        ("digest", r"(?<=_)[0-9a-f]{16}(?![0-9A-Za-z])"),
        ("account", r"(?<=[_-])[A-Z]{2}\d{2}(?=[_.-]|$)"), ("version", r"(?<=V)\d{2}(?!\d)"),
    )  # fmt: skip
    for place, looks in places:
        pattern = re.sub(looks, f"{{{place}}}", pattern, count=1)
    ending = f".{suffix}" if dot and re.fullmatch(r"[A-Za-z0-9]{1,8}", suffix) else ""
    digest = kind is FileKind.FILE_RECEIPT
    if digest is not ("{digest}" in pattern):
        whose = False
    if whose and all(f"{{{place}}}" in pattern for place in ("date", "bank", "account")):
        return pattern + ending, ["文件名的规则按这一个名字推断"]
    return (
        ("FILE_{batch}_{digest}" if digest else "FILE_{batch}") + ending,
        ["文件名里看不出银行、账户和日期，按批次号命名的规则须另行填写"],
    )
