"""The fault catalogue: what goes back again, and what only looks like it. 冲正与退汇差错"""

from datetime import timedelta

from tests.connectors.bank.recon.making import TODAY, YESTERDAY, Row, card, loan
from tests.connectors.bank.recon.plots import (
    Broken,
    Ending,
    Link,
    Plot,
    Telling,
    broken,
    come,
    fen,
    linked,
    owe,
    serial,
)

_BACK: Row = {"reversal": True}


def _shown(*lines: Row, breaks: tuple[Broken, ...] = (), links: tuple[Link, ...] = ()) -> Plot:
    return Plot({"statement": lines}, Ending({}, breaks, links))


def _taken_back(n: int) -> Plot:
    """B25: a reversal that names the serial it takes back."""
    back = come(n, 1, fen=-fen(n), original_serial=serial(n), **_BACK)
    return _shown(come(n), back, links=(linked("REVERSAL_SERIAL", statement=(10 * n, 10 * n + 1)),))


def _taken_back_by_counterparty(n: int) -> Plot:
    there, back = (
        come(n, other_account=card(n)),
        come(n, 1, fen=-fen(n), other_account=card(n), **_BACK),
    )
    return _shown(there, back, links=(linked("REVERSAL_OPPOSITE", statement=(10 * n, 10 * n + 1)),))


def _taken_back_twice(n: int) -> Plot:
    """B25: a reversal is reversed; the original stands again."""
    back = come(n, 1, fen=-fen(n), original_serial=serial(n), **_BACK)
    again = come(n, 2, original_serial=serial(n, 1), **_BACK)
    link = linked("REVERSAL_SERIAL", statement=(10 * n + 1, 10 * n + 2))
    return _shown(come(n), back, again, breaks=broken("STATEMENT_UNCLAIMED", n, 0), links=(link,))


def _named_and_taken_back(n: int) -> Plot:
    """What was taken back pays nothing, whatever it says."""
    plot = _taken_back(n)
    there, back = plot.rows["statement"]
    rows = {"statement": (there | {"remark": loan(n)}, back), "dues": (owe(n),)}
    return Plot(rows, plot.ending)


def _original_missing(n: int) -> Plot:
    back = come(n, 1, fen=-fen(n), original_serial="NEVER", **_BACK)
    return _shown(back, breaks=broken("REVERSAL_UNPAIRED", n, 1))


def _taken_back_a_fen_less(n: int) -> Plot:
    back = come(n, 1, fen=1 - fen(n), original_serial=serial(n), **_BACK)
    unclaimed = broken("STATEMENT_UNCLAIMED", n, 0)
    return _shown(come(n), back, breaks=broken("REVERSAL_UNPAIRED", n, 1) + unclaimed)


def _taken_back_before(n: int) -> Plot:
    back = come(n, 1, fen=-fen(n), original_serial=serial(n), booked_on=YESTERDAY, **_BACK)
    unclaimed = broken("STATEMENT_UNCLAIMED", n, 0)
    return _shown(come(n), back, breaks=broken("REVERSAL_UNPAIRED", n, 1) + unclaimed)


def _two_originals(n: int) -> Plot:
    """The bank used a serial twice: which of the two was taken back, nobody knows."""
    back = come(n, 2, fen=-fen(n), original_serial=serial(n), **_BACK)
    unclaimed = broken("STATEMENT_UNCLAIMED", n, 0, 1)
    lines = come(n), come(n, 1, host_serial=serial(n)), back
    return _shown(*lines, breaks=broken("REVERSAL_UNPAIRED", n, 2) + unclaimed)


def _not_by_counterparty(n: int, there: str, back: str) -> Plot:
    """The opposite amount, of another counterparty or of nobody."""
    lines = come(n, other_account=there), come(n, 1, fen=-fen(n), other_account=back, **_BACK)
    unclaimed = broken("STATEMENT_UNCLAIMED", n, 0)
    return _shown(*lines, breaks=broken("REVERSAL_UNPAIRED", n, 1) + unclaimed)


def _returned(n: int, *, days: int = 14, word: str = "退汇") -> Plot:
    """B26: a payment of ours comes back."""
    before = TODAY - timedelta(days=days)
    paid = come(n, 1, fen=-fen(n), other_account=card(n), booked_on=before, first_seen=before)
    back = come(n, other_account=card(n), summary=word)
    if word and days <= 14:
        link = linked("RETURNED", statement=(10 * n, 10 * n + 1))
        return _shown(paid, back, breaks=broken("RETURNED", n, 0), links=(link,))
    kind = "STATEMENT_UNCLAIMED" if word else "RETURNED"
    unclaimed = broken("STATEMENT_UNCLAIMED", n, 1)
    return _shown(paid, back, breaks=broken(kind, n, 0) + unclaimed)


FAULTS_OF_REVERSALS: dict[str, Telling] = {
    "B25 taken back by serial": _taken_back,
    "B25 names its loan, taken back": _named_and_taken_back,
    "taken back by counterparty": _taken_back_by_counterparty,
    "B25 taken back twice": _taken_back_twice,
    "B25 original missing": _original_missing,
    "taken back a fen less": _taken_back_a_fen_less,
    "taken back before it came": _taken_back_before,
    "taken back, two originals": _two_originals,
    "taken back by another counterparty": lambda n: _not_by_counterparty(n, card(n), ""),
    "taken back by nobody (null)": lambda n: _not_by_counterparty(n, "null", "null"),
    "B26 returned after ten working days": _returned,
    "B26 returned after eleven working days": lambda n: _returned(n, days=15),
    "B26 the same amount without a word": lambda n: _returned(n, word=""),
}
