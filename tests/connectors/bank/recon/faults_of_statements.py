"""The fault catalogue: what can be wrong with money that came by itself. 到账差错"""

from datetime import timedelta

from tests.connectors.bank.recon.making import (
    TODAY,
    YESTERDAY,
    Row,
    account_of,
    card,
    counter,
    loan,
)
from tests.connectors.bank.recon.plots import (
    Ending,
    Plot,
    Telling,
    ask,
    broken,
    come,
    fen,
    linked,
    owe,
    serial,
)

# ------------------------------------------------------------------ money that names a loan


def _named(n: int, remark: str, **otherwise: object) -> Plot:
    """B23: the remark names the loan and the amount is its due's."""
    rows = {"statement": (come(n, remark=remark),), "dues": (owe(n, **otherwise),)}
    return Plot(rows, Ending(links=(linked("LOAN_AND_DUE", statement=10 * n, due=10 * n),)))


def _names(kind: str, n: int, **otherwise: object) -> Plot:
    """A line that names something and may not be matched."""
    rows = {"statement": (come(n, **otherwise),), "dues": (owe(n),)}
    return Plot(rows, Ending({}, broken(kind, n, 0)))


def _two_loans(n: int) -> Plot:
    """Another loan of the same borrower is named too."""
    other = owe(n, 1, loan_no=f"OTHER{n:06d}", contract_no="", fen=1)
    line = come(n, remark=f"{loan(n)} {other['loan_no']}")
    return Plot(
        {"statement": (line,), "dues": (owe(n), other)}, Ending({}, broken("AMBIGUOUS", n, 0))
    )


def _two_dues(n: int) -> Plot:
    rows = {"statement": (come(n, remark=loan(n)),), "dues": (owe(n), owe(n, 1))}
    return Plot(rows, Ending({}, broken("AMBIGUOUS", n, 0)))


def _twins(n: int) -> Plot:
    """B28: the same money twice on the same day, one due."""
    lines = tuple(come(n, k, remark=loan(n), host_serial="") for k in (0, 1))
    return Plot({"statement": lines, "dues": (owe(n),)}, Ending({}, broken("AMBIGUOUS", n, 0, 1)))


def _names_a_settled_loan(n: int) -> Plot:
    line = come(n, remark=loan(n), other_account=card(n))
    rows = {"statement": (line,), "registered": (account_of(n, settled=True),)}
    return Plot(rows, Ending({}, broken("SETTLED_STILL_TAKEN", n, 0)))


def _names_one_pays_another(n: int) -> Plot:
    """The account would fit a due; the loan that is named has none of that amount."""
    line = come(n, remark=loan(n), other_account=card(n))
    other = owe(n, loan_no=f"OTHER{n:06d}", contract_no="")
    rows = {
        "statement": (line,), "dues": (owe(n, 1, fen=1), other), "registered": (account_of(n),),
    }  # fmt: skip
    return Plot(rows, Ending({}, broken("AMOUNT_DIFFERS", n, 0)))


def _in_doubt(n: int, *others: Row) -> Plot:
    """The bank has not answered for a due: it may be paid, nobody else pays it, or hides it."""
    to = ask(n, instalment_no=13)
    line = come(n, remark=loan(n))
    rows = {"instructions": (to,), "statement": (line,), "dues": (owe(n), *others)}
    missing = ("MISSING_RESULT", "instruction", n)
    return Plot(rows, Ending({n: "MISSING"}, (missing, *broken("AMBIGUOUS", n, 0))))


def _pays_off_and_on(n: int) -> Plot:
    """One line would pay the loan off, another an instalment of it: not both."""
    lines = come(n, remark=loan(n)), come(n, 1, fen=9 * fen(n), remark=loan(n))
    rows = {"statement": lines, "dues": (owe(n), owe(n, 1, kind="payoff", fen=9 * fen(n)))}
    return Plot(rows, Ending({}, broken("AMBIGUOUS", n, 0, 1)))


# ------------------------------------------------------------------ money that names nothing


def _from_card(n: int, due: Row, kind: str | None, *registered: Row, **otherwise: object) -> Plot:
    """Money from the card of loan n; matched by itself unless a kind of break is told."""
    line = come(n, other_account=card(n), **otherwise)
    rows = {"statement": (line,), "dues": (due,), "registered": registered or (account_of(n),)}
    if kind:
        return Plot(rows, Ending({}, broken(kind, n, 0)))
    return Plot(rows, Ending(links=(linked("PAYER_ACCOUNT", statement=10 * n, due=10 * n),)))


def _card_of_two(n: int) -> Plot:
    """B28: one card pays two loans with one instalment."""
    plot = _from_card(n, owe(n), "AMBIGUOUS")
    other = owe(n, 1, loan_no=f"OTHER{n:06d}", contract_no="")
    return Plot({**plot.rows, "dues": (owe(n), other)}, plot.ending)


def _spouses_card(n: int) -> Plot:
    return _from_card(n, owe(n), "STATEMENT_UNCLAIMED", account_of(n, borrower=f"SPOUSE{n}"))


def _several_dues(n: int) -> Plot:
    plot = _from_card(n, owe(n), "STATEMENT_UNCLAIMED", fen=2 * fen(n) + 1)
    return Plot({**plot.rows, "dues": (owe(n), owe(n, 1, fen=fen(n) + 1))}, plot.ending)


