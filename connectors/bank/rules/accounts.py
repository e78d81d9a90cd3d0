"""Whether an account as a bank writes it is ours; a mask is never filled in. 账号比对"""

from collections.abc import Iterable

_MASKS = frozenset("*＊xX")
# fewer visible digits than that name nobody
_VISIBLE_MIN = 6


def is_own(written: str, own: str, ours: Iterable[str]) -> bool:
    """Whether `written` is our account `own`, of all `ours` at that bank.

    A masked number is, when it is as long, every digit that can be seen is in its place, enough of
    them can be seen, and none other of ours would fit as well.
    """
    if written == own:
        return True
    return _fits(written, own) and sum(_fits(written, each) for each in set(ours)) == 1


def _fits(written: str, number: str) -> bool:
    seen = [place for place, mark in enumerate(written) if mark not in _MASKS]
    masked = len(written) == len(number) and len(seen) < len(written)
    return (
        masked
        and len(seen) >= _VISIBLE_MIN
        and all(written[place] == number[place] for place in seen)
    )
