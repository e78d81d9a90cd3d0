"""Keyed tokens: a person is recognised again and not named. 个人信息标记"""

import hmac
import unicodedata
from enum import Enum

from gateway.errors import Code, NotConfigured
from gateway.identity import fold_name

_SECRET_CHARACTERS_MIN = 43  # 32 bytes in base64
# Eighty bits: no two people of a city meet in them.
_DIGITS = 20


class Kind(Enum):
    """What a token stands for; the same text of another kind has another token."""

    ACCOUNT = "acct"
    NAME = "name"
    LOAN = "loan"
    DOCUMENT = "idno"


class Tokens:
    """Makes tokens `acct-3f2a9c…`: HMAC-SM3 (GM/T 0004, RFC 2104), cut to twenty hex digits.

    Who has not the secret can neither make a token of a name he knows nor try all accounts.
    """

    def __init__(self, secret: str) -> None:
        if len(secret) < _SECRET_CHARACTERS_MIN:
            raise NotConfigured(Code.KEY_MISSING, detail="token key")
        self._secret = secret.encode()

    def of(self, kind: Kind, text: str) -> str | None:
        """The token of an account, a name, a loan or a document number; None of a blank one."""
        plain = _folded(kind, text)
        if not plain:
            return None
        made = hmac.digest(self._secret, f"{kind.value}\0{plain}".encode(), "sm3")
        return f"{kind.value}-{made.hex()[:_DIGITS]}"


def _folded(kind: Kind, text: str) -> str:
    """The text as it is compared: full-width forms, blanks and hyphens are nobody's difference."""
    plain = fold_name(unicodedata.normalize("NFKC", text))
    return plain if kind is Kind.NAME else plain.replace("-", "").upper()