def _old_line_first(n: int) -> Plot:
    """Two lines rival for a due: the one of an earlier night has the prior claim (pass 11)."""
    plot = _from_card(n, owe(n), None, first_seen=YESTERDAY, booked_on=YESTERDAY)
    tonight = come(n, 1, other_account=card(n))
    ending = Ending({}, broken("STATEMENT_UNCLAIMED", n, 1), plot.ending.links)
    return Plot({**plot.rows, "statement": (*plot.rows["statement"], tonight)}, ending)


def _by_name_only(n: int) -> Plot:
    return _names("STATEMENT_UNCLAIMED", n, other_name=f"沙箱{n}")


# ------------------------------------------------------------------ booked at a counter


def _counter(n: int, kind: str | None, said: Row | None = None, **otherwise: object) -> Plot:
    """The line with its serial and amount in the ledger already."""
    booked = counter(n, fen(n), loan_no=loan(n), host_serial=serial(n)) | otherwise
    rows = {"statement": (come(n, **(said or {})),), "ledger": (booked,), "dues": (owe(n, fen=1),)}
    link = linked("RECEIPT_BOOKED", statement=10 * n, ledger=n)
    return Plot(rows, Ending({}, broken(kind, n, 0) if kind else (), (link,)))


def _counter_long_ago(n: int) -> Plot:
    """The bank uses its serials again, and instalments are alike."""
    plot = _counter(n, "STATEMENT_UNCLAIMED", booked_on=TODAY - timedelta(days=10))
    posted = ("POSTED_NOT_TAKEN", "ledger", n)
    return Plot(plot.rows, Ending({}, (*plot.ending.breaks, posted)))


def _counter_off_by_a_fen(n: int) -> Plot:
    booked = counter(n, fen(n) + 1, loan_no=loan(n), host_serial=serial(n))
    breaks = (("POSTED_NOT_TAKEN", "ledger", n), *broken("STATEMENT_UNCLAIMED", n, 0))
    return Plot({"statement": (come(n),), "ledger": (booked,)}, Ending({}, breaks))


def _wide(text: str) -> str:
    """The text in full-width digits."""
    return text.translate({ord("0") + d: 0xFF10 + d for d in range(10)})


def _due_on(n: int, days: int) -> Row:
    return owe(n, due_on=TODAY + timedelta(days=days))


FAULTS_OF_STATEMENTS: dict[str, Telling] = {
    "B23 names its loan": lambda n: _named(n, f"还款{loan(n)}"),
    "names its contract": lambda n: _named(n, f"HT2020{n:06d}"),
    "names its loan in full width": lambda n: _named(n, _wide(loan(n))),
    "names its loan, overdue": lambda n: _named(n, loan(n), kind="overdue"),
    "pays off": lambda n: _named(n, loan(n), kind="payoff"),
    "a fen too little": lambda n: _names("AMOUNT_DIFFERS", n, fen=fen(n) - 1, remark=loan(n)),
    "a fen too much": lambda n: _names("AMOUNT_DIFFERS", n, fen=fen(n) + 1, remark=loan(n)),
    "a number that contains a loan's": lambda n: _names(
        "STATEMENT_UNCLAIMED", n, remark=f"62{loan(n)}7"
    ),
    "the sign flipped": lambda n: _names("STATEMENT_UNCLAIMED", n, fen=-fen(n), remark=loan(n)),
    "two loans named": _two_loans,
    "two dues of that amount": _two_dues,
    "B28 twins": _twins,
    "names a settled loan": _names_a_settled_loan,
    "names one loan, would pay another": _names_one_pays_another,
    "names a due in doubt": _in_doubt,
    "names a loan with a due in doubt": lambda n: _in_doubt(n, owe(n, 1)),
    "pays off and pays on": _pays_off_and_on,
    "from its card": lambda n: _from_card(n, owe(n), None),
    "from its card, three working days late": lambda n: _from_card(n, _due_on(n, -3), None),
    "from its card, four working days late":
        lambda n: _from_card(n, _due_on(n, -4), "STATEMENT_UNCLAIMED"),
    "from its card, four working days early":
        lambda n: _from_card(n, _due_on(n, 6), "STATEMENT_UNCLAIMED"),
    "from its card over a weekend": lambda n: _from_card(n, _due_on(n, 5), None),
    "from its card, a day no calendar knows":
        lambda n: _from_card(n, _due_on(n, 60), "STATEMENT_UNCLAIMED"),
    "from its card, a fen less":
        lambda n: _from_card(n, owe(n), "STATEMENT_UNCLAIMED", fen=fen(n) - 1),
    "B28 a card of two loans": _card_of_two,
    "a spouse's card": _spouses_card,
    "several dues together": _several_dues,
    "an old line goes first": _old_line_first,
    "by name only": _by_name_only,
    "a fee": lambda n: _names("FEE_OR_INTEREST", n, fen=-500, summary="手续费"),
    "interest": lambda n: _names("FEE_OR_INTEREST", n, summary="结息"),
    "booked at a counter": lambda n: _counter(n, None),
    "booked at a counter the day before":
        lambda n: _counter(n, "BOOKED_DAY_DIFFERS", booked_on=YESTERDAY),
    "booked at a counter nine days before": lambda n: _counter(
        n, "BOOKED_DAY_DIFFERS", booked_on=TODAY - timedelta(days=9)
    ),
    "booked at a counter ten days before": _counter_long_ago,
    "booked at a counter to the loan named": lambda n: _counter(n, None, {"remark": loan(n)}),
    "booked at a counter to another loan": lambda n: _counter(
        n, "DETAILS_DIFFER", {"remark": loan(n)}, loan_no=f"OTHER{n:06d}"
    ),
    "booked at a counter, a fen more": _counter_off_by_a_fen,
}  # fmt: skip
