"""Tokens of people for the lines of large files, which were stored without. 补个人信息标记"""

from connectors.bank.store.line_blocks import tokenise, untokened
from gateway.ports import StageCount
from gateway.signing.at_rest.tokens import Tokens
from gateway.store.unit_of_work import Store

# Lines a transaction, and an hour: some seconds of one core, so that no other duty waits long.
_PORTION, _PORTIONS_MAX = 10_000, 100


def tokenise_waiting(store: Store, tokens: Tokens, portion: int = _PORTION) -> StageCount:
    """Give lines their tokens, file after file, until none waits or the hour's share is done.

    Each portion is a transaction: whoever dies on the way has lost one portion.
    """
    lines = 0
    for _ in range(_PORTIONS_MAX):
        with store.begin() as work:
            given = tokenise(work, tokens, portion)
        lines += given.lines
        if not given.file_id:
            break
    with store.begin() as work:
        waiting = untokened(work)
    return StageCount("people", lines, {"waiting": waiting})
