"""What each line did to the balance, proved by the balances beside it. 余额链"""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.bank.codec.controls import ReadLine, Whole
from connectors.bank.codec.layouts import BalanceChain
from gateway.errors import Code, Finding

# Line number → what it did to the balance, in fen, signed.
Effects = Mapping[int, int]


def effects(chain: BalanceChain, whole: Whole) -> tuple[Effects, Sequence[Finding]]:
    """The effect of every line, and the first place where the balances contradict it.

    A chain whose order is to be proved is tried oldest first, then newest first; when neither
    holds, what contradicts the first is told.
    """
    orders = {"oldest_first": (1,), "newest_first": (-1,), "proved": (1, -1)}[chain.order]
    tried = [_walked(chain, whole, whole.details[::step]) for step in orders]
    return next((each for each in tried if not each[1]), tried[0])


def _walked(
    chain: BalanceChain, whole: Whole, lines: Sequence[ReadLine]
) -> tuple[dict[int, int], Sequence[Finding]]:
    opening = whole.header.values[chain.opening] if whole.header and chain.opening else None
    balances: dict[str, int | None] = {}
    found: dict[int, int] = {}
    after = 0  # the number of the line before
    for line in lines:
        account = line.values[chain.account] if chain.account else ""
        known = not _between(whole.held, after, line.number)
        before = balances.get(account, opening) if known else None
        effect = _effect(chain, line.values, before)
        if isinstance(effect, Code):
            return found, [Finding(effect, line.number)]
        balances[account], found[line.number] = line.values[chain.balance], effect
        after = line.number
    return found, _closing(chain, whole, balances.get("", opening))


def _between(held: frozenset[int], one: int, other: int) -> bool:
    """Was a line left out between two lines?"""
    low, high = sorted((one, other))
    return bool(held) and any(low < number < high for number in held)


def _effect(chain: BalanceChain, values: Mapping[str, Any], before: int | None) -> int | Code:
    """What one line did, or the code of what contradicts it."""
    possible = _possible(chain, values)
    after = values[chain.balance]
    if before is None or after is None:
        return possible[0] if len(possible) == 1 else Code.SIGN_UNDECIDED
    if after - before not in possible:
        return Code.BALANCE_CHAIN_BROKEN
    return int(after - before)


def _possible(chain: BalanceChain, values: Mapping[str, Any]) -> tuple[int, ...]:
    """What a line can have done, by its sign and its reversal flag read together.

    With a direction, the flag turns it round. Without one the sign is the effect; only a positive
    amount with the flag may be either: a credit taken back whose sign was left, or a debit taken
    back. The balances decide.
    """
    amount, turned = values[chain.amount], is_reversal(chain, values)
    if chain.direction:
        credited = values[chain.direction] == chain.credit
        return (amount if credited is not turned else -amount,)
    return (amount, -amount) if turned and amount > 0 else (amount,)


def is_reversal(chain: BalanceChain, values: Mapping[str, Any]) -> bool:
    """Does the line say that it takes something back?"""
    return bool(chain.reversal) and values[chain.reversal] == chain.reversed


def _closing(chain: BalanceChain, whole: Whole, balance: int | None) -> Sequence[Finding]:
    if not chain.closing or whole.trailer is None:
        return []
    if _between(whole.held, whole.details[-1].number if whole.details else 1, whole.trailer.number):
        return []
    if balance != whole.trailer.values[chain.closing]:
        return [Finding(Code.BALANCE_CHAIN_BROKEN, whole.trailer.number)]
    return []
