"""What a bank and we agreed about its camt messages. camt 约定"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ANY_CURRENCY = "any"


@dataclass(frozen=True, slots=True)
class CamtOptions:
    """The agreement: which currency, and whether a batch booking stands for its payments.

    `currency` "any" takes whichever one the statement is in, one for all of it; only for looking
    at a file. `split` makes a line of each payment of a batch, where their amounts are the entry's.
    """

    currency: str = "CNY"
    split: bool = False


def options_of(data: Mapping[str, Any]) -> CamtOptions:
    """The options of a layout's YAML."""
    return CamtOptions(currency=data.get("currency", "CNY"), split=data.get("split", False))
