"""How one bank's export is laid out: titles, labels, signs, order. 网银导出约定"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Order(Enum):
    """How the lines follow each other; the running balance must agree."""

    OLDEST_FIRST = "oldest_first"
    NEWEST_FIRST = "newest_first"


class Tidy(Enum):
    """What a bank puts around a text so that a spreadsheet leaves it alone, undone as declared."""

    APOSTROPHE = "apostrophe"
    FORMULA = "formula"
    FULL_WIDTH = "full_width"


@dataclass(frozen=True, slots=True)
class EbankOptions:
    """One bank's profile.

    `columns` and `labels` name what we read → the titles a bank gives it. Amounts stand in the
    columns `debit` and `credit`, or in `amount` with its sign, or in `amount` beside `direction`,
    whose words are `debit_words` and `credit_words`. A negative amount is refused unless the bank
    writes reversals so. `encoding` is that of a text without a byte order mark.
    """

    columns: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, tuple[str, ...]]
    encoding: str = "gb18030"
    delimiters: tuple[str, ...] = (",",)
    order: Order = Order.OLDEST_FIRST
    tidy: frozenset[Tidy] = frozenset()
    thousands: bool = False
    signs: tuple[str, ...] = ()
    debit_words: frozenset[str] = frozenset()
    credit_words: frozenset[str] = frozenset()
    negative_is_reversal: bool = False
    totals: tuple[str, ...] = ()
    subtotals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    serial_dates: bool = False
    currency_words: frozenset[str] = frozenset()


def options_of(data: Mapping[str, Any]) -> EbankOptions:
    """The options of a layout's YAML, checked against its schema before."""
    return EbankOptions(
        columns={name: tuple(titles) for name, titles in data["columns"].items()},
        labels={name: tuple(titles) for name, titles in data.get("labels", {}).items()},
        encoding=data.get("encoding", "gb18030"),
        delimiters=tuple(data.get("delimiters", (",",))),
        order=Order(data.get("order", "oldest_first")),
        tidy=frozenset(map(Tidy, data.get("tidy", ()))),
        thousands=data.get("thousands", False),
        signs=tuple(data.get("signs", ())),
        debit_words=frozenset(data.get("debit_words", ())),
        credit_words=frozenset(data.get("credit_words", ())),
        negative_is_reversal=data.get("negative") == "reversal",
        totals=tuple(data.get("totals", ())),
        subtotals=tuple(data.get("subtotals", ())),
        notes=tuple(data.get("notes", ())),
        serial_dates=data.get("serial_dates", False),
        currency_words=frozenset(data.get("currency_words", ())),
    )
