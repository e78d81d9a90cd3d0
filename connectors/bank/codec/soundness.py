"""What a JSON Schema cannot see of a layout: names, types, totals that do not meet. 格式核对"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from connectors.bank.codec.layouts import Layout, Record
from connectors.bank.model import FileKind

# Our types of a field → the layouts' types that can be read as one.
_TYPES = {
    "text": {"text", "digits"},
    "count": {"count"},
    "yuan": {"yuan"},
    "date": {"date"},
    "time": {"time"},
}
# The fields each kind must have, so that our values can be built from any dialect of it.
_DETAILS: dict[FileKind, dict[str, str]] = {
    FileKind.DEDUCTION_RESULT: {
        "serial": "count", "loan_no": "text", "instalment_no": "count", "payer_account": "text",
        "payer_name": "text", "asked": "yuan", "taken": "yuan", "full_flag": "text",
        "code": "text", "message": "text", "host_date": "date", "host_serial": "text",
    },
    FileKind.ACCOUNT_STATEMENT: {
        "serial": "count", "host_serial": "text", "direction": "text", "amount": "yuan",
        "balance": "yuan", "other_account": "text", "other_name": "text", "summary": "text",
        "reversal": "text", "booked_time": "time",
    },
    FileKind.FILE_RECEIPT: {
        "serial": "count", "file_name": "text", "file_digest": "text", "conclusion": "text",
        "error_code": "text", "error_line": "count", "reason": "text",
    },
}  # fmt: skip
_HEADERS: dict[FileKind, dict[str, str]] = {
    FileKind.DEDUCTION_RESULT: {"batch_no": "text"},
    FileKind.ACCOUNT_STATEMENT: {"opening": "yuan"},
    FileKind.FILE_RECEIPT: {},
}
_EVERY_HEADER = {"bank": "text", "account_number": "text", "business_date": "date"}
# What the proof of a night reads from the trailer; each must be proved by a control or the chain.
_TRAILERS: dict[FileKind, dict[str, str]] = {
    FileKind.DEDUCTION_RESULT: {
        "total_count": "count", "asked_total": "yuan", "taken_total": "yuan",
    },
    FileKind.ACCOUNT_STATEMENT: {"total_count": "count", "closing": "yuan"},
    FileKind.FILE_RECEIPT: {"total_count": "count"},
}  # fmt: skip
# An empty field elsewhere would be read as zero or as no date: a guess.
_MAY_BE_EMPTY = frozenset(
    {"message", "host_date", "host_serial", "other_account", "other_name", "summary",
     "error_code", "reason"}
)  # fmt: skip
# A title stands in the reason of our receipt, which has 160 bytes for text, place and title.
_TITLE_BYTES_MAX = 60
_PLACES = frozenset({"bank", "account", "date"})
_NUMBERED = {
    FileKind.DEDUCTION_RESULT: "version",
    FileKind.ACCOUNT_STATEMENT: "version",
    FileKind.FILE_RECEIPT: "digest",
}


def faults(layout: Layout) -> Iterator[str]:
    """What is wrong with a layout that has the right form; nothing for a sound one."""
    kind = layout.kind
    yield from _fields("header", layout.header, _EVERY_HEADER | _HEADERS[kind])
    yield from _fields("detail", layout.detail, _DETAILS[kind])
    yield from _fields("trailer", layout.trailer, _TRAILERS[kind])
    yield from _tags(layout)
    yield from _file_name(layout)
    yield from _controls(layout)
    yield from _serials(layout)
    yield from _chain(layout)
    yield from _unproved(layout)


def _fields(where: str, record: Record, needed: Mapping[str, str]) -> Iterator[str]:
    """Every field the kind needs, of its type and never empty; none twice, titles that fit."""
    counted = Counter(field.name for field in record.fields)
    yield from (f"{where} has {name} twice" for name, count in counted.items() if count > 1)
    yield from _wanted(where, record, needed)
    for field in record.fields:
        if len(field.title.encode("gb18030")) > _TITLE_BYTES_MAX:
            yield f"{where} has too long a title for {field.name}"
        if field.empty and field.name in needed and field.name not in _MAY_BE_EMPTY:
            yield f"{where} may not leave {field.name} empty"


def _wanted(where: str, record: Record, needed: Mapping[str, str]) -> Iterator[str]:
    """Names that are missing, or are there with a type that cannot be read as the one needed."""
    types = {field.name: field.type for field in record.fields}
    for name, wanted in sorted(needed.items()):
        if name not in types:
            yield f"{where} lacks {name}"
        elif types[name] not in _TYPES[wanted]:
            yield f"{where} has {name} as {types[name]}, not {wanted}"


def _tags(layout: Layout) -> Iterator[str]:
    tags = [record.tag for record in (layout.header, layout.detail, layout.trailer)]
    if len(set(tags)) < len(tags):
        yield f"tags {' '.join(tags)} are not three"
    yield from (f"tag {tag} holds the delimiter" for tag in tags if layout.delimiter in tag)


def _file_name(layout: Layout) -> Iterator[str]:
    """Bank, account and date once each; a bank that never corrects may leave out the version."""
    places = Counter(re.findall(r"\{([^{}]*)\}", layout.file_name))
    number = _NUMBERED[layout.kind]
    needed = _PLACES if number == "version" else _PLACES | {number}
    yield from (f"file_name lacks {{{name}}}" for name in sorted(needed - set(places)))
    for name, count in sorted(places.items()):
        if name not in _PLACES | {number} or count > 1:
            yield f"file_name has {{{name}}} {count} times"
    if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", layout.file_name)):
        yield "file_name has a brace too many"


def _controls(layout: Layout) -> Iterator[str]:
    """Controls count, or add up what can be added."""
    details = {field.name: field.type for field in layout.detail.fields}
    for control in layout.controls:
        if control.of is not None and not control.is_sum:
            yield f"{control.trailer} both counts and adds up"
        if control.where is not None and control.one_of is None and control.none_of is None:
            yield f"{control.trailer} chooses by {control.where} and does not say what"
        if control.of is not None:
            yield from _wanted("detail", layout.detail, {control.of: _sums(details, control.of)})
        yield from _wanted("trailer", layout.trailer, {control.trailer: _sums(details, control.of)})
        if control.where is not None and control.where not in details:
            yield f"detail lacks {control.where}"


def _sums(details: Mapping[str, str], of: str | None) -> str:
    """What a control gives: lines are counted; amounts add up to one, anything else to a count."""
    return "yuan" if of is not None and details.get(of) == "yuan" else "count"


def _serials(layout: Layout) -> Iterator[str]:
    """A result line answers the instruction of its serial, so no serial may stand twice."""
    named = {name: "count" for name in (layout.sequence, layout.unique) if name is not None}
    yield from _wanted("detail", layout.detail, named)
    if layout.kind is FileKind.DEDUCTION_RESULT and "serial" not in (
        layout.unique,
        layout.sequence,
    ):
        yield "nothing keeps serial unique"


def _chain(layout: Layout) -> Iterator[str]:
    chain = layout.balance_chain
    if chain is None:
        return
    in_lines = {chain.amount: "yuan", chain.balance: "yuan"}
    in_lines |= {chain.direction: "text", chain.reversal: "text"}
    yield from _wanted("detail", layout.detail, in_lines)
    yield from _wanted("header", layout.header, {chain.opening: "yuan"})
    yield from _wanted("trailer", layout.trailer, {chain.closing: "yuan"})
    allowed = {field.name: field.one_of or () for field in layout.detail.fields}
    for name, value in ((chain.direction, chain.credit), (chain.reversal, chain.reversed)):
        if len(set(allowed.get(name, ()))) != 2 or value not in allowed[name]:
            yield f"detail does not limit {name} to {value} and one other"


def _unproved(layout: Layout) -> Iterator[str]:
    """What the night's proof reads from a trailer must have been held against the lines."""
    proved = {control.trailer for control in layout.controls}
    if layout.balance_chain:
        proved.add(layout.balance_chain.closing)
    yield from (f"nothing proves {name}" for name in sorted(_TRAILERS[layout.kind].keys() - proved))
