"""A bank's habits, undone before a field is read; each time is counted. 各行特例"""

from collections import Counter
from collections.abc import Callable

from connectors.bank.codec.layouts import Quirk


def plain(quirks: tuple[Quirk, ...], name: str, text: str, applied: Counter[str]) -> str:
    """The field's text without the habits of that bank (B38)."""
    for quirk in quirks:
        if quirk.field == name:
            changed = _UNDO[quirk.kind](text, quirk.value)
            if changed != text:
                applied[f"{quirk.field}: {quirk.kind} {quirk.value}"] += 1
            text = changed
    return text


def _empty_word(text: str, value: str) -> str:
    return "" if text == value else text


_UNDO: dict[str, Callable[[str, str], str]] = {
    "empty_word": _empty_word,
    "drop_prefix": str.removeprefix,
}
