"""What a bank and we agreed about its MT940 and MT942. MT940 约定"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

ANY_CURRENCY = "any"


class Reversals(Enum):
    """What the marks RC and RD mean at a bank.

    STANDARD: the reversal of a credit takes money away (SWIFT, field 61, subfield 3). EFFECT: some
    banks write by where the money goes, and RC brings it. Nothing but the balances can tell.
    """

    STANDARD = "standard"
    EFFECT = "effect"


@dataclass(frozen=True, slots=True)
class MtOptions:
    """The agreement: characters, currency, reversals, and which part of field 25 is the account.

    `currency` "any" takes whichever one the statement is in; only for looking at a file.
    `account_after` cuts a bank code before the last such mark off the account.
    """

    encoding: str = "gb18030"
    currency: str = "CNY"
    reversals: Reversals = Reversals.STANDARD
    account_after: str = ""


def options_of(data: Mapping[str, Any]) -> MtOptions:
    """The options of a layout's YAML."""
    return MtOptions(
        encoding=data.get("encoding", "gb18030"),
        currency=data.get("currency", "CNY"),
        reversals=Reversals(data.get("reversals", "standard")),
        account_after=data.get("account_after", ""),
    )
