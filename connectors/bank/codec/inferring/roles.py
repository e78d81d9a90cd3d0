"""Which column is which of the fields we know, by kind of file. 认列"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.bank.codec.inferring.arithmetic import Chain
from connectors.bank.codec.inferring.columns import Column
from connectors.bank.codec.inferring.sniffing import Unknowable
from connectors.bank.model import FileKind

_Fits = Callable[[Column], bool]


def _text(column: Column) -> bool:
    return column.is_text


def _money(column: Column) -> bool:
    return column.is_money


def _account(column: Column) -> bool:
    return column.is_account and not column.blanks


def _name(column: Column) -> bool:
    return column.is_text and column.has_hanzi


def _counter(column: Column) -> bool:
    values = column.values
    return column.type == "count" and not column.blanks and len(set(values)) == len(values)


def _full_flag(column: Column) -> bool:
    return bool(column.said) and column.said <= {"0", "1"} and not column.blanks


def _code(column: Column) -> bool:
    alike = {len(text) for text in column.said}
    done = any(re.fullmatch(r"0{4,8}", text) for text in column.said)
    return done and len(alike) == 1 and not column.blanks


def _digest(column: Column) -> bool:
    return bool(column.said) and all(re.fullmatch(r"[0-9a-f]{64}", text) for text in column.said)


def _serial(column: Column) -> bool:
    # a serial of the bank's host is long and nowhere the same
    texts = [text for text in column.texts if text]
    alike = all(re.fullmatch(r"[A-Za-z0-9]{6,32}", text) for text in texts)
    return column.is_text and alike and len(set(texts)) == len(texts)


def _bank_no(column: Column) -> bool:
    return bool(column.said) and all(re.fullmatch(r"[0-9]{12}", text) for text in column.said)


def _typed(*types: str) -> _Fits:
    return lambda column: column.type in types and any(column.texts)


_PARTS = ("principal", "interest", "penalty", "fine")
# Tried in this order, each taking the first column that fits and is left. What must be there
# is known to the layouts' own check.
_ROLES: Mapping[FileKind, Sequence[tuple[str, _Fits]]] = {
    FileKind.DEDUCTION_REQUEST: (
        ("serial", _counter), ("full_flag", _full_flag), ("asked", _money),
        ("payer_name", _name), ("payer_account", _account), ("payer_bank_no", _bank_no),
        ("opening_bank_no", _bank_no), ("summary", _name), ("payer_address", _name),
        ("protocol_no", _serial), ("summary", _text),
    ),
    FileKind.DEDUCTION_SPLIT: (
        ("serial", _counter), ("detail_account", _account), ("borrower_name", _name),
        ("detail_serial", _text), ("id_number", _text), ("contract_no", _text),
        ("summary", _text), ("remark", _text),
    ),
    FileKind.DEDUCTION_RESULT: (
        ("serial", _counter), ("code", _code), ("full_flag", _full_flag),
        ("host_date", _typed("date", "dashed_date")), ("payer_name", _name),
        ("payer_account", _account), ("message", _name), ("host_serial", _serial),
        ("payer_account", _text), ("message", _text),
    ),
    FileKind.ACCOUNT_STATEMENT: (
        ("serial", _counter), ("booked_on", _typed("date", "dashed_date")),
        ("booked_time", _typed("time", "colon_time")), ("other_name", _name),
        ("host_serial", _serial), ("other_account", _account), ("summary", _name),
        ("other_account", _text), ("summary", _text), ("other_name", _text),
    ),
    FileKind.FILE_RECEIPT: (
        ("serial", _counter), ("file_digest", _digest), ("error_line", _typed("count")),
        ("file_name", _text), ("conclusion", _text), ("error_code", _text), ("reason", _text),
    ),
}  # fmt: skip


_HOLDERS = {"payer_account": "payer_name", "other_account": "other_name"}


@dataclass(frozen=True, slots=True)
class Assigned:
    """The kind of a file, the names of its columns by place, and what is not sure of it."""

    kind: FileKind
    names: Mapping[int, str]
    doubts: Sequence[str] = field(default_factory=tuple)


def assigned(columns: Sequence[Column], chain: Chain | None, *, both_ends: bool) -> Assigned:
    """What the columns are. Raises Unknowable for a file like none that we know.

    `both_ends` says that header and trailer have opening and closing balance.
    """
    if chain is not None:
        kind = FileKind.ACCOUNT_STATEMENT if both_ends else FileKind.ACCOUNT_DETAILS
        return _named(kind, columns, _chain_names(chain))
    if any(map(_digest, columns)):
        return _named(FileKind.FILE_RECEIPT, columns, {})
    parts = _parts(columns)
    if parts:
        return _named(FileKind.DEDUCTION_SPLIT, columns, parts)
    money = [column for column in columns if column.is_money and not column.blanks]
    if money and any(map(_code, columns)):
        return _named(FileKind.DEDUCTION_RESULT, columns, _result_money(columns, money))
    if money and any(map(_full_flag, columns)):
        return _named(FileKind.DEDUCTION_REQUEST, columns, {})
    raise Unknowable(
        "各列不像扣款请求、结果、分解、对账单或回执：余额链、响应码、足额标志都没有找到"
    )


def _named(kind: FileKind, columns: Sequence[Column], known: Mapping[int, str]) -> Assigned:
    names = dict(known)
    lookup = FileKind.ACCOUNT_STATEMENT if kind is FileKind.ACCOUNT_DETAILS else kind
    for name, fits in _ROLES[lookup]:
        if name not in names.values():
            left = [column for column in columns if column.place not in names and fits(column)]
            if left:
                names[_likeliest(name, left, names).place] = name
    return Assigned(kind, names, tuple(_doubts(columns, names, known)))


def _likeliest(name: str, left: Sequence[Column], names: Mapping[int, str]) -> Column:
    """A summary stands to the right, an account beside its holder's name; else the first."""
    beside = {place - 1 for place, word in names.items() if word == _HOLDERS.get(name)}
    near = [column for column in left if column.place in beside]
    return near[0] if near else left[-1] if name == "summary" else left[0]


