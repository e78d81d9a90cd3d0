"""A night's label and the address of its page. 一晚的写法与地址"""

import re
from datetime import date
from urllib.parse import quote

from connectors.bank.model import NightKey

_WORD = r"[0-9A-Za-z_-]{1,32}"
WORD = f"^{_WORD}$"
_LABEL = re.compile(rf"({_WORD})/({_WORD})/(\d{{4}}-\d\d-\d\d)")


def key_of(label: str) -> NightKey | None:
    """The night of a label such as 990001/ZH01/2026-02-28, None when it is no label."""
    found = _LABEL.fullmatch(label)
    if found is None:
        return None
    bank, account, day = found.groups()
    try:
        return NightKey(bank, account, date.fromisoformat(day))
    except ValueError:
        return None


def night_path(key: NightKey) -> str:
    """The address of a night's page, below the desk's own."""
    parts = (key.bank, key.account, key.business_date.isoformat())
    return "/nights/" + "/".join(quote(part, safe="") for part in parts)
