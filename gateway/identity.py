"""Identity: ids from business keys, check digits, masks. 标识、校验位与脱敏"""

import hashlib
import re
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_DIVISION = re.compile(r"[1-8][0-9]{5}")
# The ways a bank writes the dot in a name, and the one they are folded to.
DOTS, DOT = "•・．‧∙⋅", "·"
_DOTS = str.maketrans(dict.fromkeys(DOTS, DOT))


def idempotency_key(kind: str, *parts: str | int) -> str:
    """Sixty-four hex digits that are always the same for the same business act.

    Each part is written with its length, so that ("ab", "c") and ("a", "bc") differ.
    """
    whole = "".join(f"{len(text)}:{text}" for text in (kind, *map(str, parts)))
    return hashlib.sha256(whole.encode()).hexdigest()


def business_id(kind: str, *parts: str | int) -> str:
    """A short id for people and tables, `file-3f2a…` with 20 hex digits, from the business key."""
    return f"{kind}-{idempotency_key(kind, *parts)[:20]}"


def is_id_card(number: str, *, sandbox: bool = False) -> bool:
    """Whether `number` is a sound 18-digit citizen number (GB 11643): date and check digit.

    The impossible divisions 99xxxx pass only with `sandbox`, where all people are invented.
    """
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        return False
    if not (_DIVISION.match(number) or (sandbox and number.startswith("99"))):
        return False
    return _is_date(number[6:14]) and _id_check(number[:17]) == number[17]


def _id_check(digits: str) -> str:
    total = sum(int(d) * w for d, w in zip(digits, _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11]


def _is_date(text: str) -> bool:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) > date(1850, 1, 1)
    except ValueError:
        return False


def is_uscc(code: str) -> bool:
    """Whether `code` is a sound unified social credit code (GB 32100), inside and out."""
    if len(code) != 18 or any(c not in _USCC_ALPHABET for c in code):
        return False
    return _uscc_check(code[:17]) == code[17] and _organisation_check(code[8:16]) == code[16]


def _uscc_check(body: str) -> str:
    pairs = zip(body, _USCC_WEIGHTS, strict=True)
    total = sum(_USCC_ALPHABET.index(c) * w for c, w in pairs)
    return _USCC_ALPHABET[(31 - total % 31) % 31]


def _organisation_check(body: str) -> str:
    pairs = zip(body, _ORGANISATION_WEIGHTS, strict=True)
    total = sum(_ORGANISATION_ALPHABET.index(c) * w for c, w in pairs)
    return "0123456789X0"[11 - total % 11]


def fold_name(name: str) -> str:
    """A name as it is compared, never as it is stored: dot variants and blanks folded (B33)."""
    return "".join(name.translate(_DOTS).split())


def mask_name(name: str) -> str:
    """`沙箱䶮` becomes `沙**`: the first character stays."""
    return name[:1] + "*" * (len(name) - 1)


def mask_id_card(number: str) -> str:
    """Keep the first three and the last two characters of a document number."""
    return f"{number[:3]}{'*' * max(len(number) - 5, 0)}{number[-2:]}" if len(number) > 8 else "***"


def mask_account(number: str) -> str:
    """Keep the last four characters of an account or card number."""
    return f"****{number[-4:]}" if len(number) > 8 else "****"


# What looks like a card, an account, a document number or a mobile number, anywhere in a text.
# Digests are not caught: they are bounded by letters. Our own ids are named, because one in twelve
# thousand is all digits.
_PERSONAL = re.compile(
    r"(?P<ours>"
    r"(?:night|file|receipt|postings|break|alarm|stray|stamp|approval|batch|acct|name|loan|idno"
    r"|dunning|day|item|booking|deduction|split|ack|plan)"
    r"-[0-9a-f]{20}"
    r"(?![0-9A-Za-z]))"
    r"|(?<![0-9A-Za-z])(?:\d{15,}|\d{17}[Xx]|(?:86)?1[3-9]\d{9}"
    # as people write them, in groups
    r"|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?|(?:\+?86[ -])?1[3-9]\d[ -]\d{4}[ -]\d{4})"
    r"(?![0-9A-Za-z])"
)


def mask_text(text: str) -> str:
    """Replace everything in `text` that has the form of personal data; a net, not a licence."""
    return _PERSONAL.sub(
        lambda found: found["ours"] or f"****{found.group()[-4:]}",
        text,
    )