def _doubts(
    columns: Sequence[Column], names: Mapping[int, str], known: Mapping[int, str]
) -> Iterator[str]:
    for column in columns:
        name = names.get(column.place)
        if not any(column.texts):
            yield f"第{column.place + 1}列全空，类型不明，按文本填写"
        if name is None:
            yield f"第{column.place + 1}列没有认出，写成 field_{column.place + 1}"
        elif column.place not in known:
            yield f"第{column.place + 1}列按样子认作 {name}，未能证实"


def _chain_names(chain: Chain) -> dict[int, str]:
    found = {chain.amount.place: "amount", chain.balance.place: "balance"}
    if chain.direction is not None:
        found[chain.direction.place] = "direction"
    if chain.reversal is not None:
        found[chain.reversal.place] = "reversal"
    return found


def _parts(columns: Sequence[Column]) -> dict[int, str]:
    """Two groups of an amount and four parts that make it."""
    money = [column for column in columns if column.is_money and not column.blanks]
    if len(money) != 10:
        return {}
    names: dict[int, str] = {}
    for group, (total, prefix) in ((money[:5], ("repaid", "")), (money[5:], ("offset", "offset_"))):
        rows = zip(*(column.values for column in group), strict=True)
        if not all(row[0] == sum(row[1:]) for row in rows):
            return {}
        # the settlement platform turns the last pair of the second group round
        order = _PARTS if not prefix else ("principal", "interest", "fine", "penalty")
        words = (total, *(prefix + part for part in order))
        names |= {column.place: word for column, word in zip(group, words, strict=True)}
    return names


def _result_money(columns: Sequence[Column], money: Sequence[Column]) -> dict[int, str]:
    """Asked and taken, where nothing is taken without success; else one amount."""
    code = next(column for column in columns if _code(column))
    done = [set(text) == {"0"} for text in code.texts]
    for asked in money:
        for taken in money:
            pairs = list(zip(asked.values, taken.values, done, strict=True))
            if asked is not taken and all(
                some <= all_ and (ok or not some) for all_, some, ok in pairs
            ):
                return {asked.place: "asked", taken.place: "taken"}
    return {money[0].place: "amount"}
