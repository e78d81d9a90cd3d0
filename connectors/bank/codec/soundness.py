"""What a JSON Schema cannot see of a layout: names, types, totals that do not meet. 格式核对"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from connectors.bank.codec.layouts import ABSENT, Form, Layout, Place, Record
from connectors.bank.model import FileKind

# Our types of a field → the layouts' types that can be read as one.
_TYPES = {
    "text": {"text", "digits"},
    "count": {"count"},
    "yuan": {"yuan", "cents"},
    "fen": {"yuan", "cents", "signed_yuan", "signed_cents"},
    "date": {"date", "dashed_date"},
    "time": {"time", "colon_time"},
}
_SPLIT_PARTS = ("principal", "interest", "penalty", "fine")
# The fields each kind must have, so that our values can be built from any dialect of it.
_DETAILS: dict[FileKind, dict[str, str]] = {
    FileKind.DEDUCTION_RESULT: {
        "serial": "count", "payer_account": "text", "payer_name": "text", "code": "text",
        "message": "text", "host_date": "date", "host_serial": "text",
    },
    FileKind.ACCOUNT_STATEMENT: {
        "serial": "count", "host_serial": "text", "amount": "fen", "balance": "fen",
        "other_account": "text", "other_name": "text", "summary": "text",
    },
    FileKind.ACCOUNT_DETAILS: {
        "serial": "count", "host_serial": "text", "amount": "fen", "balance": "fen",
        "other_account": "text", "other_name": "text", "summary": "text", "booked_on": "date",
    },
    FileKind.FILE_RECEIPT: {
        "serial": "count", "file_name": "text", "file_digest": "text", "conclusion": "text",
        "error_code": "text", "error_line": "count", "reason": "text",
    },
    FileKind.DEDUCTION_REQUEST: {
        "serial": "count", "asked": "yuan", "payer_account": "text", "payer_name": "text",
        "full_flag": "text", "summary": "text",
    },
    FileKind.DEDUCTION_SPLIT: {
        "serial": "count", "detail_account": "text", "detail_serial": "text", "id_number": "text",
        "contract_no": "text", "borrower_name": "text", "repaid": "yuan", "offset": "yuan",
        **dict.fromkeys(_SPLIT_PARTS, "yuan"),
        **{f"offset_{part}": "yuan" for part in _SPLIT_PARTS},
    },
}  # fmt: skip
# The fields a dialect may have beside them: where it has one, it is of this type.
_BESIDE: dict[FileKind, dict[str, str]] = {
    FileKind.DEDUCTION_RESULT: {
        "loan_no": "text", "instalment_no": "count", "asked": "yuan", "taken": "yuan",
        "full_flag": "text",
    },
    FileKind.ACCOUNT_STATEMENT: {
        "direction": "text", "reversal": "text", "booked_time": "time", "booked_on": "date",
        "remark": "text", "original_serial": "text", "account_number": "text",
    },
    FileKind.DEDUCTION_REQUEST: {
        "payer_bank_no": "text", "opening_bank_no": "text", "payer_address": "text",
        "protocol_no": "text", "loan_no": "text", "instalment_no": "count",
    },
    FileKind.DEDUCTION_SPLIT: {"summary": "text", "remark": "text"},
}  # fmt: skip
_BESIDE[FileKind.ACCOUNT_DETAILS] = _BESIDE[FileKind.ACCOUNT_STATEMENT]
# What we write ourselves.
_OURS = frozenset({FileKind.DEDUCTION_REQUEST, FileKind.DEDUCTION_SPLIT})
_HEADERS: dict[FileKind, dict[str, str]] = {
    FileKind.DEDUCTION_RESULT: {"batch_no": "text"},
    FileKind.ACCOUNT_STATEMENT: {"opening": "yuan"},
}
_EVERY_HEADER = {"business_date": "date"}
# A file that is not named after bank and account says in its header whose it is.
_WHOSE = {"bank": "text", "account_number": "text"}
# What the proof of a night reads of a file's totals; each must be proved by a control or the chain.
_TOTALS: dict[FileKind, dict[str, str]] = {
    FileKind.DEDUCTION_RESULT: {
        "total_count": "count", "asked_total": "yuan", "taken_total": "yuan",
    },
    FileKind.ACCOUNT_STATEMENT: {"total_count": "count", "closing": "yuan"},
    FileKind.FILE_RECEIPT: {"total_count": "count"},
    FileKind.DEDUCTION_REQUEST: {"total_count": "count", "asked_total": "yuan"},
    FileKind.DEDUCTION_SPLIT: {"total_count": "count", "repaid_total": "yuan"},
    FileKind.ACCOUNT_DETAILS: {},
}  # fmt: skip
# An empty field elsewhere would be read as zero or as no date: a guess.
_MAY_BE_EMPTY = frozenset(
    {"message", "host_date", "other_account", "other_name", "summary", "remark", "error_code",
     "reason", "original_serial", "payer_bank_no", "opening_bank_no", "payer_address",
     "protocol_no", "id_number"}
)  # fmt: skip
_MAY_BE_EMPTY_IN: dict[FileKind, frozenset[str]] = {
    FileKind.DEDUCTION_RESULT: frozenset({"host_serial"}),
    # a notice may come with neither serial nor name nor remark (三无通知)
    FileKind.ACCOUNT_DETAILS: frozenset({"host_serial", "balance", "reversal"}),
}
# A title stands in the reason of our receipt, which has 160 bytes for text, place and title.
_TITLE_BYTES_MAX = 60
# What a file's name may say, and what of it is enough to know the night.
_PLACES = frozenset({"bank", "account", "date"})
_BY_BATCH = frozenset({"batch", "unit", "message"})
# Kinds whose lines are found by their serial.
_BY_SERIAL = frozenset(
    {FileKind.DEDUCTION_RESULT, FileKind.DEDUCTION_REQUEST, FileKind.DEDUCTION_SPLIT}
)
_NUMERALS = {2: "two", 3: "three"}


def faults(layout: Layout) -> Iterator[str]:
    """What is wrong with a layout that has the right form; nothing for a sound one."""
    yield from _file_name(layout)
    if layout.form not in (Form.DELIMITED, Form.FIXED):
        return
    yield from _records(layout)
    yield from _marks(layout)
    yield from _controls(layout)
    yield from _serials(layout)
    yield from _taken(layout)
    yield from _chain(layout)
    yield from _unproved(layout)
    yield from _named(layout)


def _records(layout: Layout) -> Iterator[str]:
    kind = layout.kind
    beside = _BESIDE.get(kind, {})
    if layout.header is not ABSENT:
        needed = _EVERY_HEADER | _HEADERS.get(kind, {})
        needed |= {} if _by_batch(layout) else _WHOSE
        yield from _fields("header", layout, layout.header, needed)
    there = {name: beside[name] for name in layout.detail.names() & beside.keys()}
    yield from _fields("detail", layout, layout.detail, _DETAILS[kind] | there)
    yield from _fields("trailer", layout, layout.trailer, _in_trailer(layout))
    if kind in _OURS:
        other = layout.detail.names() - _DETAILS[kind].keys() - beside.keys()
        for field in layout.detail.fields:
            if field.name in other and not field.empty and field.equals is None:
                yield f"detail has {field.name}, which we cannot fill"


def _in_trailer(layout: Layout) -> Mapping[str, str]:
    """The totals that no control finds elsewhere."""
    elsewhere = {each.total for each in layout.controls if each.place is not Place.TRAILER}
    totals = _TOTALS[layout.kind].items()
    return {name: wanted for name, wanted in totals if name not in elsewhere}


def _fields(where: str, layout: Layout, record: Record, needed: Mapping[str, str]) -> Iterator[str]:
    """Every field the kind needs, of its type and never empty; none twice, titles that fit."""
    counted = Counter(field.name for field in record.fields)
    yield from (f"{where} has {name} twice" for name, count in counted.items() if count > 1)
    yield from _wanted(where, record, needed)
    may_be_empty = _MAY_BE_EMPTY | _MAY_BE_EMPTY_IN.get(layout.kind, frozenset())
    for field in record.fields:
        if len(field.title.encode("gb18030")) > _TITLE_BYTES_MAX:
            yield f"{where} has too long a title for {field.name}"
        if field.empty and field.name in needed and field.name not in may_be_empty:
            yield f"{where} may not leave {field.name} empty"


def _wanted(where: str, record: Record, needed: Mapping[str, str]) -> Iterator[str]:
    """Names that are missing, or are there with a type that cannot be read as the one needed."""
    types = {field.name: field.type for field in record.fields}
    for name, wanted in sorted(needed.items()):
        if name not in types:
            yield f"{where} lacks {name}"
        elif types[name] not in _TYPES[wanted]:
            yield f"{where} has {name} as {types[name]}, not {wanted}"


def _marks(layout: Layout) -> Iterator[str]:
    """A line is one record and no other: only the first line and the details may be unmarked."""
    there = [record for record in layout.records if record is not ABSENT]
    marks = [record.mark for record in there if record.mark]
    if len(set(marks)) < len(marks):
        yield f"tags {' '.join(marks)} are not {_NUMERALS[len(marks)]}"
    if layout.form is Form.FIXED:
        begun = [(a, b) for a in marks for b in marks if a != b and b.startswith(a)]
        yield from (f"tag {b} begins with {a}" for a, b in begun)
    if layout.trailer is not ABSENT and not layout.trailer.mark:
        yield "nothing marks the trailer"
    if layout.delimiter:
        yield from (f"tag {each} holds the delimiter" for each in marks if layout.delimiter in each)


def _file_name(layout: Layout) -> Iterator[str]:
    """Bank, account and date once each, or the batch; without a version a bank never corrects.

    A layout without file names is for looking at a file only: no night ever asks for one.
    """
    if not layout.file_name:
        return
    places = Counter(re.findall(r"\{([^{}]*)\}", layout.file_name))
    receipt = layout.kind is FileKind.FILE_RECEIPT
    number = "digest" if receipt else "version"
    needed = frozenset() if _by_batch(layout) else _PLACES
    needed |= {"digest"} if receipt else frozenset()
    yield from (f"file_name lacks {{{name}}}" for name in sorted(needed - set(places)))
    allowed = _PLACES | _BY_BATCH | {number}
    for name, count in sorted(places.items()):
        if name not in allowed or count > 1:
            yield f"file_name has {{{name}}} {count} times"
    if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", layout.file_name)):
        yield "file_name has a brace too many"


def _by_batch(layout: Layout) -> bool:
    """Does the name say batch or message, by which the night is found among our own rows?"""
    return any(f"{{{place}}}" in layout.file_name for place in ("batch", "message"))


def _controls(layout: Layout) -> Iterator[str]:
    """Controls count, or add up what can be added."""
    details = {field.name: field.type for field in layout.detail.fields}
    for control in layout.controls:
        if control.of is not None and not control.is_sum:
            yield f"{control.total} both counts and adds up"
        if control.where is not None and control.one_of is None and control.none_of is None:
            yield f"{control.total} chooses by {control.where} and does not say what"
        if control.of is not None:
            yield from _wanted("detail", layout.detail, {control.of: _sums(details, control.of)})
        if control.place is not Place.TOLD:
            where, record = control.place.value, getattr(layout, control.place.value)
            yield from _wanted(where, record, {control.total: _sums(details, control.of)})
        if control.where is not None and control.where not in details:
            yield f"detail lacks {control.where}"
    for row_sum in layout.row_sums:
        yield from _wanted(
            "detail", layout.detail, dict.fromkeys((row_sum.total, *row_sum.of), "fen")
        )


def _sums(details: Mapping[str, str], of: str | None) -> str:
    """What a control gives: lines are counted; amounts add up to one, anything else to a count."""
    if of is None or details.get(of) not in _TYPES["fen"]:
        return "count"
    return "yuan" if details[of] in _TYPES["yuan"] else "fen"


def _serials(layout: Layout) -> Iterator[str]:
    """A result line answers the instruction of its serial, so no serial may stand twice."""
    named = {name: "count" for name in (layout.sequence, layout.unique) if name is not None}
    yield from _wanted("detail", layout.detail, named)
    kept = "serial" in (layout.unique, layout.sequence)
    if layout.kind in _BY_SERIAL and not kept:
        yield "nothing keeps serial unique"


def _taken(layout: Layout) -> Iterator[str]:
    """What was taken is a field, or follows from an amount and the answer."""
    if layout.kind is not FileKind.DEDUCTION_RESULT:
        return
    if layout.taken is None:
        yield from _wanted("detail", layout.detail, {"taken": "yuan"})
    else:
        yield from _wanted("detail", layout.detail, {layout.taken.of: "yuan"})
        yield from _wanted("detail", layout.detail, {layout.taken.where: "text"})


def _chain(layout: Layout) -> Iterator[str]:
    chain = layout.balance_chain
    if chain is None:
        if layout.kind is FileKind.ACCOUNT_DETAILS:
            yield "nothing says the direction"
        return
    signed = "yuan" if chain.direction else "fen"
    in_lines = {chain.amount: signed, chain.balance: "fen"}
    texts = (chain.reversal, chain.direction, chain.account)
    in_lines |= {name: "text" for name in texts if name}
    yield from _wanted("detail", layout.detail, in_lines)
    if chain.opening:
        yield from _wanted("header", layout.header, {chain.opening: "fen"})
    if chain.closing:
        yield from _wanted("trailer", layout.trailer, {chain.closing: "fen"})
    allowed = {field.name: field.one_of or () for field in layout.detail.fields}
    for name, value in ((chain.direction, chain.credit), (chain.reversal, chain.reversed)):
        if name and (len(set(allowed.get(name, ()))) != 2 or value not in allowed[name]):
            yield f"detail does not limit {name} to {value} and one other"


def _unproved(layout: Layout) -> Iterator[str]:
    """What the night's proof reads of totals must have been held against the lines."""
    proved = {control.total for control in layout.controls}
    if layout.balance_chain and layout.balance_chain.closing:
        proved.add(layout.balance_chain.closing)
    yield from (f"nothing proves {name}" for name in sorted(_TOTALS[layout.kind].keys() - proved))


def _named(layout: Layout) -> Iterator[str]:
    """A quirk is of a field there is."""
    names = layout.detail.names()
    yield from (f"detail lacks {each.field}" for each in layout.quirks if each.field not in names)
